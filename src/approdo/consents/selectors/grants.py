# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is granted to whom, decided at the instant of the question and never kept (security.md, T16, P18)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from approdo.access.rules import Slice
from approdo.consents.models import Grant, Masking, NotShared
from approdo.consents.rules import (
    Basis,
    ConsentState,
    GrantState,
    Held,
    NotSharedReason,
    SharingPurpose,
    grant_state,
    hidden,
)
from approdo.consents.rules import (
    consent_states as states_of,
)
from approdo.kit.rows import Answer, Rows, Statement, ask

_MASKED = Masking.objects.filter(
    case_id=OuterRef("case_id"), service=OuterRef("service_id"), lifted_at=None, entry_id=None
).values("slice")
_LIVE = Statement(
    lambda service, case, at: (
        Grant.objects.filter(service=service, case_id=case, valid_from__lte=at, until__gt=at, revoked_at=None)
        .annotate(masked=ArraySubquery(_MASKED))
        .values_list("slices", "masked")
    ),
    service=int,
    case=UUID,
    at=datetime,
)
_LIVE_CASES = Statement(
    lambda service, at: (
        Grant.objects.filter(service=service, valid_from__lte=at, until__gt=at, revoked_at=None)
        .order_by("case_id")
        .distinct("case_id")
        .values_list("case_id")
    ),
    service=int,
    at=datetime,
)
_UNTIL = """
SELECT service_id, max(until) FROM consents_grant
 WHERE case_id = %(case)s AND valid_from <= %(at)s AND until > %(at)s AND revoked_at IS NULL GROUP BY service_id
"""
_SAID = """
SELECT slices, basis, valid_from, until, revoked_at FROM consents_grant
 WHERE service_id = %(service)s AND case_id = %(case)s
UNION ALL
SELECT array_agg(slice), NULL, NULL, NULL, NULL FROM consents_masking
 WHERE service_id = %(service)s AND case_id = %(case)s AND lifted_at IS NULL AND slice <> ''
"""


@dataclass(frozen=True, slots=True)
class GrantLine:
    """One line of the page of consents, as it stands at an instant."""

    id: UUID
    service_id: int
    slices: tuple[Slice, ...]
    purpose: SharingPurpose
    basis: Basis
    valid_from: datetime
    until: datetime
    recorded_at: datetime
    recorded_by: int
    language: str
    how: str
    proof: str
    norm: str
    reason: str
    decided_by: int | None
    revoked_at: datetime | None
    renewed: bool
    state: GrantState


@dataclass(frozen=True, slots=True)
class Expiring:
    """A live grant that is about to end."""

    id: UUID
    case_id: UUID
    service_id: int
    until: datetime


@dataclass(frozen=True, slots=True)
class NotSharedLine:
    """That a slice is not shared with a service, and why."""

    service_id: int
    slice: Slice
    reason: NotSharedReason
    recorded_at: datetime
    recorded_by: int


def live_slices(*, service_id: int, case_id: UUID, at: datetime) -> frozenset[Slice]:
    """Return the slices of a case granted to a service and live at an instant of the database clock, minus its masks.

    One query. Blocks, roles and treating the man are not looked at here: that is ``rules.allowed``.
    """
    found = _LIVE.read(service=service_id, case=case_id, at=at)
    if not found:
        return frozenset()
    granted = {Slice(one) for slices, _masked in found for one in slices}
    return frozenset(granted) - hidden(Slice(one) for one in found[0][1])


def live_cases(*, service_id: int, at: datetime) -> frozenset[UUID]:
    """Return the cases on which a service holds a grant that is live, masks and blocks apart."""
    return frozenset(case_id for (case_id,) in _LIVE_CASES.read(service=service_id, at=at))


def consent_states(*, service_id: int, case_id: UUID, at: datetime) -> dict[Slice, ConsentState]:
    """Return how consent stands for a service on every slice of a case: what ``rules.allowed`` asks for. One query."""
    return ask_consent_states(service_id=service_id, case_id=case_id, at=at).value


def ask_consent_states(*, service_id: int, case_id: UUID, at: datetime) -> Answer[dict[Slice, ConsentState]]:
    """Ask for the same."""
    return ask(_SAID, {"service": service_id, "case": case_id}, lambda rows: _states(rows, at))


def _states(rows: Rows, at: datetime) -> dict[Slice, ConsentState]:
    held, masked = [], set()
    for slices, basis, valid_from, until, revoked_at in rows:
        if basis is None:
            masked |= {Slice(one) for one in slices or ()}
        else:
            held.append(Held(frozenset(map(Slice, slices)), Basis(basis), valid_from, until, revoked_at))
    return states_of(held, masked, at)


def ask_read_until(case_id: UUID, at: datetime) -> Answer[dict[int, datetime]]:
    """Ask until when each service may read something of a case; who may see it is decided by the caller."""
    return ask(_UNTIL, {"case": case_id, "at": at}, dict)


def grants_of(case_id: UUID, *, at: datetime) -> tuple[GrantLine, ...]:
    """Return every grant on a case, newest first, each with its state; who may see them is decided by the caller."""
    rows = list(Grant.objects.filter(case_id=case_id).order_by("-recorded_at", "pk"))
    renewed = {row.renews_id for row in rows}
    return tuple(_line(row, at, renewed=row.pk in renewed) for row in rows)


def _line(row: Grant, at: datetime, *, renewed: bool) -> GrantLine:
    return GrantLine(
        id=row.pk,
        service_id=row.service_id,
        slices=tuple(Slice(one) for one in row.slices),
        purpose=SharingPurpose(row.purpose),
        basis=Basis(row.basis),
        valid_from=row.valid_from,
        until=row.until,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by_id,
        language=row.language,
        how=row.how,
        proof=row.proof,
        norm=row.norm,
        reason=row.reason,
        decided_by=row.decided_by_id,
        revoked_at=row.revoked_at,
        renewed=renewed,
        state=grant_state(valid_from=row.valid_from, until=row.until, revoked_at=row.revoked_at, at=at),
    )


def expiring(*, at: datetime, within: timedelta, service_id: int | None = None) -> tuple[Expiring, ...]:
    """Return the live grants that end within a stretch of time, the next first; of one service, if one is named."""
    rows = Grant.objects.filter(revoked_at=None, valid_from__lte=at, until__gt=at, until__lte=at + within)
    if service_id is not None:
        rows = rows.filter(service=service_id)
    return tuple(
        Expiring(*row) for row in rows.order_by("until", "pk").values_list("pk", "case_id", "service_id", "until")
    )


def not_shared_of(case_id: UUID) -> tuple[NotSharedLine, ...]:
    """Return what of a case was not shared with whom, and why, newest first."""
    rows = NotShared.objects.filter(case_id=case_id).order_by("-recorded_at", "-pk")
    return tuple(
        NotSharedLine(service_id, Slice(slice_), NotSharedReason(reason), at, by)
        for service_id, slice_, reason, at, by in rows.values_list(
            "service_id", "slice", "reason", "recorded_at", "recorded_by_id"
        )
    )
