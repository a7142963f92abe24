# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is around a woman, for who leads her pathway: services, people, the last thing each did, until when it reads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from approdo.activations import selectors as activations
from approdo.cases.rules import EventKind
from approdo.cases.selectors import CasePage, EventRow
from approdo.consents import selectors as consents
from approdo.networks import selectors as networks
from approdo.networks.selectors import Person

DONE_BY_IT = frozenset(
    {
        EventKind.CASE_OPENED,
        EventKind.CASE_MOVED,
        EventKind.ACTIVATED,
        EventKind.SEEN,
        EventKind.TAKEN,
        EventKind.DECLINED,
        EventKind.RELEASED,
        EventKind.LEAD_TAKEN,
        EventKind.LEAD_OFFERED,
        EventKind.LEAD_REFUSED,
        EventKind.CONTACT_PLANNED,
        EventKind.REFERRED,
        EventKind.REFERRAL_TAKEN,
        EventKind.REFERRAL_REFUSED,
        EventKind.REFERRAL_MET,
        EventKind.LEFT,
    }
)
"""What a chronology tells that the service itself did; the rest was done to it, or by the system."""


@dataclass(frozen=True, slots=True)
class Around:
    """One service around her."""

    service_id: int
    since: datetime
    people: tuple[Person, ...] = ()
    """Who leads the pathway, and who took a call for it."""
    last: EventRow | None = None
    reads_until: datetime | None = None


def ask_around(case: CasePage, at: datetime) -> Callable[[], tuple[Around, ...]]:
    """Ask who is around a woman; what is returned waits for the answers. Only for who leads: the caller decides."""
    takers, until = activations.ask_takers(case.id), consents.ask_read_until(case.id, at)

    def answered() -> tuple[Around, ...]:
        acting = {(service_id, operator_id) for service_id, operator_id in takers.value}
        if case.lead_service_id is not None and case.lead_operator_id is not None:
            acting.add((case.lead_service_id, case.lead_operator_id))
        return _around(case, networks.people_in(acting), until.value)

    return answered


def _around(
    case: CasePage, people: Mapping[int, tuple[Person, ...]], until: Mapping[int, datetime]
) -> tuple[Around, ...]:
    last: dict[int, EventRow] = {}
    for event in case.chronology:  # the newest first
        if event.service_id is not None and event.kind in DONE_BY_IT:
            last.setdefault(event.service_id, event)
    return tuple(
        Around(
            one.service_id,
            one.since,
            people.get(one.service_id, ()),
            last.get(one.service_id),
            until.get(one.service_id),
        )
        for one in case.participants
    )
