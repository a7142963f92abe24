# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Four hundred pathways whose shares are those published for Lombardy, and which of them began with an activation.

Sources of the shares: docs/reference/demonstration.md. Independent decks are dealt, so that each share is exact.
"""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from approdo.activations.rules.states import Consent, StandDownReason
from approdo.cases.rules import Arrival, CaseAct, CaseState, ClosingReason
from approdo.cli.demonstration.chance import dealt, dice
from approdo.cli.demonstration.geography import Place
from approdo.cli.demonstration.region import (
    Move,
    PlannedActivation,
    PlannedCase,
    PlannedNetwork,
    PlannedService,
    Region,
)
from approdo.networks.rules import ServiceKind, instant
from approdo.protocols.rules import Need

CASES, ACTIVATIONS = 400, 60
DAYS_OF_ACTIVATIONS = 27
TOUR_NETWORK, TOUR_ACTIVATIONS, TOUR_EMERGENCIES = "laghi", 8, 5
TOUR_DEPARTMENT, TOUR_COORDINATION = "laghi-ps", "laghi-coordinamento"
"""The visitor of the demonstration, who signs in at an emergency department there, must find something of her own."""

PROVINCES = {
    "MI": 4629, "BS": 1332, "VA": 959, "MB": 819, "BG": 804, "PV": 543,
    "CO": 501, "LC": 497, "LO": 455, "MN": 423, "CR": 305, "SO": 56,
}  # fmt: skip
"""Women in contact with a centre in 2018, by province."""
FURTHEST = {
    CaseState.CONTACT: 2351, CaseState.RECEPTION: 1799,
    CaseState.INTAKE: 998, CaseState.PLAN: 998, CaseState.MONITORING: 500,
}  # fmt: skip
"""Of 6,646 new contacts in 2018, 4,295 came to reception and 2,496 were taken in charge; how far these 2,496 went on is
not published (two fifths, two fifths and one fifth are ours)."""
CLOSED = {True: 979, False: 10344}
"""Of 11,323 women followed in 2018, 329 concluded and 650 broke off."""
ARRIVALS = {
    Arrival.SPONTANEOUS: 26.8, Arrival.RELATIVES: 17.5, Arrival.POLICE: 15.3, Arrival.HEALTH: 9.8,
    Arrival.SOCIAL_SERVICE: 7.6, Arrival.HELPLINE: 8.0, Arrival.OTHER: 15.0,
}  # fmt: skip
"""How women arrive, in per cent, Italy; police, health and social services together are 32.7, divided among the three
as those to whom women had already spoken (30, 19.3 and 15); the rest, 23, is divided by us between 1522 and others."""
NEEDS: dict[frozenset[Need], float] = {
    frozenset({Need.SAFE_PLACE, Need.TALK_NOW}): 25,
    frozenset({Need.TALK_NOW}): 25,
    frozenset({Need.SAFE_PLACE, Need.TALK_NOW, Need.CHILDREN}): 20,
    frozenset({Need.CALL_BACK}): 15,
    frozenset({Need.SAFE_PLACE, Need.CHILDREN}): 10,
    frozenset({Need.CALL_BACK, Need.CHILDREN}): 5,
}
CONSENTS = {Consent.GIVEN: 76.0, Consent.NOT_NOW: 10.0, Consent.DUTY_OR_DANGER: 14.0}
STILL_OPEN = 5
ENDINGS = {"closed": 42.0, "stood_down": 9.0, "undone": 4.0}
REASONS = {
    StandDownReason.WOMAN_DECLINES: 4.0, StandDownReason.WOMAN_LEFT: 2.0,
    StandDownReason.HELP_ARRIVED: 2.0, StandDownReason.DUPLICATE: 1.0,
}  # fmt: skip

_LADDER = (
    # state, the act that leads there, fewest and most days after the step before, the same after an activation
    (CaseState.RECEPTION, CaseAct.RECEIVE, (0.5, 7), (0.2, 2)),
    (CaseState.INTAKE, CaseAct.TAKE_IN_CHARGE, (5, 20), (3, 8)),
    (CaseState.PLAN, CaseAct.PLAN, (7, 30), (7, 30)),
    (CaseState.MONITORING, CaseAct.MONITOR, (40, 110), (40, 110)),
)
_QUIET_DAYS = {
    CaseState.CONTACT: 90, CaseState.RECEPTION: 60, CaseState.INTAKE: 40, CaseState.PLAN: 60, CaseState.MONITORING: 60,
}  # fmt: skip
_OPENERS: dict[Arrival, tuple[ServiceKind, ...]] = {
    Arrival.HEALTH: (ServiceKind.EMERGENCY_DEPARTMENT,) * 3 + (ServiceKind.FAMILY_CLINIC,),
    Arrival.POLICE: (ServiceKind.POLICE,),
    Arrival.SOCIAL_SERVICE: (ServiceKind.SOCIAL_SERVICE,),
    Arrival.SPONTANEOUS: (ServiceKind.SUPPORT_CENTRE,) * 2 + (ServiceKind.OUTREACH_DESK,),
    Arrival.RELATIVES: (ServiceKind.SUPPORT_CENTRE,) * 2 + (ServiceKind.OUTREACH_DESK,),
}
HOUR_WEIGHTS = (5, 5, 4, 3, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 4, 5, 5, 6, 7, 8, 8, 7)
"""Emergency departments fill in the evening and at night."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """A pathway before it has a date."""

    number: int
    network: PlannedNetwork
    municipality: str
    province: str
    reached: CaseState
    closed: bool
    arrival: Arrival

    @property
    def is_recent(self) -> bool:
        """Tell whether it can have begun in the last weeks."""
        early = self.reached in {CaseState.CONTACT, CaseState.RECEPTION, CaseState.INTAKE}
        return early and not self.closed

    @property
    def from_a_service(self) -> bool:
        """Tell whether somebody who is not the centre met her first."""
        return self.arrival in {Arrival.HEALTH, Arrival.POLICE, Arrival.SOCIAL_SERVICE}


def planned_cases(region: Region, places: Mapping[str, Place]) -> tuple[PlannedCase, ...]:
    """Return the pathways, in the order in which they began."""
    chance = dice(region.seed, "pathways")
    drafts = _for_the_tour(_drafts(region, places, chance))
    activated = _activated(drafts, chance)
    cases = [
        _emergency(draft, region.today, chance) if draft.number in activated else _quiet(draft, region.today, chance)
        for draft in drafts
    ]
    cases.sort(key=lambda case: (case.opened_at, case.number))
    return _with_activations(cases, activated, chance)


def _drafts(region: Region, places: Mapping[str, Place], chance: random.Random) -> list[_Draft]:
    decks = zip(
        dealt(chance, PROVINCES, CASES),
        dealt(chance, FURTHEST, CASES),
        dealt(chance, CLOSED, CASES),
        dealt(chance, ARRIVALS, CASES),
        strict=True,
    )
    covered = {code: network for network in region.networks for code in network.territory}
    by_province: dict[str, list[str]] = {}
    for code in sorted(covered):
        by_province.setdefault(places[code].province, []).append(code)
    drafts = []
    for number, (province, reached, closed, arrival) in enumerate(decks):
        codes = by_province[province]
        municipality = chance.choices(codes, [places[code].population for code in codes])[0]
        drafts.append(_Draft(number, covered[municipality], municipality, province, reached, closed, arrival))
    return drafts


def _at_the_tour_department(draft: _Draft) -> bool:
    department = draft.network.serving(draft.municipality, ServiceKind.EMERGENCY_DEPARTMENT)
    return department is not None and department.key == TOUR_DEPARTMENT


def _for_the_tour(drafts: list[_Draft]) -> list[_Draft]:
    """Let health services meet some women of the tour's network first, in exchange with others, so that shares stay."""
    result = list(drafts)
    wanted = [d.number for d in drafts if d.network.code == TOUR_NETWORK and d.is_recent]
    wanted.sort(key=lambda number: not _at_the_tour_department(drafts[number]))
    lacking = [number for number in wanted[:TOUR_EMERGENCIES] if drafts[number].arrival is not Arrival.HEALTH]
    donors = [d.number for d in drafts if d.network.code != TOUR_NETWORK and d.arrival is Arrival.HEALTH]
    for number, donor in zip(lacking, donors, strict=False):
        result[donor] = replace(drafts[donor], arrival=drafts[number].arrival)
        result[number] = replace(drafts[number], arrival=Arrival.HEALTH)
    return result


