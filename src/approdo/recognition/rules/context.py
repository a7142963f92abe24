# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stands around words of violence: denied, doubted, supposed, not meant, played, seen, long ago."""

from bisect import bisect_left
from collections.abc import Mapping
from operator import attrgetter

from approdo.recognition.rules.forms import Form
from approdo.recognition.rules.lexicon import Needs
from approdo.recognition.rules.matching import Hit, hits
from approdo.recognition.rules.people import CLOSE, HERSELF, Person, Scene, active
from approdo.recognition.rules.tokens import Break

NAMES = (
    "accident",
    "confirms",
    "delusion",
    "deny",
    "deny_next",
    "doubt",
    "hypothesis",
    "injury",
    "leaflet",
    "mishap",
    "not_denied",
    "now",
    "on_purpose",
    "other_victim",
    "own_blow",
    "past",
    "past_head",
    "routine",
    "self_harm",
    "sport",
    "unreal",
    "weapon",
    "witness",
)
"""What a cue may say."""
_START = attrgetter("start")
_FAR = 25
_BY_CHANCE = frozenset({"physical", "threat"})
_NEVER_BY_CHANCE = frozenset({"strangulation", "sexual"})
_NEAR = 6
_AWAY = 12
_SUBJUNCTIVES = ("asse", "assero", "esse", "essero", "isse", "issero", "fosse", "fossero", "assi", "essi", "issi")
"""Ends of a verb that after *se* is only supposed; *promesse* after *se* is rare."""
_ASKED = frozenset({"abbia", "abbiano", "sia", "siano", "venga", "vengano"})
"""What after *se* is only asked: *se qualcuno le abbia fatto del male*."""
_INFINITIVES = ("are", "ere", "ire", "rsi", "rla", "rmi")

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
    """The cues of one sentence of a scene."""

    def __init__(self, scene: Scene, of_note: Cues, sentence: tuple[int, int]) -> None:
        self.scene = scene
        first, self.last = sentence
        self.cues: Cues = {
            name: some[bisect_left(some, first, key=_START) : bisect_left(some, self.last, key=_START)]
            for name, some in of_note.items()
        }

    # denied -----------------------------------------------------------------------------------------------------------

    def denied(self, hit: Hit, by: Person | None) -> bool:
        """Say whether somebody says that it did not happen."""
        if self._corrected(hit):
            return False
        if self._denied_after(hit, by):
            return True
        return any(self._denies(cue, hit, by) for cue in self._nearest("deny", hit)) or any(
            self._denies_next(cue, hit) for cue in self._nearest("deny_next", hit)
        )

    def _corrected(self, hit: Hit) -> bool:
        """Say whether only by whom is denied: *non aggressione da ignoti, ma dal padre*."""
        for at in range(hit.end, min(hit.end + _NEAR, self.last - 1)):
            if self.scene.among(at, "turns") and self.scene.among(at + 1, "by"):
                return self.scene.named(at + 2) is not None
        return False

    def _nearest(self, kind: str, hit: Hit) -> list[Hit]:
        last = bisect_left(self.cues[kind], hit.start, key=_START)
        near = self.cues[kind][max(last - 2 * _NEAR, 0) : last]
        return [cue for cue in near if cue.end <= hit.start and cue.start not in self.scene.violent]

    def _free(self, first: int, last: int) -> bool:
        """Say whether something between two places ends a denial: *ma*, *riferisce*, *ha denunciato*."""
        return last - first > _FAR or any(
            self.scene.among(at, "turns", "facts")
            or (self.scene.among(at, "reports") and not self.scene.among(at, "fillers"))
            for at in range(first, last)
        )

    def _denies(self, cue: Hit, hit: Hit, by: Person | None) -> bool:
        scene, first, last = self.scene, cue.end, hit.start
        if self._free(first, last):
            return False
        between = range(first, last)
        listed = any(at in scene.violent for at in between)
        ailing = any(scene.among(at, "ailments") for at in between)
        joined = last == first or scene.among(last - 1, "fillers", "also_not", "pronoun", "auxiliaries")
        crossed = scene.note.crossed(first - 1, last)
        if crossed < Break.ITEM:
            if ailing and not listed and (by is not None or not joined):
                return False
            return crossed is Break.NONE or joined or listed
        known = all(at in scene.violent or scene.among(at, "fillers", "also_not", "ailments") for at in between)
        if hit.phrase.form is not None:
            return known and listed and by is None and not active(scene, hit)
        return known and (by is None or listed)

    def _denies_next(self, cue: Hit, hit: Hit) -> bool:
        scene, first, last = self.scene, cue.end, hit.start
        between = range(first, last)
        word = scene.note.words[cue.start]
        verbal = word in {"non", "mai", "nessuno"}
        groups = (
            "fillers",
            "also_not",
            *(("pronoun", "auxiliaries", "adverbs", "not_done", "said_or_there") if verbal else ()),
        )
        listed = [at for at in between if at in scene.violent]
        if not all(at in scene.violent or scene.among(at, *groups) for at in between) or len(between) > 3 * _NEAR:
            return False
        if scene.note.crossed(first - 1, last) >= Break.ITEM:
            return bool(listed) and hit.phrase.form is None
        if len(between) - len(listed) > _NEAR:
            return False
        if hit.phrase.form is not None and not verbal and between:
            return any(scene.note.words[at] in {"essere", "esser", "stata", "aver", "avere"} for at in between)
        return True

    def _denied_after(self, hit: Hit, by: Person | None) -> bool:
        scene, note = self.scene, self.scene.note
        at = max(hit.end, by.end if by else 0)
        limit = min(at + 8, len(note.words))
        if self.last - 1 in note.asked and scene.among(self.last, "denied_after"):
            return True  # *ha paura di tornare a casa? No*
        if at < len(note.words) and at - 1 in note.asked and scene.among(at, "denied_after"):
            return True
        while at < limit and at < self.last and (at in scene.violent or scene.among(at, "fillers", "auxiliaries")):
            if scene.among(at, "denied_after"):
                break
            at += 1
        if at >= min(limit, self.last):
            return False
        if note.words[at] == "non":
            return any(scene.among(place, "not_done") for place in range(at + 1, min(at + 4, self.last)))
        if not scene.among(at, "denied_after"):
            return False
        ends = note.breaks[at + 1] >= Break.ITEM or scene.among(at + 1, "by")
        return ends or note.words[at] not in {"no", "nega", "nessuna", "nessuno", "smentisce"}

    # doubted, supposed ------------------------------------------------------------------------------------------------

    def doubted(self, hit: Hit, by: Person | None) -> bool:
        """Say whether somebody only suspects it."""
        note, end = self.scene.note, max(hit.end, by.end if by else 0)
        if end - 1 in note.asked or hit.end - 1 in note.asked:
            return not self.scene.among(end, "affirmed")
        for cue in self.cues["doubt"]:
            if hit.start <= cue.start < hit.end or (cue.start == hit.end and note.breaks[hit.end] < Break.ITEM):
                return True
        return any(self._leads_to(cue, hit, _NEAR) for cue in self.cues["doubt"])

    def supposed(self, hit: Hit) -> bool:
        """Say whether it is only supposed, asked about, or to be prevented."""
        if hit.key == "pathway" and (
            self.cues["routine"] or any(cue.start < hit.start for cue in self.cues["hypothesis"])
        ):
            return True
        if self.cues["confirms"] or (hit.key == "threat" and self.scene.among(hit.start, "beforehand", "her")):
            return False  # *se esce la ammazza* is how one threatens
        if hit.phrase.form is None and any(self._handed(cue, hit) for cue in self.cues["leaflet"]):
            return True
        if any(self._subjunctive(cue, hit) for cue in self.cues["hypothesis"]):
            return True
        return any(
            self._leads_to(cue, hit, 5, "auxiliaries", "pronoun", "adverbs", "patient", "close")
            for cue in self.cues["hypothesis"]
        )

    def _subjunctive(self, cue: Hit, hit: Hit) -> bool:
        """Say whether between a cue and an event a verb supposes: *se dovesse sentirsi minacciata*."""
        reached = range(cue.end, hit.end)
        if (
            cue.end > hit.start
            or len(reached) > _AWAY
            or any(self.scene.among(at, "turns", "reports") for at in reached)
        ):
            return False
        words = [self.scene.note.words[at] for at in reached]
        asked = self.scene.note.words[cue.end - 1] == "se" and not _ASKED.isdisjoint(words)
        return asked or any(len(word) > 4 and word.endswith(_SUBJUNCTIVES) for word in words)

    def _leads_to(self, cue: Hit, hit: Hit, reach: int, *more: str) -> bool:
        between = range(cue.end, hit.start)
        if cue.end > hit.start or len(between) > reach or self.scene.note.crossed(cue.end - 1, hit.start) >= Break.ITEM:
            return False
        return all(at in self.scene.violent or self.scene.among(at, "fillers", *more) for at in between)

    def _handed(self, cue: Hit, hit: Hit) -> bool:
        return cue.end <= hit.start and not any(
            self.scene.among(at, "turns", "reports") for at in range(cue.end, hit.start)
        )

    # not meant, seen, long ago ----------------------------------------------------------------------------------------

    def harmless(self, hit: Hit, by: Person | None) -> bool:
        """Say whether it was not meant, was sport, or was seen and not suffered."""
        if by is not None and self.scene.among(by.start, "little"):
            return True
        if self.cues["on_purpose"]:
            return False
        return (
            self._by_chance(hit)
            or self._of_others(hit)
            or self._by_herself(hit, by)
            or self._imagined(hit, by)
            or self._played(hit, by)
        )

    def _by_chance(self, hit: Hit) -> bool:
        first, last = self.scene.note.item(hit.start)
        for cue in self.cues["accident"] if hit.key in _BY_CHANCE else ():
            apart = range(min(cue.start, hit.end), max(cue.start, hit.start))
            parted = any(self.scene.among(at, "turns", "reports") for at in apart)
            if first <= cue.start < last and len(apart) < _NEAR and not parted:
                return True
        return False

    def _by_herself(self, hit: Hit, by: Person | None) -> bool:
        """Say whether it is what she did to herself, or to a wall: *graffiandola si è ferita*."""
        if hit.phrase.form is Form.DOES_TO_HER and self.scene.note.words[min(hit.end, self.last - 1)] == "si":
            return True
        if by is not None:
            return False
        blow = hit.phrase.form is None and any(
            cue.start < hit.end and hit.start < cue.end for cue in self.cues["own_blow"]
        )
        return blow or any(not self._parted(cue, hit) for cue in self.cues["self_harm"])

    def _of_others(self, hit: Hit) -> bool:
        """Say whether another is named as the victim, or she only saw it."""
        if hit.phrase.form is None and self.cues["other_victim"]:
            return True
        seen = (cue for cue in self.cues["witness"] if cue.end <= hit.start < cue.end + 5)
        return any(not self._seen_by_another(cue, hit) for cue in seen)

    def _played(self, hit: Hit, by: Person | None) -> bool:
        near = by is not None and by.role in CLOSE
        return bool(self.cues["sport"]) and not near and hit.phrase.needs is not Needs.ALONE

    def _seen_by_another(self, cue: Hit, hit: Hit) -> bool:
        """Say whether another saw what was done to her: *la figlia ha visto il padre picchiarla*."""
        first, _last = self.scene.sentence(cue.start)
        nearest = next(self.scene.before(cue.start, first), None)
        hers = nearest.role is HERSELF if nearest else cue.start - first < 2
        return not hers and hit.phrase.form is Form.DOES_TO_HER

    def _imagined(self, hit: Hit, by: Person | None) -> bool:
        """Say whether it was dreamt, read of or believed in illness, or a mishap said as one."""
        near = by is not None and by.role in CLOSE
        if self.cues["delusion"] and not near and hit.phrase.key != "sexual":
            return True
        return any(
            (cue.end <= hit.start or (cue.key == "mishap" and hit.key not in _NEVER_BY_CHANCE))
            and not self._parted(cue, hit)
            for cue in (*self.cues["unreal"], *self.cues["mishap"])
        )

    def _parted(self, cue: Hit, hit: Hit) -> bool:
        apart = range(min(cue.end, hit.end), max(cue.start, hit.start))
        return len(apart) > _AWAY or any(self.scene.among(at, "turns", "reports") for at in apart)

    def called(self, hit: Hit) -> bool:
        """Say whether it is only the name of a street or of a person."""
        front = self.scene.back(hit.start, "of")
        if self.scene.note.words[max(front - 1, 0) : front + 1] == ("in", "corso"):
            return False
        return hit.phrase.form is None and self.scene.among(front, "names") and not self.scene.note.breaks[hit.start]

    def led(self, hit: Hit, by: Person | None) -> bool:
        """Say whether she was only brought to do something: *spinta dal marito a farsi vedere*."""
        return hit.key == "physical" and (self._to_do(hit.end) or self._to_do(by.end if by else hit.end))

    def _to_do(self, place: int) -> bool:
        words = self.scene.note.words
        if place + 1 >= len(words) or words[place] not in {"a", "ad"}:
            return False
        return (
            place + 1 not in self.scene.violent
            and len(words[place + 1]) > 4
            and words[place + 1].endswith(_INFINITIVES)
        )

    def past(self, hit: Hit) -> bool:
        """Say whether it was long ago."""
        first, last = self.scene.note.item(hit.start)
        if any(first <= cue.start < last for cue in self.cues["now"]):
            return False
        if any(cue.end <= hit.start < cue.end + _FAR for cue in self.cues["past_head"]):
            return True
        return any(first <= cue.start < last and not hit.start <= cue.start < hit.end for cue in self.cues["past"])

    def injured(self, hit: Hit) -> bool:
        """Say whether an injury is named in the same sentence."""
        return bool(self.cues["injury"]) and not self.cues["own_blow"]

    def armed(self) -> bool:
        """Say whether a weapon is in the same sentence."""
        return bool(self.cues["weapon"])
