# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is named in a note, and who of them is behind words of violence."""

from collections.abc import Iterator
from dataclasses import dataclass

from approdo.recognition.rules.forms import DONE, Form
from approdo.recognition.rules.lexicon import Lexicon, Needs
from approdo.recognition.rules.matching import Hit, longest
from approdo.recognition.rules.statements import UNKNOWN
from approdo.recognition.rules.tokens import Break, Note

CLOSE = frozenset({"partner", "former_partner", "relative"})
PARTNERS = frozenset({"partner", "former_partner"})
HE = "he"
"""A pronoun, for whoever was named last."""
HERSELF = "herself"
THING = "thing"
"""By whom it is no violence of another: a patient who hits, a door, a dog."""
_OF_PEOPLE = frozenset({"stalking", "psychological"})
"""What no thing does."""
_NO_KIND: frozenset[str] = frozenset()
_ARTICLELESS = frozenset({"di", "d", "da"})
"""Before who is not the one of the note: *morso di paziente*, and not *della paziente*."""
_AFAR = 12
"""Words after which nobody is behind a word any more."""
_INFINITIVES = ("are", "ere", "ire", "rla", "rlo", "rsi")
PARTICIPLES = ("ata", "ato", "ate", "ati", "ita", "ito", "ite", "iti", "uta", "uto", "ute", "uti")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody named by a role, from one word to another; ``role`` may be ``THING`` or ``HERSELF``."""

    start: int
    end: int
    role: str


class Scene:
    """One note and what a lexicon knows of its words."""

    def __init__(self, lexicon: Lexicon, note: Note) -> None:
        self.lexicon = lexicon
        self.note = note
        self._kinds = [lexicon.kinds.get(word, _NO_KIND) for word in note.words]
        self._sentences: dict[int, tuple[int, int]] = {}
        self._persons: dict[int, Hit | None] = {}
        self.violent: frozenset[int] = frozenset()
        """The places of words of violence."""

    def sentence(self, place: int) -> tuple[int, int]:
        """Return the first word of the sentence that a word stands in, and the first after it."""
        if place not in self._sentences:
            self._sentences[place] = self.note.sentence(place)
        return self._sentences[place]

    def among(self, place: int, *names: str) -> bool:
        """Say whether the word at a place is of one of the groups."""
        return 0 <= place < len(self._kinds) and not self._kinds[place].isdisjoint(names)

    def person(self, place: int) -> Hit | None:
        """Return the longest name of somebody that begins at a place."""
        if place not in self._persons:
            self._persons[place] = longest(self.lexicon.people, self.note, place)
        return self._persons[place]

    def named(self, place: int) -> Person | None:
        """Return whoever is named at a place, articles and the like before them skipped."""
        limit = min(place + 4, len(self.note.words))
        for at in range(place, limit):
            if at > place and self.note.breaks[at] >= Break.ITEM:
                return None
            found = self.person(at)
            her = self.among(at, "patient")
            if found is not None and not (her and found.end == at + 1 and self.among(at, "determiners")):
                return Person(at, found.end, HERSELF if her and found.end == at + 1 else found.key)
            if her and not self.among(at, "determiners"):
                return Person(at, at + 1, HERSELF)
            if self.among(at, "things"):
                return Person(at, at + 1, THING)
            if not self.among(at, "determiners"):
                return None
        return None

    def back(self, place: int, *names: str) -> int:
        """Return the last place before one whose word is of none of the groups."""
        at = place - 1
        while self.among(at, *names) and self.note.breaks[at + 1] < Break.ITEM and place - at < _AFAR:
            at -= 1
        return at

    def past(self, place: int, *names: str) -> int:
        """Return the first place from one on whose word is of none of the groups."""
        at = place
        while self.among(at, *names) and at - place < _AFAR:
            at += 1
        return at

    def before(self, place: int, first: int) -> Iterator[Person]:
        """Yield who is named before a place and not before ``first``, the nearest first."""
        for at in range(place - 1, max(first, place - 2 * _AFAR) - 1, -1):
            if self.among(at, "determiners", "her", "pronoun"):
                continue
            found = self._around(at)
            if self.among(at, "patient") and (found is None or found.end == at + 1):
                yield Person(at, at + 1, HERSELF)
            elif found is not None and found.end <= place:
                yield Person(found.start, found.end, found.key)

    def _around(self, place: int) -> Hit | None:
        """Return the longest name of somebody that a word is part of: *padre dei figli*, for *figli*."""
        found = self.person(place)
        if found is None:
            return None
        wider = (self.person(at) for at in range(max(place - 5, 0), place))
        return next((one for one in wider if one is not None and one.end >= found.end), found)


def agent(scene: Scene, hit: Hit) -> Person | None:
    """Return who is behind words of violence, as far as the note says."""
    found = _subject(scene, hit) if active(scene, hit) else None
    found = found or _after(scene, hit) or _in_front(scene, hit) or _around_it(scene, hit)
    if found is None or found.role != HE:
        return found
    named = (one.role for one in scene.before(found.start, 0) if one.role not in {HE, HERSELF})
    later = (scene.named(at) for at in range(found.end, min(found.end + 3, len(scene.note.words))))
    close = (one.role for one in later if one is not None and one.role in CLOSE)
    return Person(found.start, found.end, next(named, None) or next(close, UNKNOWN))


def _around_it(scene: Scene, hit: Hit) -> Person | None:
    """Return who does what a phrase without a verb's form tells only of those close to her: *le nasconde i farmaci*."""
    needs = hit.phrase.needs
    if hit.phrase.form is not None or needs not in {Needs.CLOSE, Needs.HERS} or len(hit.phrase.elements) < 2:
        return None
    first, last = scene.sentence(hit.start)
    before = sorted(scene.before(hit.start, first), key=lambda one: _hanging(scene, one))
    after = (
        scene.named(at) for at in range(hit.end, min(hit.end + _AFAR, last)) if scene.note.breaks[at] is Break.ITEM
    )
    anybody = needs is Needs.HERS
    named = (one for one in (*before, *after) if one is not None and one.role not in {HERSELF, THING})
    return next((one for one in named if anybody or one.role in CLOSE or one.role == HE), None)


