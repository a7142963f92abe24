# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from approdo.recognition.rules import Detector, Evidence, Sign
from approdo.recognition.rules.labels import NOTE_SAYS, OTHERWISE, ROW_LABELS, WORD_LABELS
from approdo.recognition.selectors.tables import table
from approdo.recognition.selectors.words import lexicon

_IN_NOTE = "words:"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of evidence in words: when, what, how much it adds, and where that comes from."""

    at: datetime
    sentence: str
    """Italian and untranslated: the doors translate it."""
    what: str
    """The code or the number; empty where the sentence says it all."""
    points: int
    rule: bool
    """It counts by itself, without points."""
    source: str


def explained(evidence: Iterable[Evidence]) -> tuple[Line, ...]:
    """Return lines of evidence in words, in order."""
    return tuple(
        Line(
            at=one.at,
            sentence=_words(one),
            what="" if one.what in set(Sign) or one.key.startswith(_IN_NOTE) else one.what,
            points=one.points,
            rule=one.detector is Detector.SAID,
            source=_source(one),
        )
        for one in evidence
    )


def _words(one: Evidence) -> str:
    if one.key.startswith(_IN_NOTE):
        return WORD_LABELS.get(one.what, NOTE_SAYS)
    return ROW_LABELS.get(one.key, OTHERWISE)


def _source(one: Evidence) -> str:
    row, _colon, said = one.key.partition(":")
    return lexicon().sources.get(said) or _sources().get(row, "")


@cache
def _sources() -> dict[str, str]:
    shipped = table()
    return {row.key: row.source for row in shipped.rows} | {count.key: count.source for count in shipped.counts}
