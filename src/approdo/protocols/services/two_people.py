# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one proposes and another approves (ADR 0021), written once: for drafts of protocols and for the shelf."""

from datetime import datetime

from approdo.access.rules import Actor, Forbidden, Permission, require
from approdo.kit.errors import Conflict, Invalid
from approdo.kit.words import mark
from approdo.networks.rules import NetworkView
from approdo.protocols import selectors
from approdo.protocols.models import ByTwoPeople
from approdo.protocols.rules import LONGEST_REASON, DraftAct, DraftState, draft_moved, part_of


class Overtaken(Conflict):
    """Somebody saved the draft after she had opened it; nothing was changed."""

    code = "overtaken"
    sentence = mark("Nel frattempo un'altra persona ha cambiato la bozza. Quello che hai scritto non è perso.")


def publisher(*, actor: Actor, network_code: str) -> tuple[NetworkView, int]:
    """Return the network and the person who writes in it. Raises ``Forbidden``, ``NotFound``."""
    require(actor, Permission.PUBLISH_PROTOCOL)
    if actor.operator_id is None:
        raise Forbidden  # a draft is written by a person
    return selectors.own_network(actor, network_code), actor.operator_id


def move(row: ByTwoPeople, operator_id: int, counter: int, act: DraftAct) -> None:
    """Bring a locked row into the state that follows an act. Raises ``Overtaken``, ``Conflict``."""
    if row.counter != counter and row.state == DraftState.EDITING:
        raise Overtaken
    part = part_of(operator_id, changed_by=row.changed_by_id, proposed_by=row.proposed_by_id)
    row.state = draft_moved(DraftState(row.state), act, part).value
    if row.counter != counter:
        raise Overtaken


def change(row: ByTwoPeople, operator_id: int, now: datetime) -> None:
    """Say whose hand is the last in it."""
    row.changed_by_id, row.changed_at = operator_id, now


def propose(row: ByTwoPeople, operator_id: int, now: datetime) -> None:
    """Say who proposes it; why it was sent back before is over."""
    row.proposed_by_id, row.proposed_at = operator_id, now
    row.returned_by_id, row.returned_at, row.reason = None, None, ""


def unpropose(row: ByTwoPeople) -> None:
    """Say that nobody proposes it any more."""
    row.proposed_by_id, row.proposed_at = None, None


def send_back(row: ByTwoPeople, operator_id: int, reason: str, now: datetime) -> None:
    """Say who gave it back, and why."""
    unpropose(row)
    row.returned_by_id, row.returned_at, row.reason = operator_id, now, reason


def reason_of(text: str) -> str:
    """Return why something is sent back or withdrawn, in one line; raises ``Invalid`` for no reason."""
    made = " ".join(text.split())
    if not made or len(made) > LONGEST_REASON:
        raise Invalid({"reason": mark("Scrivi in poche parole che cosa non va: chi l'ha proposta lo legge.")})
    return made