def told(scene: Scene, hit: Hit, by: Person | None) -> str:
    """Return by whom a reader would say that it was: who is behind it, or in it, or named nearest to it."""
    if by is not None and by.role not in {HERSELF, THING}:
        return by.role
    first, last = scene.sentence(hit.start)
    inside = scene.before(hit.end, hit.start)
    before = [one for one in scene.before(hit.start, first) if not _companion(scene, one) and not _teller(scene, one)]
    after = [scene.named(at) for at in range(hit.end, min(hit.end + _AFAR, last)) if not _owned(scene, max(at - 2, 0))]
    roles = [one.role for one in (*inside, *before, *after) if one is not None and one.role not in {HERSELF, THING, HE}]
    return next((role for role in roles if role in CLOSE), roles[0] if roles else UNKNOWN)


def _teller(scene: Scene, one: Person) -> bool:
    return any(scene.among(at, "reports", "tells") for at in range(one.end, one.end + 2))


def _companion(scene: Scene, one: Person) -> bool:
    front = scene.back(one.start, "determiners")
    return scene.among(front, "by") and _owned(scene, front - 1)


def _after(scene: Scene, hit: Hit) -> Person | None:
    """Return who follows *da*, *da parte di*, and after a noun *di* or *con*."""
    noun = hit.phrase.form is None
    if noun and (beside := _beside(scene, hit)) is not None:
        return beside
    thing: Person | None = None
    last = min(scene.sentence(hit.start)[1], hit.end + _AFAR)
    for at in range(hit.start + 1, last):
        outside = at >= hit.end
        if outside and _ends(scene, hit, at):
            break
        by = scene.among(at, "by", *(("author",) if outside else ())) or (
            scene.among(at - 1, "hands") and scene.among(at, "of")
        )
        genitive = noun and scene.among(at, "of") and at <= hit.end + 2 and outside
        if not (by or genitive or (noun and outside and scene.among(at, "with") and at <= hit.end + 2)):
            continue
        if at > hit.end and _owned(scene, at - 1):
            break
        found = scene.named(at + 1)
        if found is None or (genitive and found.role is THING and len(hit.phrase.elements) > 1):
            continue
        if found.role is THING and not genitive:
            thing = thing or found  # *giù dalla bici da un uomo*
            continue
        hands = scene.among(at - 1, "hands")
        bare = found.start == at + 1 and scene.note.words[at] in _ARTICLELESS
        if found.role == HERSELF and (
            (bare and scene.among(found.start, "acquaintance"))
            or (by and _patient_of_hers(scene, hit, at, found, hands))
        ):
            return Person(found.start, found.end, "acquaintance")
        if found.role != HERSELF or hands:
            return found
    return thing


