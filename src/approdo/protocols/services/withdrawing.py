# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Withdrawing a published version: asked by one person with a reason, done by another (ADR 0024).

What was in force stays said: a withdrawn version holds no more from the moment of the withdrawal, and the one before
it holds again.
"""

from datetime import datetime

from django.db import transaction

from approdo.access.rules import Actor
from approdo.audit import services as audit
from approdo.kit.errors import Conflict, NotFound
from approdo.kit.words import mark
from approdo.networks import selectors as networks
from approdo.protocols import selectors
from approdo.protocols.models import Withdrawal
from approdo.protocols.rules import Context, DraftAct, DraftState, choose
from approdo.protocols.selectors.versions import scopes_in_network
from approdo.protocols.services import two_people
from approdo.protocols.services.publishing import one_at_a_time


class LeavesNone(Conflict):
    """Without this version somewhere nobody could call the network."""

    code = "leaves_none"
    sentence = mark(
        "Senza questa versione da qualche comune la rete non si potrebbe attivare: pubblicane prima un'altra."
    )


def ask_withdrawal(*, actor: Actor, network_code: str, code: str, number: int, why: str, now: datetime) -> None:
    """Ask the others to withdraw a version. Raises ``Forbidden``, ``NotFound``, ``Invalid``; ``Conflict`` if asked."""
    why = two_people.reason_of(why)
    network, operator_id = two_people.publisher(actor=actor, network_code=network_code)
    view = selectors.version(actor, network_code, code, number).view
    with transaction.atomic():
        one_at_a_time(network.id)
        if Withdrawal.objects.filter(version=view.id).exclude(state=DraftState.WITHDRAWN).exists():
            raise Conflict(mark("Il ritiro di questa versione è già stato chiesto."))
        hand = {"changed_by_id": operator_id, "changed_at": now, "begun_by_id": operator_id, "begun_at": now}
        row = Withdrawal(version_id=view.id, why=why, **hand)
        two_people.move(row, operator_id, row.counter, DraftAct.PROPOSE)
        two_people.propose(row, operator_id, now)
        row.save()
        _note(actor, row, "ask", now)


def withdraw_version(*, actor: Actor, network_code: str, code: str, number: int, counter: int, now: datetime) -> None:
    """Withdraw a version that another asked to withdraw.

    Raises ``Forbidden``, ``NotFound``, ``Conflict``; ``LeavesNone`` when a municipality would be without a protocol.
    """
    network, operator_id = two_people.publisher(actor=actor, network_code=network_code)
    with transaction.atomic():
        one_at_a_time(network.id)
        row = _asked(actor, network_code, code, number)
        two_people.move(row, operator_id, counter, DraftAct.APPROVE)
        before = _served(network_code, now)
        row.approved_by_id, row.approved_at = operator_id, now
        row.counter += 1
        row.save()
        if before - _served(network_code, now):
            raise LeavesNone
        _note(actor, row, "approve", now)


def leave_version(*, actor: Actor, network_code: str, code: str, number: int, counter: int, now: datetime) -> None:
    """Give up asking to withdraw a version: whoever asked. Raises like ``withdraw_version``."""
    _network, operator_id = two_people.publisher(actor=actor, network_code=network_code)
    with transaction.atomic():
        row = _asked(actor, network_code, code, number)
        two_people.move(row, operator_id, counter, DraftAct.WITHDRAW)
        two_people.unpropose(row)
        row.counter += 1
        row.save()
        _note(actor, row, "leave", now)


def _asked(actor: Actor, network_code: str, code: str, number: int) -> Withdrawal:
    """Return what was asked and nobody did yet, under lock; ``NotFound`` when nothing was asked."""
    view = selectors.version(actor, network_code, code, number).view
    rows = Withdrawal.objects.select_for_update().filter(version=view.id)
    row = rows.exclude(state=DraftState.WITHDRAWN).first()
    if row is None:
        raise NotFound
    return row


def _served(network_code: str, now: datetime) -> frozenset[tuple[str, Context]]:
    """Return from where the network can be called now: municipalities and contexts that have a protocol."""
    scopes = scopes_in_network(network_code, now).values()
    places = [place.code for place in networks.network_municipalities(network_code)]
    return frozenset(
        (place, context) for place in places for context in Context if choose(scopes, place, context) is not None
    )


def _note(actor: Actor, row: Withdrawal, act: str, now: datetime) -> None:
    detail = {"version": row.version_id}
    audit.record(actor=actor, verb=f"withdrawal.{act}", subject=f"withdrawal:{row.pk}", now=now, detail=detail)