def _activated(drafts: Iterable[_Draft], chance: random.Random) -> frozenset[int]:
    """Choose which pathways began with an activation; those of health first; the network of the tour has its part."""
    fitting = [draft for draft in drafts if draft.is_recent]
    chance.shuffle(fitting)
    tour = sorted(
        (draft for draft in fitting if draft.network.code == TOUR_NETWORK), key=lambda d: not d.from_a_service
    )
    tour = tour[:TOUR_ACTIVATIONS]
    others = [draft for draft in fitting if draft.network.code != TOUR_NETWORK and draft.from_a_service]
    others.sort(key=lambda draft: draft.arrival is not Arrival.HEALTH)
    return frozenset(draft.number for draft in [*tour, *others][:ACTIVATIONS])


def _opener(draft: _Draft, chance: random.Random) -> PlannedService:
    kind = chance.choice(_OPENERS.get(draft.arrival, (ServiceKind.SUPPORT_CENTRE,)))
    if draft.arrival is Arrival.HEALTH and _at_the_tour_department(draft):
        kind = ServiceKind.EMERGENCY_DEPARTMENT
    found = draft.network.serving(draft.municipality, kind)
    assert found is not None, f"{draft.network.code} has no {kind}"
    return found


def _quiet(draft: _Draft, today: date, chance: random.Random) -> PlannedCase:
    """A pathway that began by day, without an emergency."""
    steps = _steps(draft, chance, emergency=False)
    age = sum(days for _act, days in steps) + chance.uniform(2, _QUIET_DAYS[draft.reached])
    day = today - timedelta(days=int(age) + 1)
    opened_at = instant(day, time(chance.randrange(9, 19), chance.randrange(60)))
    return _case(draft, opened_at, steps, chance)


