# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every act leaves behind: a step, an entry of the register, and a row that says where the referral stands."""

from datetime import datetime
from uuid import UUID

from approdo.access.rules import SYSTEM, Actor
from approdo.audit import services as audit
from approdo.kit import live
from approdo.kit.errors import Invalid, NotFound
from approdo.kit.words import mark as _
from approdo.networks import selectors as networks
from approdo.referrals.models import Referral, Step
from approdo.referrals.rules import Act, Answer, read_words
from approdo.referrals.selectors import owed, place
from approdo.vault import selectors as keys
from approdo.vault import services as vault

MOVING = (
    *("service_ids", "slices", "status", "progress", "sent_at", "asked_at", "answered_at", "owed_since"),
    *("reminded_at", "escalated_at", "due_at", "taken_at", "met_at", "ended_at", "end_reason"),
)
"""What changes of a referral; the rest was said once (referrals 0002)."""


def owe(row: Referral, since: datetime) -> None:
    """Begin the clock of an answer anew: somebody owes it from now on."""
    row.owed_since, row.reminded_at, row.escalated_at = since, None, None
    wind(row)


def wind(row: Referral) -> None:
    """Set when the clock acts next; nothing when nobody owes an answer."""
    waits = owed(row)
    row.due_at = waits.next[1] if waits else None


def note(row: Referral, act: Act, *, actor: Actor, answer: Answer, now: datetime) -> None:
    """Write down an act with its code and sealed words; in the transaction of the act."""
    words = read_words(act, answer.words)
    person = actor != SYSTEM
    step = Step(
        referral=row,
        number=Step.objects.filter(referral=row).count() + 1,  # its row is locked: nobody counts at the same time
        happened_at=now,
        act=act,
        service_id=actor.service_id if person else None,
        operator_id=actor.operator_id if person else None,
        organisation_id=actor.organisation_id if words else None,
        code=answer.code,
    )
    if words:
        step.words = _sealed(step, row, actor, words)
    step.save(force_insert=True)
    audit.record(
        actor=actor,
        verb=f"referral.{act}",
        subject=f"referral:{row.pk}",
        case_id=row.case_id,
        now=now,
        detail={"code": answer.code} if answer.code else None,
    )
    live.announce(f"s:{service_id}" for service_id in row.service_ids)


def may_write(case_id: UUID, requester_id: int, target_id: int) -> bool:
    """Tell whether words may go with an act: both services' organisations hold the key of the case. System-internal."""
    both = {networks.organisation_of(requester_id), networks.organisation_of(target_id)}
    return both <= keys.holders(case_id)


def _sealed(step: Step, row: Referral, actor: Actor, words: str) -> bytes:
    """Seal words with the key of the case, if both sides hold it: nothing is written of who shares nothing."""
    if actor.organisation_id is None or not may_write(row.case_id, row.requester_id, row.target_id):
        raise Invalid(
            {"words": _("Senza un suo consenso che valga per entrambe, di lei non si scrive: solo i codici.")}
        )
    try:
        key = vault.case_key(organisation_id=actor.organisation_id, case_id=row.case_id)
    except NotFound:
        raise Invalid({"words": _("Il consenso è stato tolto: di lei non si scrive più.")}) from None
    return key.seal(place(step, row.case_id), words.encode())
