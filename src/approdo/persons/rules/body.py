# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where on the body something is: the places that a drawing has, and the same in three words."""

from collections.abc import Iterator
from dataclasses import dataclass

from approdo.persons.rules.hospital import REGIONS, SIDES, VIEWS

_FRONT_MIDDLE = ("head", "mouth", "neck", "chest", "abdomen", "pelvis")
_FRONT_PAIRED = (
    "eye", "ear", "cheek", "shoulder", "breast", "upper_arm", "forearm", "hand", "thigh", "knee", "lower_leg", "foot",
)  # fmt: skip
_BACK_MIDDLE = ("head", "neck", "upper_back", "lower_back")
_BACK_PAIRED = (
    "shoulder", "upper_arm", "forearm", "hand", "buttock", "thigh", "knee", "lower_leg", "foot",
)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """One place on the body: seen from where, on which side of hers, which region; empty words where nobody said."""

    view: str
    side: str
    region: str

    @property
    def code(self) -> str:
        """Return the place as one word, as a button sends it."""
        return f"{self.view}.{self.side}.{self.region}"

    @classmethod
    def read(cls, code: str) -> "Place":
        """Return the place of a code; raises ``ValueError`` for one that no list has."""
        view, side, region = code.split(".")
        if view not in VIEWS or side not in SIDES or region not in REGIONS:
            raise ValueError(code)
        return cls(view, side, region)


def _drawn(view: str, middle: tuple[str, ...], paired: tuple[str, ...]) -> Iterator[Place]:
    """Yield places from head to foot as ``REGIONS`` lists them; each region on her right first, then her left."""
    for region in REGIONS:
        if region in middle:
            yield Place(view, "middle", region)
        if region in paired:
            yield Place(view, "right", region)
            yield Place(view, "left", region)


DRAWN: tuple[Place, ...] = (
    *_drawn("front", _FRONT_MIDDLE, _FRONT_PAIRED),
    *_drawn("back", _BACK_MIDDLE, _BACK_PAIRED),
)
"""Every place that the drawing shows, in the order in which a keyboard walks over it."""


def shown_at(place: Place) -> tuple[Place, ...]:
    """Return where the drawing shows what a list says: on both sides for «both», nowhere for what it does not draw."""
    sides = ("left", "right") if place.side == "both" else (place.side,)
    meant = {Place(place.view, side, place.region) for side in sides}
    return tuple(one for one in DRAWN if one in meant)
