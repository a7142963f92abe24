# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the answers to one instrument changed, item by item, as numbers for a drawing and words for the table beside it.

Never an average and never a line through scores (recognition-and-risk.md, section 6).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from approdo.risk.selectors import AssessmentView

SHOWN = 6
"""The last so many assessments with one instrument are drawn."""
FIRST, STEP, LINE, TOP = 36, 34, 24, 14


class Mark(StrEnum):
    """What an answer looks like: it adds, it does not, it is not known."""

    ADDS = "adds"
    NOTHING = "nothing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Dot:
    """One answer: where it stands, what it looks like, and its word."""

    at: datetime
    x: int
    y: int
    mark: Mark
    word: str
    changed: bool
    """Whether it is another than the time before."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """One instrument over time, the oldest first."""

    title: str
    dates: tuple[datetime, ...]
    rows: tuple[tuple[str, tuple[Dot, ...]], ...]
    width: int
    height: int


def drawing(found: Iterable[AssessmentView]) -> list[Drawing]:
    """Return a drawing for each instrument that was answered at least twice in the same version."""
    heaps: dict[tuple[str, str], list[AssessmentView]] = defaultdict(list)
    for one in found:
        heaps[(one.instrument.code, one.instrument.version)].append(one)
    return [_drawn(sorted(heap, key=lambda one: one.assessed_at)[-SHOWN:]) for heap in heaps.values() if len(heap) > 1]


def _drawn(heap: list[AssessmentView]) -> Drawing:
    items = heap[-1].instrument.items
    rows = []
    for place, item in enumerate(items):
        points = {answer.code: answer for answer in item.answers}
        least = min(answer.points for answer in item.answers)
        dots, before = [], None
        for column, one in enumerate(heap):
            given = points.get(one.answers.get(item.code, ""))
            mark = Mark.UNKNOWN if given is None else Mark.ADDS if given.points > least else Mark.NOTHING
            word = _("non si sa") if given is None else given.text
            changed = before is not None and word != before
            dots.append(Dot(one.assessed_at, FIRST + column * STEP, TOP + place * LINE, mark, word, changed))
            before = word
        rows.append((item.text, tuple(dots)))
    return Drawing(
        heap[-1].instrument.title,
        tuple(one.assessed_at for one in heap),
        tuple(rows),
        FIRST + TOP + (len(heap) - 1) * STEP,
        TOP * 2 + (len(items) - 1) * LINE,
    )
