# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may listen to what: the session, the operator and her service, asked of the database each time."""

from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.models import Session
from django.utils.crypto import constant_time_compare

from approdo.access.rules import Actor, Permission, may
from approdo.access.services import entered
from approdo.activations import selectors as activations
from approdo.kit import clock
from approdo.networks import selectors as networks
from approdo.web.middleware import KEY_BEGAN, KEY_MEMBERSHIP, KEY_SEEN


def actors_of(session_keys: Collection[str]) -> dict[str, Actor]:
    """Return who acts in each of these sessions that is still valid; the others are left out.

    Valid: signed in with the present password, active, idle and absolute limits respected, a service chosen (which
    needs the second factor). Nothing is written: watching a screen is not activity.
    """
    now = clock.now()
    rows = Session.objects.filter(session_key__in=session_keys, expire_date__gt=now)
    sessions = {row.session_key: data for row in rows if _is_live(data := row.get_decoded(), now)}
    operators = get_user_model()._default_manager.in_bulk({int(data[SESSION_KEY]) for data in sessions.values()})
    actors = networks.actors_for({data[KEY_MEMBERSHIP] for data in sessions.values()})
    found = {}
    for key, data in sessions.items():
        operator, actor = operators.get(int(data[SESSION_KEY])), actors.get(data[KEY_MEMBERSHIP])
        if operator and actor and actor.operator_id == operator.pk and _signed_in(operator, data):
            found[key] = actor
    return found


def admit(session_key: str, boards: Collection[UUID]) -> tuple[Actor, frozenset[str]] | None:
    """Return who listens and to which topics: her own, and the activations among ``boards`` that she may see."""
    actor = actors_of([session_key]).get(session_key)
    if actor is None:
        return None
    topics = {f"o:{actor.operator_id}", f"s:{actor.service_id}"}
    if boards and may(actor, Permission.READ_ACTIVATION):
        with entered(actor=actor):
            topics |= {f"a:{activation}" for activation in activations.visible_among(actor, boards)}
    return actor, frozenset(topics)


def _is_live(data: dict, now: datetime) -> bool:
    if not {SESSION_KEY, KEY_BEGAN, KEY_SEEN, KEY_MEMBERSHIP} <= data.keys():
        return False
    instant = now.astimezone(UTC).timestamp()
    return bool(
        instant - data[KEY_SEEN] <= settings.SESSION_IDLE_SECONDS
        and instant - data[KEY_BEGAN] <= settings.SESSION_COOKIE_AGE
    )


def _signed_in(operator: AbstractBaseUser, data: dict) -> bool:
    """Compare as django.contrib.auth does, but without touching the session."""
    proof = data.get(HASH_SESSION_KEY, "")
    accepted = [operator.get_session_auth_hash(), *operator.get_session_auth_fallback_hash()]
    return operator.is_active and any(constant_time_compare(proof, one) for one in accepted)
