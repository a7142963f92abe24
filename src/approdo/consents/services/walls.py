# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keeping an operator out of a case, and letting something not exist for a service."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from approdo.access.rules import Actor, Forbidden, Slice, acting
from approdo.accounts import selectors as accounts
from approdo.audit import services as audit
from approdo.consents import selectors
from approdo.consents.models import Block, Masking
from approdo.consents.rules import Action, BlockReason, Relation, Standing, code_of
from approdo.consents.services._permission import require
from approdo.kit import rows
from approdo.kit.errors import Conflict, Invalid
from approdo.kit.words import mark as _
from approdo.networks import selectors as networks


@transaction.atomic
def block(
    *,
    actor: Actor,
    standing: Standing,
    case_id: UUID,
    operator_id: int,
    reason: str,
    case_managers: Collection[int],
    now: datetime,
) -> None:
    """Keep an operator out of a case from now on, whatever her role; doing it twice changes nothing.

    Who leads the case keeps out anybody; who takes part, only people of her own service. ``case_managers`` are the
    operators who lead the pathway: raises ``Conflict`` for the only one, until she has handed it over.
    """
    by, service_id = require(Action.BLOCK, actor=actor, standing=standing, case_id=case_id, now=now)
    why = code_of(BlockReason, reason, "reason")
    if standing.relation is not Relation.LEAD and operator_id not in networks.members_of(service_id):
        raise Forbidden
    if not accounts.is_operator(operator_id):
        raise Invalid({"operator_id": _("Non conosciamo questa persona: sceglila dall'elenco.")})
    if set(case_managers) == {operator_id}:
        raise Conflict(
            _("È l'unica a seguire questo percorso. Prima affidalo a un'altra operatrice, poi potrai escluderla.")
        )
    columns = {"case_id": case_id, "operator_id": operator_id, "reason": why, "blocked_at": now, "blocked_by_id": by}
    if rows.insert(Block, [columns], unless_there=True):
        _record(actor, "block.add", case_id, now, operator=operator_id, reason=why)


@transaction.atomic
def unblock(*, actor: Actor, standing: Standing, case_id: UUID, operator_id: int, now: datetime) -> None:
    """Let an operator back; nobody lets back herself. Doing it twice changes nothing."""
    by, _service_id = require(Action.UNBLOCK, actor=actor, standing=standing, case_id=case_id, now=now)
    found = Block.objects.filter(case_id=case_id, operator=operator_id, lifted_at=None)
    if found.update(lifted_at=now, lifted_by=by):
        _record(actor, "block.lift", case_id, now, operator=operator_id)


def note_attempt(*, actor: Actor, case_id: UUID, now: datetime) -> None:
    """Write down that somebody asked for a case that is not there for her: kept from her, hidden and absent alike.

    The three cost the same read and the same row, so that nobody learns from the time which it was (security.md, P6).
    Only what is kept from her names the case and is told of; who tells is the sweep.
    """
    operator_id, _service_id = acting(actor)
    kept_from_her = selectors.blocked(operator_id, case_id)
    audit.note(
        actor=actor,
        verb="block.attempt" if kept_from_her else "page.absent",
        subject=f"case:{case_id}",
        case_id=case_id if kept_from_her else None,
        now=now,
    )


@transaction.atomic
def attempt_told(*, actor: Actor, case_id: UUID, operator_id: int, people: int, now: datetime) -> None:
    """Note that some people were told that an operator who is kept out tried."""
    _record(actor, "block.tell", case_id, now, operator=operator_id, people=people)


@transaction.atomic
def mask(
    *,
    actor: Actor,
    standing: Standing,
    case_id: UUID,
    service_id: int,
    slice_: str | None = None,
    entry_id: UUID | None = None,
    now: datetime,
) -> None:
    """Let a slice, or one entry, not exist for a service from now on; doing it twice changes nothing (P19)."""
    by, _service_id = require(Action.MASK, actor=actor, standing=standing, case_id=case_id, now=now)
    hidden = _hidden(slice_, entry_id)
    if not networks.name_plates([service_id]):
        raise Invalid({"service_id": _("Non conosciamo questo servizio: sceglilo dall'elenco.")})
    columns = {
        "case_id": case_id,
        "service_id": service_id,
        "slice": hidden,
        "entry_id": entry_id,
        "masked_at": now,
        "masked_by_id": by,
    }
    if rows.insert(Masking, [columns], unless_there=True):
        _record(actor, "mask.add", case_id, now, service=service_id, **_what(hidden, entry_id))


@transaction.atomic
def unmask(
    *,
    actor: Actor,
    standing: Standing,
    case_id: UUID,
    service_id: int,
    slice_: str | None = None,
    entry_id: UUID | None = None,
    now: datetime,
) -> None:
    """Take a mask off; doing it twice changes nothing, and nothing is granted by it."""
    by, _service_id = require(Action.UNMASK, actor=actor, standing=standing, case_id=case_id, now=now)
    hidden = _hidden(slice_, entry_id)
    found = Masking.objects.filter(case_id=case_id, service=service_id, slice=hidden, entry_id=entry_id, lifted_at=None)
    if found.update(lifted_at=now, lifted_by=by):
        _record(actor, "mask.lift", case_id, now, service=service_id, **_what(hidden, entry_id))


def _hidden(slice_: str | None, entry_id: UUID | None) -> str:
    if (slice_ is None) == (entry_id is None):
        raise Invalid({"slice": _("Scegli che cosa nascondere: una parte del percorso, oppure una sola voce.")})
    return "" if slice_ is None else code_of(Slice, slice_, "slice")


def _what(slice_: str, entry_id: UUID | None) -> dict[str, str]:
    return {"slice": slice_} if entry_id is None else {"entry": str(entry_id)}


def _record(actor: Actor, verb: str, case_id: UUID, now: datetime, **detail: str | int) -> None:
    audit.record(actor=actor, verb=verb, subject=f"case:{case_id}", case_id=case_id, now=now, detail=detail)