def _patient_of_hers(scene: Scene, hit: Hit, at: int, found: Person, hands: bool) -> bool:
    """Say whether a patient is one of hers: *morso da paziente*, *da parte di degente*; *della paziente* is she."""
    if not scene.among(found.start, "acquaintance"):
        return False
    if hands:
        return scene.note.words[at] == "di"
    return hit.phrase.form in DONE or found.start == at + 1


def _beside(scene: Scene, hit: Hit) -> Person | None:
    """Return who stands right after a noun and alone: *sangue dal naso per un pugno, marito*; *calcio compagno*."""
    between = scene.note.breaks[hit.end]
    found = scene.person(hit.end) if between < Break.SENTENCE else None
    begun = scene.person(hit.end - 1) if found is not None else None
    if found is not None and begun is not None and begun.end >= found.end:  # *scappa dall'ex | marito*
        return Person(hit.end - 1, begun.end, begun.key)
    if found is None or scene.note.breaks[found.end] < Break.ITEM:
        return None
    return Person(hit.end, found.end, found.key) if between is Break.ITEM or found.key in PARTNERS else None


def _ends(scene: Scene, hit: Hit, at: int) -> bool:
    """Say whether at a place something else is begun to be told."""
    return scene.among(at, "turns", "denies") or (at > hit.end and scene.among(at, "reports"))


def _owned(scene: Scene, place: int) -> bool:
    """Say whether what follows belongs to another participle: *accompagnata dal marito*."""
    word = scene.note.words[place]
    if place in scene.violent or scene.among(
        place, "body", "adverbs", "auxiliaries", "suffered", "given", "said_or_there"
    ):
        return False
    if scene.among(place, "brought"):
        return True
    return len(word) > 4 and word.endswith(PARTICIPLES) and not scene.among(place - 1, "determiners", "to", "of")


def _in_front(scene: Scene, hit: Hit) -> Person | None:
    """Return who stands before: *dal marito è stata picchiata*, *dal compagno ha subito percosse*, *ex: un pugno*."""
    head = scene.person(scene.sentence(hit.start)[0])
    if hit.phrase.form is None and head is not None and head.end == hit.start and head.key in PARTNERS:
        return Person(scene.sentence(hit.start)[0], head.end, head.key)
    at = scene.back(hit.start, "auxiliaries", "adverbs", "fillers", "suffered")
    if scene.note.breaks[hit.start] is Break.SENTENCE:
        return None
    for start in range(at, max(at - 4, -1), -1):
        found = scene.named(start)
        front = scene.back(found.start, "determiners") if found else -1
        if found and found.end == at + 1 and _owned(scene, front - 1):
            return None
        if found and found.end == at + 1 and (scene.among(front, "by") or scene.among(front - 1, "hands")):
            return None if found.role is HERSELF else found
    return None


def _behind(scene: Scene, hit: Hit) -> Person | None:
    """Return a subject after its verb: *mi ha picchiata mio marito*."""
    at = hit.end
    if hit.phrase.form is Form.DOES_TO_HER:
        while at < hit.end + 4 and scene.among(at, "auxiliaries", "adverbs", "downward"):
            at += 1
    elif clitic(scene, hit) is not True:
        return None
    found = scene.named(at)
    return None if found is None or found.role in {HERSELF, THING} else found


