# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The product meets the histories and the notes; what it answers is kept beside the truth that it does not see."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from approdo.recognition.rules.evidence import Band, Verdict
from approdo.recognition.rules.visit import Code, Sign, System, Visit
from bench.recognition.corpus import Note
from bench.recognition.generate import Row, Truth

ASKS = 4
"""The points at which the issue's aims are stated."""
_LOUD = (Band.ASK, Band.IMMEDIATE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the product answered at one visit."""

    at: datetime
    points: int
    band: Band

    @property
    def loud(self) -> bool:
        """Whether it prompts, before any sleep."""
        return self.band in _LOUD


@dataclass(frozen=True, slots=True)
class Judged:
    """One woman: the truth, her groups, and the answers of her visits in order, the index visit last."""

    truth: Truth
    age_band: str
    citizenship: str
    answers: tuple[Answer, ...]

    def first(self, holds: Callable[[Answer], bool]) -> datetime | None:
        """Return when an answer first held; of an abused woman only since her violence began."""
        since = self.truth.first_violence_at
        return next((one.at for one in self.answers if holds(one) and (since is None or one.at >= since)), None)


@dataclass(frozen=True, slots=True)
class Reading:
    """One note, whether anything was read in it, and whom the statements name."""

    note: Note
    found: bool
    by: frozenset[str]


def judge(
    histories: Iterable[tuple[Truth, Sequence[Row]]], recognise: Callable[[Sequence[Visit]], Verdict]
) -> list[Judged]:
    """Return every woman judged visit by visit, each with no more than what was known when it happened."""
    found = []
    for truth, rows in histories:
        visits = [_visit(row) for row in rows]
        verdicts = [recognise(visits[: count + 1]) for count in range(len(visits))]
        answers = tuple(
            Answer(visit.arrived_at, one.points, one.band) for visit, one in zip(visits, verdicts, strict=True)
        )
        found.append(Judged(truth, rows[0].age_band, rows[0].citizenship, answers))
    return found


def read_all(notes: Iterable[Note], read: Callable[[str], Iterable[str]]) -> list[Reading]:
    """Return what was read in each note; ``read`` returns for each statement who did it."""
    found = []
    for note in notes:
        roles = tuple(read(note.note))
        found.append(Reading(note, bool(roles), frozenset(roles)))
    return found


def awake(answers: Sequence[Answer], sleep: timedelta) -> list[Answer]:
    """Return the answers that prompt when each prompt sleeps, woken only by a stronger band."""
    heard: list[Answer] = []
    for one in answers:
        asleep = heard and one.at - heard[-1].at < sleep
        woken = one.band is Band.IMMEDIATE and heard and heard[-1].band is Band.ASK
        if one.loud and (not asleep or woken):
            heard.append(one)
    return heard


def _visit(row: Row) -> Visit:
    codes = frozenset(_code(code) for code in row.codes)
    signs = frozenset(Sign(sign) for sign in row.signs)
    return Visit(row.person, row.visit, row.site, row.arrived_at, codes, signs, row.note, row.infant)


def _code(text: str) -> Code:
    system, _, value = text.rpartition(" ")
    return Code(System(system), value.replace(".", "").upper())
