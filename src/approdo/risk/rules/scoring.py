# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What answers come to. What is not known stays unknown: an interval, and the worst outcome that is possible.

Source: recognition-and-risk.md, section 2 (two yes and three unknown are "at least 2, maybe 5", and treated as the
worst until asked), sections 1a (sentinel items override the sum) and 6 (never an average of tools).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from approdo.risk.rules.instrument import ORDER, Instrument, Outcome, Scorer

UNKNOWN = "unknown"
"""The answer that every item has: she was not asked, does not know, or prefers not to say."""


def answered(answers: Mapping[str, str]) -> bool:
    """Tell whether anything at all is known of a sheet; what was not asked says nothing of how bad it is."""
    return any(given != UNKNOWN for given in answers.values())


class UnknownAnswers(ValueError):
    """Answers to items that do not exist, or that an item does not have; ``items`` names them. Nothing was scored."""

    def __init__(self, items: tuple[str, ...]) -> None:
        super().__init__("answers that the instrument does not have")
        self.items = items


@dataclass(frozen=True, slots=True)
class Score:
    """What an assessment comes to. ``least`` and ``most`` are equal once everything is known; None for a judgement."""

    least: int | None
    most: int | None
    outcome: Outcome | None
    """The worst outcome that is possible; None: a person judges."""
    certain: Outcome | None
    """The outcome that holds whatever the unknown answers turn out to be, at the best."""
    unknown: tuple[str, ...]
    raised_by: tuple[str, ...]
    """Sentinel items that were answered so that they raise the outcome, all of a combination."""
    may_raise: tuple[str, ...]
    """Sentinel items that are not known, and would, as far as what is known of their combination allows."""


def score(instrument: Instrument, answers: Mapping[str, str]) -> Score:
    """Score answers by item code; an item that is not in them is unknown. Raises ``UnknownAnswers``."""
    points = {item.code: {answer.code: answer.points for answer in item.answers} for item in instrument.items}
    wrong = [code for code, given in answers.items() if given != UNKNOWN and given not in points.get(code, {})]
    wrong += [code for code, given in answers.items() if given == UNKNOWN and code not in points]
    if wrong:
        raise UnknownAnswers(tuple(sorted(wrong)))
    known = {code: given for code, given in answers.items() if given != UNKNOWN}
    unknown = tuple(item.code for item in instrument.items if item.code not in known)
    open_to = [one for one in instrument.sentinels if all(known.get(item, was) == was for item, was in one.answers)]
    raised = tuple(one for one in open_to if all(item in known for item, _was in one.answers))
    may = tuple(one for one in open_to if one not in raised)
    if instrument.scorer is Scorer.JUDGEMENT_ONLY:
        return Score(None, None, None, None, unknown, (), ())
    least = most = 0
    for item in instrument.items:
        low, high = item.range
        given = known.get(item.code)
        least += points[item.code][given] if given else low
        most += points[item.code][given] if given else high
    floor = [one.outcome for one in raised]
    return Score(
        least,
        most,
        _worst([*_outcomes(instrument, least, most), *floor, *(one.outcome for one in may)]),
        _worst([*_outcomes(instrument, least, least), *floor]),
        unknown,
        tuple(dict.fromkeys(item for one in raised for item, _was in one.answers)),
        tuple(dict.fromkeys(item for one in may for item, _was in one.answers if item in unknown)),
    )


def _outcomes(instrument: Instrument, least: int, most: int) -> list[Outcome]:
    return [band.outcome for band in instrument.bands if band.least <= most and least <= band.most]


def _worst(outcomes: list[Outcome]) -> Outcome:
    return max(outcomes, key=lambda outcome: ORDER[outcome])
