# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is proposed first to a woman who leaves the emergency department: what a protocol says, and the usual."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from approdo.kit.words import mark
from approdo.protocols.rules.assessing import LEVEL_LABELS, RiskLevel
from approdo.protocols.rules.problem import Problem

LONGEST_STAY_HOURS = 24 * 14


class ExitOption(StrEnum):
    """What may be proposed to her; the record writes her answer to each."""

    INFORMED = "informed"
    CENTRE = "centre"
    NETWORK = "network"
    SAFE_PLACE = "safe_place"
    STAY = "stay"


EXIT_OPTION_LABELS: dict[ExitOption, str] = {
    ExitOption.INFORMED: mark("Le informazioni sul centro e sui servizi, a voce"),
    ExitOption.CENTRE: mark("Che il centro la incontri o la richiami"),
    ExitOption.NETWORK: mark("Attivare la rete adesso"),
    ExitOption.SAFE_PLACE: mark("Un posto sicuro adesso"),
    ExitOption.STAY: mark("Restare in ospedale o in osservazione"),
}

NOT_ASSESSED = "not_assessed"
EXIT_LEVEL_LABELS: Mapping[str, str] = MappingProxyType(
    {**{level.value: label for level, label in LEVEL_LABELS.items()}, NOT_ASSESSED: mark("non ancora valutato")}
)
"""The classes of risk with which she leaves, the worst that is possible last: nobody has assessed may be anything."""


@dataclass(frozen=True, slots=True)
class StayHours:
    """For how many whole hours the network's hospital may keep her, both ends included."""

    at_least: int
    at_most: int


@dataclass(frozen=True, slots=True)
class Exits:
    """The options that come first for each class of risk, in order; None hours: nobody has said any."""

    first: Mapping[str, tuple[ExitOption, ...]]
    stay_hours: StayHours | None = None


_TONIGHT = (ExitOption.SAFE_PLACE, ExitOption.STAY)
_NEEDED: Mapping[str, tuple[ExitOption, ...]] = {
    level: (ExitOption.INFORMED, ExitOption.CENTRE, *(() if level == RiskLevel.LOW else (ExitOption.NETWORK,)))
    for level in EXIT_LEVEL_LABELS
}
USUAL_EXITS = Exits(
    {level: needed if level == RiskLevel.LOW else (*needed, *_TONIGHT) for level, needed in _NEEDED.items()}
)
"""For protocols that say nothing (DPCM 24/11/2017 as in domain.md, 2.2, step 6): with a low risk she goes home with the
information; from the medium one on, or while nobody has assessed, the network at once, if she wants it, and a place to
stay. The hours of the stay were not verified in the text of the decree: there are none until a network says its own."""


def exits(document: Mapping[str, Any]) -> Exits:
    """Return what is proposed on leaving: the protocol's own, or the usual. For a document without problems."""
    said = document.get("exits")
    if said is None:
        return USUAL_EXITS
    hours = said.get("stay_hours")
    return Exits(
        {level: tuple(ExitOption(word) for word in said[level]) for level in EXIT_LEVEL_LABELS},
        None if hours is None else StayHours(int(hours["at_least"]), int(hours["at_most"])),
    )


def exit_problems(document: Any) -> Iterator[Problem]:
    """Find what the schema cannot say about the way out; passes over what the schema refuses anyway."""
    said = document.get("exits") if isinstance(document, dict) else None
    if not isinstance(said, dict):
        return
    listed = {level: said[level] for level in EXIT_LEVEL_LABELS if isinstance(said.get(level), list)}
    first = {level: [one for one in ExitOption if one in words] for level, words in listed.items()}
    for level, options in first.items():
        yield from _too_little(level, options)
    for milder, worse in pairwise(first):
        for lost in (one for one in first[milder] if one not in first[worse] and one not in _NEEDED[worse]):
            message = mark(
                "Rischio «%(level)s»: manca «%(option)s», che si propone con un rischio «%(milder)s». "
                "A chi può essere più in pericolo non si propone di meno."
            )
            yield Problem(f"exits.{worse}", message, {"level": worse, "option": str(lost), "milder": milder})
    hours = said.get("stay_hours")
    ends = [hours.get("at_least"), hours.get("at_most")] if isinstance(hours, dict) else []
    whole = [one for one in ends if type(one) is int]
    if len(whole) == len(ends) and whole != sorted(whole):
        yield Problem("exits.stay_hours", mark("Le ore in ospedale non sono in ordine: prima le meno, poi le più."))


def _too_little(level: str, options: list[ExitOption]) -> Iterator[Problem]:
    path = f"exits.{level}"
    for needed in _NEEDED[level]:
        if needed not in options:
            message = mark("Rischio «%(level)s»: manca «%(option)s», che qui si propone sempre.")
            yield Problem(path, message, {"level": level, "option": str(needed)})
    if level != RiskLevel.LOW and not set(_TONIGHT) & set(options):
        message = mark("Rischio «%(level)s»: manca dove stare stanotte, «safe_place» oppure «stay».")
        yield Problem(path, message, {"level": level})
