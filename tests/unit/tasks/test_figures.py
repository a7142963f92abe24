# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the steps of the pathway come to, held against counting one by one."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from approdo.kit.counts import FEWEST
from approdo.protocols.rules import Phase
from approdo.tasks.rules import EndReason, PastTask, SkipReason, Status, step_figures

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
REASONS = [*map(str, SkipReason), *map(str, EndReason)]


@st.composite
def tasks(draw: st.DrawFn) -> PastTask:
    """A task of one of three steps, in any state."""
    reached = NOW - timedelta(hours=draw(st.integers(1, 300)))
    status = draw(st.sampled_from(Status))
    over = status in {Status.COMPLETED, Status.CANCELLED}
    return PastTask(
        key=draw(st.sampled_from("abc")),
        phase=draw(st.sampled_from([Phase.RECEPTION, Phase.PLAN])),
        what="x",
        status=status,
        reached_at=reached,
        due_at=reached + timedelta(hours=draw(st.integers(1, 200))),
        ended_at=reached + timedelta(hours=draw(st.integers(0, 300))) if over else None,
        end_reason=draw(st.sampled_from(REASONS)) if status is Status.CANCELLED else "",
    )


@given(st.lists(tasks(), max_size=60))
def test_every_task_is_counted_once_and_as_it_ended(pasts: list[PastTask]) -> None:
    found = step_figures(pasts, NOW)
    assert {(one.phase, one.key) for one in found} == {(task.phase, task.key) for task in pasts}
    for one in found:
        mine = [task for task in pasts if (task.phase, task.key) == (one.phase, one.key)]
        done = [task for task in mine if task.status == "completed"]
        assert one.reached == len(mine)
        assert one.on_time == len([task for task in done if task.ended_at <= task.due_at])
        assert one.on_time + one.late + one.waiting + sum(one.skipped.values()) == one.reached
        assert one.waiting == len([t for t in mine if t.status in {"requested", "in-progress"} and t.due_at >= NOW])
        assert (one.median_hours is None) is (len(done) < FEWEST)
        if one.median_hours is not None:
            hours = sorted((task.ended_at - task.reached_at).total_seconds() // 3600 for task in done)
            assert sum(one.median_hours >= hour for hour in hours) >= len(hours) / 2
            assert one.ninetieth_hours >= one.median_hours
        judged = one.on_time + one.late
        assert (one.share_on_time is None) is (judged < FEWEST)


def test_steps_stand_in_the_order_of_the_phases_and_say_their_newest_words() -> None:
    def task(phase: Phase, what: str, days: int) -> PastTask:
        reached = NOW - timedelta(days=days)
        return PastTask("a", phase, what, Status.REQUESTED, reached, NOW, None, "")

    found = step_figures(
        [task(Phase.CLOSURE, "fine", 1), task(Phase.RECEPTION, "nuovo", 1), task(Phase.RECEPTION, "vecchio", 9)], NOW
    )
    assert [(one.phase, one.what) for one in found] == [(Phase.RECEPTION, "nuovo"), (Phase.CLOSURE, "fine")]
