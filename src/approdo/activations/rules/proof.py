# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Would somebody's telephone ring, at every instant and every step? Proved with the very rules that call at night.

Between two changes of the services a rule may mean nothing is different, so one look between them is exact.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from approdo.activations.rules.escalation import Recipient, messages_for, reach_of
from approdo.activations.rules.planning import backups, called, coordination
from approdo.networks.rules import Course, Period, ServiceKind, ServiceView, merged, without
from approdo.protocols.rules import LOUD, CallRule, ProtocolDocument, Target


@dataclass(frozen=True, slots=True, order=True)
class Miss:
    """A step at which no telephone rings; without a target, the whole call: at no step of it does one.

    ``service_id`` is the called service, None when the territory has nobody to call, not even a coordination;
    ``fillers`` are the services one of whose rotas or lines would close the hole.
    """

    call: str
    service_id: int | None
    target: Target | None
    fillers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Hole:
    """A miss and the stretch of time it lasts."""

    miss: Miss
    period: Period


def misses(rule: CallRule, coverage: Sequence[ServiceView]) -> frozenset[Miss]:
    """Return what a call would miss in a snapshot of a territory: steps, or the whole call.

    What the protocol passes by at this hour is not missed. A person or a line that is alerted by a page only, with no
    message or voice, does not count: nobody wakes up from a page.
    """
    services = called(rule, coverage)
    if not services:
        return frozenset({Miss(rule.key, None, None, ())})
    found: set[Miss] = set()
    for service in services:
        reach = reach_of(rule, service, coverage)
        reached = {step.to: reach(step.to) for step in rule.escalation}
        silent = [
            target for target, people in reached.items() if people is not None and rings_after(rule, people) is None
        ]
        if len(silent) == sum(people is not None for people in reached.values()):
            everybody = [one for target in silent for one in _fillers(target, rule, service, coverage)]
            found.add(Miss(rule.key, service.id, None, tuple(dict.fromkeys(everybody))))
        else:
            found |= {
                Miss(rule.key, service.id, target, _fillers(target, rule, service, coverage)) for target in silent
            }
    return frozenset(found)


def rings_after(rule: CallRule, people: Iterable[Recipient]) -> int | None:
    """Return after how many seconds a telephone rings at one of these people or lines; None when none does.

    By the messages that the alert would send: a number on a channel that the rule does not use here never rings.
    """
    sent = (message for one in people for message in messages_for(rule, one))
    return min((message.after_seconds for message in sent if message.channel in LOUD), default=None)


def _fillers(target: Target, rule: CallRule, service: ServiceView, coverage: Sequence[ServiceView]) -> tuple[int, ...]:
    if target is Target.BACKUP_SERVICE:
        return tuple(sorted(one.id for one in backups(rule, coverage) if one.id != service.id))
    if target is Target.COORDINATOR:
        return tuple(one.id for one in coordination(coverage))
    return (service.id,)


def concerned(rule: CallRule, views: Iterable[ServiceView]) -> tuple[int, ...]:
    """Return which services may change what a rule misses: those it may call, their backups, the coordinations."""
    kinds = {rule.backup_kind, ServiceKind.NETWORK_COORDINATION}
    return tuple(view.id for view in views if rule.fits(view) or view.kind in kinds)


def holes(rule: CallRule, courses: Sequence[Course], whole: Period) -> tuple[Hole, ...]:
    """Return every hole of a call through a stretch of time, exactly, in order of its beginning.

    ``courses`` are those of the services the rule concerns, in the order of a snapshot.
    """
    changes = sorted({at for course in courses for at in course.changes if whole.starts_at < at < whole.ends_at})
    known: dict[tuple[int, ...], frozenset[Miss]] = {}
    lasting: dict[Miss, list[Period]] = {}
    for starts_at, ends_at in zip((whole.starts_at, *changes), (*changes, whole.ends_at), strict=True):
        views = [course.at(starts_at) for course in courses]
        state = tuple(map(id, views))  # the courses keep one view for each state of a service
        if state not in known:
            known[state] = misses(rule, views)
        for miss in known[state]:
            lasting.setdefault(miss, []).append(Period(starts_at, ends_at))
    found = (Hole(miss, period) for miss, periods in lasting.items() for period in merged(periods))
    return tuple(sorted(found, key=lambda hole: (hole.period, hole.miss.target is not None, str(hole.miss))))


@dataclass(frozen=True, slots=True)
class Place:
    """Municipalities that one hole concerns alike."""

    hole: Hole
    municipalities: tuple[str, ...]


def prove(
    document: ProtocolDocument,
    courses: Mapping[int, Course],
    serving: Mapping[str, Sequence[int]],
    whole: Period,
) -> tuple[Place, ...]:
    """Return every hole of a protocol in a territory: municipalities served alike are looked at once.

    ``serving`` says which services serve each municipality; ``whole`` lies within the stretch of the courses.
    """
    seen: dict[tuple[str, tuple[int, ...]], tuple[Hole, ...]] = {}
    where: dict[Hole, list[str]] = {}
    for municipality, service_ids in serving.items():
        views = [courses[service_id].views[0] for service_id in service_ids]
        for rule in document.calls:
            key = rule.key, concerned(rule, views)
            if key not in seen:
                seen[key] = holes(rule, [courses[service_id] for service_id in key[1]], whole)
            for hole in seen[key]:
                where.setdefault(hole, []).append(municipality)
    ordered = sorted(where.items(), key=lambda one: (one[0].miss.target is not None, one[0].period, one[0].miss.call))
    return tuple(Place(hole, tuple(municipalities)) for hole, municipalities in ordered)


def quarters(whole: Period) -> int:
    """Return how many quarters of an hour a stretch touches."""
    return -int(-(whole.ends_at - whole.starts_at).total_seconds() // 900)


def fresh(after: Iterable[Place], before: Iterable[Place]) -> tuple[Place, ...]:
    """Return the calls that nobody would hear after a change, where before it somebody would have heard the service.

    A service that was silent already is no news under another call's name.
    """
    known: dict[tuple[int | str, str], list[Period]] = {}
    for place in before:
        for code in place.municipalities:
            known.setdefault((_whose(place), code), []).append(place.hole.period)

    def new(place: Place) -> bool:
        return any(without(place.hole.period, known.get((_whose(place), code), ())) for code in place.municipalities)

    return tuple(place for place in after if place.hole.miss.target is None and new(place))


def _whose(place: Place) -> int | str:
    return place.hole.miss.service_id or place.hole.miss.call
