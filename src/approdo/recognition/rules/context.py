# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stands around words of violence: denied, doubted, supposed, not meant, played, seen, long ago."""

from bisect import bisect_left
from collections.abc import Mapping
from operator import attrgetter

from approdo.recognition.rules.matching import Hit, hits
from approdo.recognition.rules.people import Scene
from approdo.recognition.rules.tokens import Break

NAMES = (
    "accident",
    "agreed",
    "confirms",
    "delusion",
    "delusional",
    "deny",
    "deny_next",
    "doubt",
    "feels",
    "hypothesis",
    "illness",
    "in_play",
    "injury",
    "joke",
    "kin",
    "leaflet",
    "mended",
    "mishap",
    "not_denied",
    "now",
    "on_purpose",
    "other_victim",
    "own_blow",
    "past",
    "past_head",
    "procedure",
    "routine",
    "self_harm",
    "spared",
    "sport",
    "topic",
    "unreal",
    "weapon",
    "witness",
)
"""What a cue may say."""
_START = attrgetter("start")
FAR = 25
NEAR = 6
AWAY = 12

Cues = Mapping[str, list[Hit]]


def cues(scene: Scene) -> Cues:
    """Return the cues of a note by what they say; *non si esclude* is a doubt and no denial."""
    found: dict[str, list[Hit]] = {name: [] for name in NAMES}
    for cue in hits(scene.lexicon.cues, scene.note):
        found[cue.key].append(cue)
    covering = (*found["not_denied"], *found["doubt"])
    covered = {place for cue in covering for place in range(cue.start, cue.end)}
    for kind in ("deny", "deny_next", "hypothesis"):
        found[kind] = [cue for cue in found[kind] if cue.start not in covered]
    return found


class Context:
    """The cues of one sentence of a scene; ``of_note`` are those of all of it."""

    def __init__(self, scene: Scene, of_note: Cues, sentence: tuple[int, int]) -> None:
        self.scene = scene
        self.of_note = of_note
        first, self.last = sentence
        self.cues: Cues = {
            name: some and some[bisect_left(some, first, key=_START) : bisect_left(some, self.last, key=_START)]
            for name, some in of_note.items()
        }

    def before(self, kind: str, hit: Hit) -> bool:
        """Say whether a cue stands before words of violence, and nothing parts the two."""
        return any(cue.end <= hit.start and not self.parted(cue, hit) for cue in self.cues[kind])

    def around(self, kind: str, hit: Hit) -> bool:
        """Say whether a cue stands before or after words of violence, and nothing parts the two."""
        return any(not self.parted(cue, hit) for cue in self.cues[kind])

    def nearest(self, kind: str, hit: Hit) -> list[Hit]:
        """Return the last cues before words of violence that are no words of violence themselves."""
        last = bisect_left(self.cues[kind], hit.start, key=_START)
        near = self.cues[kind][max(last - 2 * NEAR, 0) : last]
        return [cue for cue in near if cue.end <= hit.start and cue.start not in self.scene.violent]

    def leads_to(self, cue: Hit, hit: Hit, reach: int, *more: str) -> bool:
        """Say whether nothing but fillers stands between a cue and words of violence."""
        between = range(cue.end, hit.start)
        if cue.end > hit.start or len(between) > reach or self.scene.note.crossed(cue.end - 1, hit.start) >= Break.ITEM:
            return False
        return all(at in self.scene.violent or self.scene.among(at, "fillers", *more) for at in between)

    def parted(self, cue: Hit, hit: Hit) -> bool:
        """Say whether a cue is far, or something else is begun to be told in between."""
        apart = range(min(cue.end, hit.end), max(cue.start, hit.start))
        return len(apart) > AWAY or any(self.scene.among(at, "turns", "reports") for at in apart)

    def past(self, hit: Hit) -> bool:
        """Say whether it was long ago."""
        first, last = self.scene.note.item(hit.start)
        if any(first <= cue.start < last for cue in self.cues["now"]):
            return False
        if any(cue.end <= hit.start < cue.end + FAR for cue in self.cues["past_head"]):
            return True
        return any(first <= cue.start < last and not hit.start <= cue.start < hit.end for cue in self.cues["past"])

    def injured(self, hit: Hit) -> bool:
        """Say whether an injury is named in the same sentence."""
        return bool(self.cues["injury"]) and not self.cues["own_blow"]

    def armed(self) -> bool:
        """Say whether a weapon is in the same sentence."""
        return bool(self.cues["weapon"])