def _emergency(draft: _Draft, today: date, chance: random.Random) -> PlannedCase:
    """A pathway that began with an activation, at any hour of the last weeks."""
    steps = _steps(draft, chance, emergency=True)
    least = int(sum(days for _act, days in steps)) + (2 if steps else 1)
    day = today - timedelta(days=chance.randint(least, DAYS_OF_ACTIVATIONS))
    hour = chance.choices(range(24), HOUR_WEIGHTS)[0]
    return _case(draft, instant(day, time(hour, chance.randrange(60))), steps, chance)


def _steps(draft: _Draft, chance: random.Random, *, emergency: bool) -> list[tuple[CaseAct, float]]:
    """Return the acts up to the furthest state, each with the days since the one before."""
    steps = []
    for state, act, slow, quick in _LADDER if draft.reached is not CaseState.CONTACT else ():
        steps.append((act, chance.uniform(*(quick if emergency else slow))))
        if state is draft.reached:
            break
    if draft.closed:
        steps.append((CaseAct.CLOSE, chance.uniform(10, 90)))
    return steps


def _ending(draft: _Draft) -> ClosingReason:
    """Return how a pathway ended: after the monitoring it is completed; before it, one reason after the other."""
    if draft.reached is CaseState.MONITORING:
        return ClosingReason.COMPLETED
    others = (ClosingReason.DROPPED_OUT, ClosingReason.TRANSFERRED, ClosingReason.SUSPENDED, ClosingReason.RETURNED)
    return others[draft.number % len(others)]


def _case(draft: _Draft, opened_at: datetime, steps: list[tuple[CaseAct, float]], chance: random.Random) -> PlannedCase:
    opener = _opener(draft, chance)
    centre = draft.network.serving(draft.municipality, ServiceKind.SUPPORT_CENTRE)
    assert centre is not None, f"{draft.network.code} has no centre"
    leader = chance.randrange(len(centre.members))
    moves, at = [], opened_at
    for act, days in steps:
        at = max(_by_day(at + timedelta(days=days), chance), at + timedelta(hours=4))
        moves.append(Move(at, act, centre.key, leader, _ending(draft) if act is CaseAct.CLOSE else ""))
    return PlannedCase(
        number=draft.number,
        network=draft.network.code,
        municipality=draft.municipality,
        province=draft.province,
        arrival=draft.arrival,
        reached=draft.reached,
        closed=draft.closed,
        opened_at=opened_at,
        service=opener.key,
        member=chance.randrange(len(opener.members)),
        moves=tuple(moves),
    )


def _by_day(at: datetime, chance: random.Random) -> datetime:
    return instant(at.date(), time(chance.randrange(9, 18), chance.randrange(60)))


def _with_activations(
    cases: list[PlannedCase], activated: frozenset[int], chance: random.Random
) -> tuple[PlannedCase, ...]:
    """Say what each activation asked for and how it ended; the latest, answered by all, are still open."""
    wanted = len(activated)
    ended = wanted - STILL_OPEN
    endings = [*dealt(chance, ENDINGS, ended), *["answered"] * STILL_OPEN]
    needs, consents = dealt(chance, NEEDS, wanted), dealt(chance, CONSENTS, wanted)
    reasons = iter(dealt(chance, REASONS, endings.count("stood_down")))
    turn = iter(range(wanted))
    result = []
    for case in cases:
        if case.number in activated:
            number = next(turn)
            reason = next(reasons) if endings[number] == "stood_down" else None
            activation = PlannedActivation(needs[number], consents[number], endings[number], reason)
            result.append(replace(case, activation=activation))
        else:
            result.append(case)
    return tuple(result)
