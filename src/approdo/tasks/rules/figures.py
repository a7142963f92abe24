# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the steps of the pathway went: reached, done in time, late, not done and why. Nothing here names a case."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from approdo.kit.counts import percentile, share
from approdo.protocols.rules import Phase
from approdo.tasks.rules.states import OPEN, Status


@dataclass(frozen=True, slots=True)
class PastTask:
    """One task that was, with what its own copy of the step said."""

    key: str
    phase: Phase
    what: str
    status: Status
    reached_at: datetime
    due_at: datetime
    ended_at: datetime | None
    end_reason: str


@dataclass(frozen=True, slots=True)
class StepFigures:
    """One step: how often it was reached, and what became of it; hours are from the reaching to the doing.

    ``waiting``: still to do and not yet due. ``late``: done after its limit, or still to do past it.
    """

    key: str
    phase: Phase
    what: str
    reached: int
    on_time: int
    late: int
    waiting: int
    skipped: Mapping[str, int]
    median_hours: int | None
    ninetieth_hours: int | None

    @property
    def share_on_time(self) -> int | None:
        """Return the share done in time of what was done or is late, per cent; None for fewer than five."""
        return share(self.on_time, self.on_time + self.late)


def step_figures(tasks: Iterable[PastTask], now: datetime) -> tuple[StepFigures, ...]:
    """Measure tasks step by step, in the order of the phases; the words of a step are those of its newest task."""
    heaps: dict[tuple[Phase, str], list[PastTask]] = {}
    for task in tasks:
        heaps.setdefault((task.phase, task.key), []).append(task)
    order = {phase: number for number, phase in enumerate(Phase)}
    return tuple(_step(heaps[one], now) for one in sorted(heaps, key=lambda one: (order[one[0]], one[1])))


def _step(tasks: list[PastTask], now: datetime) -> StepFigures:
    newest = max(tasks, key=lambda task: task.reached_at)
    done = [(task, task.ended_at) for task in tasks if task.status is Status.COMPLETED and task.ended_at is not None]
    still = [task for task in tasks if task.status in OPEN]
    on_time = sum(ended <= task.due_at for task, ended in done)
    overdue = sum(task.due_at < now for task in still)
    hours = sorted(int((ended - task.reached_at) / timedelta(hours=1)) for task, ended in done)
    return StepFigures(
        newest.key,
        newest.phase,
        newest.what,
        len(tasks),
        on_time,
        len(done) - on_time + overdue,
        len(still) - overdue,
        Counter(task.end_reason for task in tasks if task.status is Status.CANCELLED),
        percentile(hours, 50),
        percentile(hours, 90),
    )