def _subject(scene: Scene, hit: Hit) -> Person | None:
    """Return the subject of a verb: the nearest named before it, not herself when it is done to her."""
    first, _last = scene.sentence(hit.start)
    hers = hit.phrase.form is Form.DOES_TO_HER or clitic(scene, hit) is True
    named = [
        one for one in scene.before(hit.start, first) if not (hers and (one.role is HERSELF or _suffering(scene, one)))
    ]
    inside = iter(sorted(named, key=lambda one: _hanging(scene, one)))
    earlier = (
        one for one in scene.before(hit.start, 0) if one.role is not HERSELF and not (hers and _suffering(scene, one))
    )
    found = _behind(scene, hit) or next(inside, None) or _after(scene, hit) or next(earlier, None)
    owner = scene.back(found.start, "determiners") if found else -1
    owned = found is not None and scene.among(owner, "of") and scene.among(owner - 1, "things")
    which = found is not None and scene.note.words[min(found.end, len(scene.note.words) - 1)] == "che"
    owned = owned and not (which and hit.key in _OF_PEOPLE)  # *l'auto dell'ex, che la pedina*
    return Person(owner - 1, owner, THING) if owned else found


def _suffering(scene: Scene, one: Person) -> bool:
    """Say whether somebody is whom another verb is done to: *ha spinto la badante*."""
    front = scene.back(one.start, "determiners")
    return front > 0 and front in scene.violent and scene.among(front - 1, "having")


def _hanging(scene: Scene, one: Person) -> bool:
    """Say whether somebody is no subject: *davanti ai bambini*, *venuto a prendere la figlia*; *dal marito che* is."""
    words, front = scene.note.words, scene.back(one.start, "determiners")
    if one.end < len(words) and words[one.end] in {"che", "quale"}:
        return False
    return scene.among(front, "by", "of", "with", "to") or (front >= 0 and words[front].endswith(_INFINITIVES))


def active(scene: Scene, hit: Hit) -> bool:
    """Say whether the form is one of who does it: *picchia*, *ha picchiato*."""
    form = hit.phrase.form
    if form is None:
        return False
    return form not in DONE or _having(scene, hit)


def _having(scene: Scene, hit: Hit) -> bool:
    at = scene.back(hit.start, "adverbs")
    if scene.note.words[at] in {"a", "e", "era"} and at > 0:  # *l'a spinta*, *le è salito sopra*
        return scene.among(at - 1, "her") and (scene.note.words[at] == "a" or scene.note.words[at - 1] in {"le", "mi"})
    if _joined(scene, hit) or _run_together(scene, hit):
        return True
    return scene.among(at, "having") or (hit.end < len(scene.note.words) and scene.note.words[hit.end] == "me")


def _run_together(scene: Scene, hit: Hit) -> bool:
    """Say whether *la* before a participle is *l'ha*: *il marito la spinta*."""
    last = hit.start - 1
    if hit.phrase.form is not Form.DONE_TO_HER or last < 1 or scene.note.words[last] != "la":
        return False
    return any(one is not None and one.end == last for one in map(scene.person, range(max(last - 3, 0), last)))


def _joined(scene: Scene, hit: Hit) -> int:
    """Return the place after *ha* where this participle is a further one, or 0: *l'hanno presa e spogliata*."""
    words, first = scene.note.words, scene.sentence(hit.start)[0]
    listed = hit.start > 0 and (words[hit.start - 1] in {"e", "ed"} or scene.note.breaks[hit.start] is Break.ITEM)
    if not listed or hit.phrase.form is not Form.DONE_TO_HER or scene.among(hit.end, "by"):
        return 0
    for at in range(hit.start - 2, max(first, hit.start - _AFAR), -1):
        if scene.among(at, "having") and scene.among(at - 1, "her"):
            return at + 1 if words[at + 1].endswith(PARTICIPLES) else 0
        if scene.among(at, "by", "reports", "turns"):
            return 0
    return 0


def clitic(scene: Scene, hit: Hit) -> bool | None:
    """Return whether a pronoun before a verb means her, another or nobody; *si* is another: herself."""
    if "me" in scene.note.words[hit.start + 1 : hit.end + 1]:  # *tirare me*, of who learns the language
        return True
    if scene.note.words[hit.start - 1] == "ho" and scene.among(hit.start - 2, "her", "him"):  # *l'ho colpito io*
        return False
    at = scene.back(_joined(scene, hit) or hit.start, "auxiliaries", "adverbs")
    at -= at > 0 and scene.note.words[at] == "a" and scene.among(at - 1, "her")
    if scene.among(at, "him") or scene.note.words[max(at, 0)] == "si":
        return False
    return True if scene.among(at, "her") else None
