# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Past activations under a protocol that is not in force: who would have been called, and when a telephone had rung.

Nobody's answer is invented: a call that waits for another begins at its latest minute, as if the other was not taken.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from approdo.activations.rules.escalation import next_step, reach_of
from approdo.activations.rules.planning import plan
from approdo.activations.rules.proof import rings_after
from approdo.networks.rules import ServiceView
from approdo.protocols.rules import CallRule, Need, ProtocolDocument

GIVEN_UP = timedelta(hours=2)
"""After so long without a telephone ringing, a played call counts as one that nobody heard."""


@dataclass(frozen=True, slots=True)
class Around:
    """The services of one municipality: as they are at an instant, and when after it they may be otherwise, if ever."""

    at: Callable[[datetime], Sequence[ServiceView]]
    next_change: Callable[[datetime], datetime | None]


Territory = Callable[[str], Around]
"""The services of any municipality, by its code."""


@dataclass(frozen=True, slots=True)
class Past:
    """One activation that was: where, what was needed, when, and which services were called by which rule."""

    municipality: str
    needs: frozenset[Need]
    at: datetime
    called: frozenset[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Played:
    """One call as it would have gone: which service, and after how many seconds from the press a telephone rang.

    ``rang`` is None when none rang within two hours; ``late`` when it rang after the limit within which the call is
    to be answered, or not at all.
    """

    key: str
    service_id: int
    rang: int | None
    late: bool


def play(document: ProtocolDocument, past: Past, around: Around) -> tuple[Played, ...]:
    """Return the calls that this activation would have made under a document."""
    return tuple(
        _played(one.rule, one.service.id, past, document.start_minutes(one.rule.key, past.needs), around)
        for one in plan(document, past.needs, around.at(past.at)).calls
    )


def _played(rule: CallRule, service_id: int, past: Past, start_minutes: int, around: Around) -> Played:
    begins = at = past.at + timedelta(minutes=start_minutes)
    step = 0
    while at < begins + GIVEN_UP:
        services = around.at(at)
        own = next((service for service in services if service.id == service_id), None)
        found = next_step(rule, step, reach_of(rule, own, services), at)
        if (seconds := rings_after(rule, found.recipients)) is not None:
            rang = at + timedelta(seconds=seconds)
            late = rang - begins > timedelta(minutes=rule.answer_within_minutes)
            return Played(rule.key, service_id, int((rang - past.at).total_seconds()), late)
        again = found.step >= len(rule.escalation) + bool(found.recipients)
        step, at = found.step, _next_look(at, found.due_at, around) if again else found.due_at
    return Played(rule.key, service_id, None, late=True)


def _next_look(at: datetime, due_at: datetime, around: Around) -> datetime:
    """Return when looking again first sees anything new: looks come at even distances, and find what the last found.

    For a chain that is over, or in which there was nobody at all: until the services change, every look is the same.
    """
    change = around.next_change(at)
    if change is None:
        return at + GIVEN_UP
    return max(due_at, at - (at - change) // (due_at - at) * (due_at - at))


@dataclass(frozen=True, slots=True)
class Line:
    """All played calls of one rule to one service: how many, the median until a telephone rang, how many late."""

    key: str
    service_id: int
    calls: int
    before: int
    """How many of the same activations called this service under this rule's name, as they were."""
    median_seconds: int | None
    late: int
    unheard: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a document would have made of some activations, in lines by rule and service."""

    activations: int
    different: int
    """In how many of them other services would have been called."""
    lines: tuple[Line, ...]


def outcome(document: ProtocolDocument, pasts: Iterable[Past], territory: Territory) -> Outcome:
    """Play a document against activations that were and sum up; rules in the document's order, dropped ones last."""
    played: dict[tuple[str, int], list[Played]] = defaultdict(list)
    were: dict[tuple[str, int], int] = defaultdict(int)
    count = different = 0
    for past in pasts:
        calls = play(document, past, territory(past.municipality))
        count += 1
        different += {one.service_id for one in calls} != {service_id for _key, service_id in past.called}
        for one in calls:
            played[one.key, one.service_id].append(one)
        for called in past.called:
            were[called] += 1
    order = {call.key: number for number, call in enumerate(document.calls)}
    keys = sorted({*played, *were}, key=lambda one: (order.get(one[0], len(order)), one))
    return Outcome(count, different, tuple(_line(key, played[key], were[key]) for key in keys))


def _line(key: tuple[str, int], calls: Sequence[Played], before: int) -> Line:
    rang = [one.rang for one in calls if one.rang is not None]
    middle = int(median(rang)) if rang else None
    return Line(*key, len(calls), before, middle, sum(one.late for one in calls), len(calls) - len(rang))
