# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Copertura: is there somebody for every call, in every municipality, at every hour; and who could fill a hole."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.formats import number_format
from django.views.decorators.http import require_GET

from approdo.access.rules import Permission
from approdo.activations import selectors
from approdo.activations.rules.proof import Miss, Place
from approdo.activations.selectors import Proof
from approdo.networks import selectors as networks
from approdo.networks.rules import ROME, Period, hours_long, instant
from approdo.usecases import drills
from approdo.web.guards import Asked, needs

DAYS = (7, 14, 30, 90)
USUAL = 14
_SHOWN, _DAYS_NAMED = 12, 7
_WIDTH, _LEFT, _LANE, _LANE_TOP = 340, 18, 22, 16


@dataclass(frozen=True, slots=True)
class Filler:
    """A service that could fill a hole: hers to edit, or somebody else's to ring up."""

    id: int
    label: str
    phone: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One call, or one step of it, with all its holes in the same municipalities."""

    number: int
    miss: Miss
    service: str
    periods: tuple[Period, ...]
    places: tuple[str, ...]
    everywhere: bool
    fillers: tuple[Filler, ...]

    @property
    def hours(self) -> float:
        """Return the true length of all its holes."""
        return sum(hours_long(period) for period in self.periods)


@dataclass(frozen=True, slots=True)
class Bar:
    """One hole on the drawing."""

    x: int
    width: int
    period: Period


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of the table on the drawing."""

    y: int
    line: Line
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """The drawing of the holes, in whole units so that no language puts commas into it."""

    width: int
    height: int
    lanes: tuple[Lane, ...]
    days: tuple[tuple[int, date], ...]


def lines(found: Proof, places: Iterable[Place], mine: Collection[int], first: int = 1) -> list[Line]:
    """Put together what concerns the same step in the same municipalities: one line, however many nights."""
    together: dict[tuple[Miss, tuple[str, ...]], list[Period]] = {}
    for place in places:
        together.setdefault((place.hole.miss, place.municipalities), []).append(place.hole.period)
    ordered = sorted(together.items(), key=lambda one: (min(one[1]), one[0][0].call, str(one[0][0].target)))

    def filler(service_id: int) -> Filler:
        plate = found.services[service_id]
        return Filler(service_id, plate.label, plate.phone, service_id in mine)

    return [
        Line(
            number,
            miss,
            found.services[miss.service_id].label if miss.service_id else "",
            tuple(sorted(periods)),
            tuple(sorted(found.municipalities[code] for code in codes)),
            len(codes) == len(found.municipalities),
            tuple(map(filler, miss.fillers)),
        )
        for number, ((miss, codes), periods) in enumerate(ordered, first)
    ]


def plot(whole: Period, shown: list[Line]) -> Plot:
    """Lay the holes of each line out on the days that were looked at."""

    def across(period: Period) -> tuple[int, int]:
        x = _x(period.starts_at, whole)
        return x, max(2, _x(period.ends_at, whole) - x)

    lanes = tuple(
        Lane(_LANE_TOP + index * _LANE, line, tuple(Bar(*across(period), period) for period in line.periods))
        for index, line in enumerate(shown[:_SHOWN])
    )
    return Plot(_WIDTH, _LANE_TOP + len(lanes) * _LANE + 4, lanes, _days(whole))


def _x(at: datetime, whole: Period) -> int:
    return _LEFT + int((at - whole.starts_at) / (whole.ends_at - whole.starts_at) * (_WIDTH - _LEFT))


def _days(whole: Period) -> tuple[tuple[int, date], ...]:
    """Return where some days begin on the drawing: as many as can be read side by side."""
    first, last = (at.astimezone(ROME).date() for at in (whole.starts_at, whole.ends_at))
    days = [first + timedelta(days=number) for number in range(1, (last - first).days)]
    every = -(-len(days) // _DAYS_NAMED)
    return tuple((_x(instant(day, time.min), whole), day) for day in days[:: max(every, 1)])


@needs(Permission.EDIT_ORGANISATION)
@require_GET
def coverage(request: Asked, network: str) -> HttpResponse:
    """Show the proof for a network and some days ahead: what nobody would hear, then the steps with nobody."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked in map(str, DAYS) else USUAL
    found = selectors.proof(request.actor, network, days, request.now)
    mine = networks.editable_service_ids(request.actor)
    silent = lines(found, found.silent, mine)
    passed_by = lines(found, found.passed_by, mine, len(silent) + 1)
    unheard = drills.unheard_for(request.actor, network)
    words = {
        "found": found,
        "unheard": [(pk, plate, pk in mine) for pk, plate in networks.name_plates(unheard).items()],
        "steps": number_format(found.steps, force_grouping=True),
        "days": days,
        "choices": DAYS,
        "silent": silent,
        "passed_by": passed_by,
        "plot": plot(found.whole, silent + passed_by) if silent or passed_by else None,
        "left": max(0, len(silent) + len(passed_by) - _SHOWN),
        "unruled": [
            (period, [found.municipalities[code] for code in codes]) for period, codes in found.unruled.items()
        ],
    }
    return render(request, "web/networks/coverage.html", words)


urlpatterns = [path("rete/copertura/<slug:network>/", coverage, name="coverage")]
