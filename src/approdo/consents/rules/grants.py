# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A grant in time: future, live, expired, revoked; and what a service's grants and masks say of each slice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from approdo.access.rules import Slice
from approdo.consents.rules.codes import Basis
from approdo.networks.rules import ROME

DEFAULT_DAYS = 90
LONGEST_YEARS = 2


class GrantState(StrEnum):
    """How a grant stands at an instant."""

    FUTURE = "future"
    LIVE = "live"
    EXPIRED = "expired"
    REVOKED = "revoked"


class GrantAct(StrEnum):
    """What is done to a grant; time does the rest."""

    RENEW = "renew"
    REVOKE = "revoke"


class ConsentState(StrEnum):
    """What a service's grants and masks say, together, of one slice of a case."""

    NONE = "none"
    GIVEN = "given"
    EXPIRED = "expired"
    REVOKED = "revoked"
    LEGAL = "legal"
    MASKED = "masked"


TRANSITIONS: dict[tuple[GrantState, GrantAct], GrantState] = {
    (GrantState.FUTURE, GrantAct.REVOKE): GrantState.REVOKED,
    (GrantState.LIVE, GrantAct.RENEW): GrantState.LIVE,
    (GrantState.LIVE, GrantAct.REVOKE): GrantState.REVOKED,
    (GrantState.EXPIRED, GrantAct.RENEW): GrantState.LIVE,
    (GrantState.EXPIRED, GrantAct.REVOKE): GrantState.REVOKED,
    (GrantState.REVOKED, GrantAct.REVOKE): GrantState.REVOKED,
}
"""Revoking twice is answered calmly; what was revoked comes back only by asking her again."""


@dataclass(frozen=True, slots=True)
class Held:
    """What matters of one grant when its service asks."""

    slices: frozenset[Slice]
    basis: Basis
    valid_from: datetime
    until: datetime
    revoked_at: datetime | None


def grant_state(*, valid_from: datetime, until: datetime, revoked_at: datetime | None, at: datetime) -> GrantState:
    """Return how a grant stands: live from its first instant up to, and without, its last.

    Revoked is revoked whatever the instant asked about: a page that read the clock just before must not show it.
    """
    if revoked_at is not None:
        return GrantState.REVOKED
    at = at.astimezone(UTC)  # two instants in one zone are compared by its wall clock, which goes back in autumn
    if at < valid_from:
        return GrantState.FUTURE
    return GrantState.LIVE if at < until else GrantState.EXPIRED


def hidden(masked: Iterable[Slice]) -> frozenset[Slice]:
    """Return what these masks hide: a child's file tells where the mother is, so hiding the place hides it (T17)."""
    found = frozenset(masked)
    return found | {Slice.CHILDREN} if Slice.LOCATION in found else found


def consent_states(held: Iterable[Held], masked: Iterable[Slice], at: datetime) -> dict[Slice, ConsentState]:
    """Return, for every slice, how consent stands for the one service that holds these grants and masks."""
    found = dict.fromkeys(Slice, ConsentState.NONE)
    for grant in held:
        state = _said(grant, at)
        for slice_ in grant.slices:
            found[slice_] = max(found[slice_], state, key=_WEIGHT.__getitem__)
    return found | dict.fromkeys(hidden(masked), ConsentState.MASKED)


def strictest(slice_: Slice, consents: Mapping[Slice, ConsentState]) -> ConsentState:
    """Return the state that counts for a slice: what nobody said is none, and a child is hidden where her place is."""
    if slice_ is Slice.CHILDREN and consents.get(Slice.LOCATION) is ConsentState.MASKED:
        return ConsentState.MASKED
    return consents.get(slice_, ConsentState.NONE)


_WEIGHT = {
    ConsentState.NONE: 0,
    ConsentState.EXPIRED: 1,
    ConsentState.REVOKED: 2,
    ConsentState.LEGAL: 3,
    ConsentState.GIVEN: 4,
    ConsentState.MASKED: 5,
}
"""What is live counts before what has ended; a later no before an old yes."""


def _said(grant: Held, at: datetime) -> ConsentState:
    state = grant_state(valid_from=grant.valid_from, until=grant.until, revoked_at=grant.revoked_at, at=at)
    if state is GrantState.LIVE:
        return ConsentState.GIVEN if grant.basis is Basis.CONSENT else ConsentState.LEGAL
    if state is GrantState.REVOKED and grant.basis is Basis.CONSENT:
        return ConsentState.REVOKED
    return ConsentState.EXPIRED if state is not GrantState.FUTURE else ConsentState.NONE


def default_end(valid_from: datetime, days: int = DEFAULT_DAYS) -> datetime:
    """Return the end of a consent that names none: so many days later, at the same hour of Rome's clock."""
    return (valid_from.astimezone(ROME) + timedelta(days=days)).astimezone(valid_from.tzinfo)


def latest_end(valid_from: datetime) -> datetime:
    """Return the last instant at which a grant may end: two years later, at the same hour of Rome's clock."""
    local = valid_from.astimezone(ROME)
    leap = (local.month, local.day) == (2, 29)
    return local.replace(year=local.year + LONGEST_YEARS, day=28 if leap else local.day).astimezone(valid_from.tzinfo)
