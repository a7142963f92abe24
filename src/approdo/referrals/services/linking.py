# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Make the link by which a service without an account answers, and count who guesses at it: all the system's."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from hmac import compare_digest
from uuid import UUID

from django.db import transaction
from django.db.models import F

from approdo.access.rules import SYSTEM, Slice
from approdo.audit import services as audit
from approdo.referrals.models import Referral, ReplyLink
from approdo.referrals.rules import LASTS, PIN_DIGITS, TRIES, Link


@dataclass(frozen=True, slots=True, repr=False)
class Codes:
    """The two codes of a link, once: one goes by letter, the other by telephone. Never printed."""

    link: str
    pin: str


@transaction.atomic
def make_link(*, referral_id: UUID, now: datetime) -> Codes:
    """Make a link for a referral, in place of the one before, which is dead from now on."""
    row = Referral.objects.select_for_update(of=("self",)).get(pk=referral_id)
    ReplyLink.objects.filter(referral_id=referral_id, replaced_at=None).update(replaced_at=now)
    codes = Codes(secrets.token_urlsafe(24), f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}d}")
    ReplyLink.objects.create(
        referral_id=referral_id,
        code_digest=_digest(codes.link),
        pin_digest=_digest(codes.link, codes.pin),
        made_at=now,
        expires_at=now + LASTS,
    )
    _record("referral.link", referral_id, row.case_id, now)
    return codes


@dataclass(frozen=True, slots=True)
class Found:
    """A link that was not replaced, and the referral that it answers."""

    id: int
    referral_id: UUID
    case_id: UUID
    target_id: int
    link: Link
    pin_digest: str = field(repr=False)


def link_by(code: str, *, hold: bool = False) -> Found | None:
    """Return the link that a code names, if it was not replaced; held, whoever guesses at it waits for her turn."""
    rows = ReplyLink.objects.select_for_update(of=("self",)) if hold else ReplyLink.objects.all()
    row = rows.select_related("referral").filter(code_digest=_digest(code), replaced_at=None).first()
    if row is None:
        return None
    link = Link(row.expires_at, row.wrong, frozenset(map(Slice, row.referral.slices)))
    return Found(row.pk, row.referral_id, row.referral.case_id, row.referral.target_id, link, row.pin_digest)


def is_right(found: Found, code: str, pin: str) -> bool:
    """Tell whether the second code is the one that was sent for this link; takes as long for a wrong one."""
    return compare_digest(found.pin_digest, _digest(code, "".join(pin.split())))


@transaction.atomic
def note_wrong(*, found: Found, now: datetime) -> int:
    """Count a wrong code, and return how many more may be tried; to be committed whatever is answered."""
    ReplyLink.objects.filter(pk=found.id).update(wrong=F("wrong") + 1)
    _record("referral.wrong_code", found.referral_id, found.case_id, now)
    return max(0, TRIES - ReplyLink.objects.get(pk=found.id).wrong)


@transaction.atomic
def note_opened(*, found: Found, now: datetime) -> None:
    """Note that a link was opened with both codes; the first time counts."""
    ReplyLink.objects.filter(pk=found.id, opened_at=None).update(opened_at=now)


def _digest(*codes: str) -> str:
    return hashlib.sha256("\n".join(codes).encode()).hexdigest()


def _record(verb: str, referral_id: UUID, case_id: UUID, now: datetime) -> None:
    audit.record(actor=SYSTEM, verb=verb, subject=f"referral:{referral_id}", case_id=case_id, now=now)
