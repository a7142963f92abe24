# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How services will be through a stretch of time, exactly: from each change on, until the next."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from approdo.networks.rules.hours import Period
from approdo.networks.rules.rota import POSITIONS, Duty
from approdo.networks.rules.views import ServiceView

Stretch = TypeVar("Stretch", Period, Duty)


@dataclass(frozen=True, slots=True)
class Course:
    """A service through a stretch: ``views[n]`` holds from ``changes[n]`` until the change after it."""

    changes: tuple[datetime, ...]
    views: tuple[ServiceView, ...]

    def at(self, at: datetime) -> ServiceView:
        """Return the service as it is at an instant of the stretch."""
        return self.views[max(bisect_right(self.changes, at) - 1, 0)]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The services of a territory through a stretch, and which of them serve each municipality (in order)."""

    whole: Period
    courses: Mapping[int, Course]
    serving: Mapping[str, tuple[int, ...]]


def course(
    view: Callable[[bool, Mapping[int, int]], ServiceView],
    duties: Sequence[Duty],
    opened: Sequence[Period],
    whole: Period,
) -> Course:
    """Return a service through a stretch of time; ``view`` makes it of whether it is open and who is on call where.

    Duties come in order; those of one position do not overlap, nor do the periods in which the service is open.
    """
    lines = {place: [duty for duty in duties if duty.position == place] for place in POSITIONS}
    periods = [*opened, *(duty.period for duty in duties)]
    edges = {period.starts_at for period in periods} | {period.ends_at for period in periods}
    changes = (whole.starts_at, *sorted(edge for edge in edges if whole.starts_at < edge < whole.ends_at))
    seen: dict[tuple[int | bool | None, ...], ServiceView] = {}
    views = []
    for at in changes:
        open_now = _covering(opened, at) is not None
        on_call = {place: duty.operator_id for place, line in lines.items() if (duty := _covering(line, at))}
        state = (open_now, *map(on_call.get, POSITIONS))
        if state not in seen:
            seen[state] = view(open_now, on_call)
        views.append(seen[state])
    return Course(changes, tuple(views))


def _covering(stretches: Sequence[Stretch], at: datetime) -> Stretch | None:
    place = bisect_right(stretches, at, key=lambda one: one.starts_at) - 1
    return stretches[place] if place >= 0 and at < stretches[place].ends_at else None
