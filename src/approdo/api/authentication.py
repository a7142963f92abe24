# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who calls: a bearer token, which speaks for one operator in one service, and for nobody else."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from ninja.security import HttpBearer

from approdo.access.rules import Actor
from approdo.access.services import entered
from approdo.accounts import selectors as accounts
from approdo.accounts import services as account_services
from approdo.accounts.rules import digest, use_is_old
from approdo.api.problems import TooManyRequests
from approdo.kit import clock
from approdo.kit.allowance import Allowance
from approdo.networks import selectors as networks

_LONGEST = 200
reads = Allowance()


@dataclass(frozen=True, slots=True)
class Caller:
    """The actor a token stands for, and the instant of the request on the database's clock."""

    actor: Actor
    now: datetime


class Request(HttpRequest):
    """A request that got past the token."""

    auth: Caller


class ServiceToken(HttpBearer):
    """`Authorization: Bearer …` with a token made by `approdo token create`; cookies are never looked at."""

    openapi_description = (
        "A token made with `approdo token create`, for one service. It stands for the operator who answers for it"
        " and ends when she leaves the service. Session cookies are not accepted."
    )

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """Return the caller, or None for a token that is unknown, ended, revoked or without a membership."""
        now = clock.now()
        holder = accounts.token_holder(token, now) if 0 < len(token) <= _LONGEST else None
        if holder is None:
            return None
        actor = _actor_in(holder.operator_id, holder.service_id)
        if actor is None:
            return None
        if use_is_old(holder.last_used_at, now):
            account_services.note_use(token_id=holder.token_id, now=now)
        if request.method == "GET" and (wait := reads.take(digest(token), now)):
            raise TooManyRequests(wait)
        request.doors.enter_context(entered(actor=actor))  # type: ignore[attr-defined]
        return Caller(actor, now)


def _actor_in(operator_id: int, service_id: int) -> Actor | None:
    """Return the actor an operator is in one service; nearly everybody has one membership, found at once."""
    first = networks.actor_for(operator_id, None)
    if first is None or first.service_id == service_id:
        return first
    held = (one.id for one in networks.memberships_of(operator_id) if one.service_id == service_id)
    return next((networks.actor_for(operator_id, membership_id) for membership_id in held), None)
