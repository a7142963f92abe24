# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether words of violence are of what was done to the woman a note is about, and not to or by somebody else."""

from approdo.recognition.rules.forms import Form
from approdo.recognition.rules.lexicon import Needs
from approdo.recognition.rules.matching import Hit
from approdo.recognition.rules.people import HERSELF, PARTICIPLES, THING, Person, Scene, active, clitic
from approdo.recognition.rules.tokens import Break

_ENCLITICS = ("arla", "erla", "irla", "arle", "erle", "irle", "armi", "ermi", "irmi")
_HANGING = ("by", "with", "of", "to")
_TO_ME = frozenset({"m", "me", "mi", "am", "um"})
_WOMEN = frozenset({"moglie", "madre"})


def done_to_her(scene: Scene, hit: Hit, by: Person | None) -> bool:
    """Say whether the note says that it was done to the woman it is about."""
    if hit.key in {"pathway", "fear"}:
        return True
    hers = active(scene, hit) and clitic(scene, hit) is True
    if by is not None and by.role in {HERSELF, THING}:
        return (by.role is HERSELF and hers) or (hit.key == "sexual" and scene.among(by.start, "treaters"))
    if hit.phrase.form is None:
        return not _of_another(scene, hit, by) and not _by_a_beast(scene, hit)
    if hit.phrase.form in {Form.DOES_TO_HER, Form.DOES_TO_HIM}:
        return hit.phrase.form is Form.DOES_TO_HER and not _whom_just_named(scene, hit, by)
    return _done_by(scene, hit, by, hers) if active(scene, hit) else _suffers(scene, hit)


def _by_a_beast(scene: Scene, hit: Hit) -> bool:
    """Say whether a verb of a dialect has a thing or an animal beside it: *u mulu mi desi nu cauciu*."""
    told = scene.note.words[hit.start] in _TO_ME and scene.note.breaks[hit.start] < Break.ITEM
    return told and any(scene.among(at, "things") for at in (hit.start - 1, hit.end, hit.end + 1))


def _done_by(scene: Scene, hit: Hit, by: Person | None, hers: bool) -> bool:
    """Say whether she is the object of a verb whose subject is another."""
    if _whom_she_hurt(scene, hit) or _she_did(scene, hit):
        return False
    others = hers and (_after_another(scene, hit, by) if by is not None else _of_a_thing_or_hers(scene, hit))
    return not others and _object_is_her(scene, hit, by)


def _whom_she_hurt(scene: Scene, hit: Hit) -> bool:
    """Say whether it is told of whom she did it to: *l'ex, che aveva aggredito*."""
    at = scene.back(hit.start, "auxiliaries", "adverbs")
    alone = hit.end == hit.start + 1 and hit.phrase.form is Form.DONE_TO_HIM
    return alone and scene.note.words[at] == "che" and scene.note.breaks[hit.end] >= Break.ITEM


def _she_did(scene: Scene, hit: Hit) -> bool:
    """Say whether she tells what she did: *ammette di averla spinta*, and nobody else is named who could."""
    at = scene.back(hit.start, "adverbs")
    if not (scene.note.words[at] in {"aver", "avere"} or scene.note.words[at].startswith(("averl", "avergl"))):
        return False
    first, _last = scene.sentence(hit.start)
    named = (one for one in scene.before(at, first) if not scene.among(scene.back(one.start, "determiners"), *_HANGING))
    one = next(named, None)
    return scene.note.words[at - 1] in {"di", "dopo", "d"} and (
        one is None or one.role is HERSELF or _is_reader(scene, one)
    )


def _whom_just_named(scene: Scene, hit: Hit, by: Person | None) -> bool:
    """Say whether a gerund's pronoun is of another woman: *ha mandato la figlia in ospedale rompendole il braccio*."""
    if not scene.note.words[hit.start].endswith(("ndola", "ndole")):
        return False
    one = next(scene.before(hit.start, scene.note.item(hit.start)[0]), None)
    if one is None or one == by or one.role not in {"relative", "acquaintance"} or _told_by_kin(scene, one):
        return False
    front = scene.back(one.start, "determiners")
    return scene.note.words[one.start].endswith("a") and not scene.among(front, *_HANGING) and front >= 0


def _after_another(scene: Scene, hit: Hit, by: Person) -> bool:
    """Say whether a sentence is of another woman from its head: *la cognata è ricoverata: il marito l'ha ferita*."""
    first, _end = scene.sentence(hit.start)
    one = scene.named(first)
    if one is None or one.end > by.start or one.role not in {"relative", "acquaintance"}:
        return False
    told = any(scene.among(at, "reports", "tells") for at in range(one.end, one.end + 4))
    woman = scene.note.words[one.start].endswith("a") and not scene.among(one.start, "trades")
    alone = scene.among(one.end, "auxiliaries") and not scene.among(one.end + 1, "articles", "determiners")
    return woman and alone and not told and not _is_she(scene, one)


def _of_a_thing_or_hers(scene: Scene, hit: Hit) -> bool:
    """Say whether a thing or who treats her is the subject, or she herself: *ha spinto la badante e l'ha insultata*."""
    item, _last = scene.note.item(hit.start)
    first, _end = scene.sentence(hit.start)
    spared = ("treaters",) if hit.key == "sexual" else ()
    things = (at for at in range(item, hit.start) if not scene.among(at, *spared))
    if any(scene.among(at, "things", "others_too") for at in things) or _of_something(scene, hit, item):
        return True
    return scene.among(first, "having") and any(
        at in scene.violent for at in range(first + 1, min(first + 3, hit.start))
    )


def to_her(scene: Scene, hit: Hit) -> bool:
    """Say whether a pronoun or a form says that it was done to her: *le ha*, *tirandole*, *tirata*."""
    form = hit.phrase.form
    if form is None or form is Form.DOES_TO_HER or (form is Form.DONE_TO_HER and not active(scene, hit)):
        return True
    return clitic(scene, hit) is True or _enclitic(scene, hit) or _named_object_is_her(scene, hit, None)


def _enclitic(scene: Scene, hit: Hit) -> bool:
    return any(scene.note.words[at].endswith(_ENCLITICS) for at in range(hit.start + 1, hit.end))


def _of_something(scene: Scene, hit: Hit, first: int) -> bool:
    """Say whether something no lexicon knows is the subject: *un pentolone la colpiva*, *la perseguita un prurito*."""
    if hit.end == hit.start + 1 and scene.among(hit.end, "articles") and _unknown(scene, hit.end + 1):
        return True
    heads = (at for at in range(first, hit.start - 1) if scene.note.words[at] in {"un", "uno", "una"})
    return any(_unknown(scene, at + 1) and not scene.among(at - 1, "by", "of", "to", "with", "places") for at in heads)


def _unknown(scene: Scene, place: int) -> bool:
    return scene.person(place) is None and not scene.among(
        place, "patient", "adverbs", "body", "determiners", "times", "her"
    )


def _object_is_her(scene: Scene, hit: Hit, by: Person | None) -> bool:
    pronoun = clitic(scene, hit)
    if pronoun is not None or _enclitic(scene, hit):
        return pronoun is not False
    if hit.end == hit.start + 1 and scene.among(hit.end, "articles") and scene.note.breaks[hit.end] < Break.ITEM:
        found = scene.named(hit.end)
        return found is not None and (found.role is HERSELF or _is_she(scene, found) or _and_her(scene, found.end))
    return _named_object_is_her(scene, hit, by)


def _named_object_is_her(scene: Scene, hit: Hit, by: Person | None) -> bool:
    """Say whether who is named in or right after a verb is she; nobody named, it is told of her."""
    for at in range(hit.start + 1, min(hit.end + 4, len(scene.note.words))):
        if scene.note.breaks[at] >= Break.ITEM and at >= hit.end:
            break
        if scene.among(at, "by", "with") and at >= hit.end:
            break
        if scene.among(at, "patient", "patient_as_wife"):
            return True
        other = scene.person(at)
        if other and _is_she(scene, Person(at, other.end, other.key)):
            return True
        if other or scene.among(at, "hard_thing", "others_too"):
            return other is not None and _and_her(scene, other.end)
    return by is not None and not (hit.phrase.needs is Needs.CLOSE and len(hit.phrase.elements) == 1)


def _and_her(scene: Scene, at: int) -> bool:
    """Say whether she is named beside another: *ha picchiato il figlio e anche lei*."""
    first = at
    while at < first + 3 and scene.among(at, "also_not", "adverbs", "determiners"):
        at += 1
    return scene.among(at - 1, "also") and scene.among(at, "patient")


def _suffers(scene: Scene, hit: Hit) -> bool:
    """Say whether whom it is done to is she: nobody else is named right before or right after."""
    him = hit.phrase.form is Form.DONE_TO_HIM
    at = scene.back(hit.start, "auxiliaries", "adverbs")
    word = scene.note.words[at] if at >= 0 else ""
    if him and scene.among(at, "things"):
        return False
    to_herself = at < hit.start - 1 and (word == "si" or (word == "mi" and scene.note.words[at + 1] == "sono"))
    if to_herself or (him and not _he_is_she(scene, hit)) or _another_before(scene, hit, at, him):
        return False
    if scene.among(hit.end, "articles") and scene.among(hit.end + 1, "body"):
        return False
    follows = scene.named(hit.end) if scene.among(hit.end, "determiners") else None
    if follows is None or follows.role in {HERSELF, THING} or scene.note.breaks[hit.end] >= Break.ITEM:
        return True
    return not _agrees(scene.note.words[follows.start], him)


def _another_before(scene: Scene, hit: Hit, at: int, him: bool) -> bool:
    """Say whether another is the subject that ends at a place: *la figlia è stata picchiata*."""
    relative = at >= 0 and scene.note.words[at] == "che"
    at -= relative
    while scene.among(at, "elder", "age") or (at > 0 and scene.note.words[at][0].isdigit()):
        at -= 1
    other = _ending_at(scene, at + 1)
    if other is not None and _stranger_to_note(scene, other):
        return True
    if (
        other is None
        or other.role is HERSELF
        or _is_reader(scene, other)
        or not _agrees(scene.note.words[other.start], him)
    ):
        return False
    front = scene.back(other.start, "determiners")
    worried = front >= 0 and scene.note.words[front] == "per"
    parted = scene.note.crossed(at, hit.start) >= Break.ITEM and not him and not worried
    hanging = scene.among(front, "by", "with", "of") and not relative and not him
    return not hanging and not parted and not _is_she(scene, other)


def _stranger_to_note(scene: Scene, one: Person) -> bool:
    """Say whether a woman is one of many, and not the one who came: *soccorre una donna accoltellata*."""
    words = scene.note.words
    if one.role is not HERSELF or one.start < 2 or words[one.start - 1] != "una":
        return False
    return scene.sentence(one.start)[0] < one.start - 1 and not scene.among(one.start - 2, "reports")


def _is_reader(scene: Scene, one: Person) -> bool:
    """Say whether a bare name of a trade at the head of a sentence is hers: *insegnante aggredita da un alunno*."""
    return scene.among(one.start, "trades") and scene.sentence(one.start)[0] == one.start


def _he_is_she(scene: Scene, hit: Hit) -> bool:
    """Say whether a man's form may be of her: no man is the nearest subject before it."""
    for one in scene.before(hit.start, scene.sentence(hit.start)[0]):
        if not scene.among(scene.back(one.start, "determiners"), "by", "with", "of", "to"):
            return one.role is HERSELF or not _agrees(scene.note.words[one.start], True) or _told_by_kin(scene, one)
    return True


def _agrees(word: str, him: bool) -> bool:
    woman = word.endswith("a") or word in _WOMEN
    either = word.endswith(("e", "ista")) and word not in _WOMEN
    return either or woman is not him


def _is_she(scene: Scene, one: Person) -> bool:
    """Say whether somebody who suffers is the woman of the note, named as another names her."""
    his = scene.among(one.start - 1, "his")
    wife = scene.among(one.start, "patient_as_wife") and one.role != "acquaintance"
    return _apposed(scene, one.end) or (wife and not his) or _told_by_kin(scene, one)


def _told_by_kin(scene: Scene, other: Person) -> bool:
    """Say whether a child tells of its mother, or a parent of its child: then it is of her that they tell."""
    word = scene.note.words[other.start]
    tellers = "parents" if scene.among(other.start, "children") else "children" if word in {"madre", "mamma"} else ""
    if not tellers:
        return False
    return any(
        scene.among(one.start, tellers)
        and any(scene.among(at, "reports", "heard") for at in range(one.end, one.end + 8))
        for one in scene.before(other.start, 0)
    )


def _of_another(scene: Scene, hit: Hit, by: Person | None) -> bool:
    """Say whether a noun is of another's pain: *aggressione al marito*, *il fratello ha subito percosse*."""
    given = scene.among(hit.end, "given")
    if _toward_another(scene, hit.end + given - scene.among(hit.end - 1, "to")) or (
        by is not None and by.end > hit.end and _toward_another(scene, by.end)
    ):
        return True
    at = scene.back(hit.start, "fillers", "auxiliaries", "adverbs", "suffered")
    suffering = any(scene.among(place, "suffered") for place in range(at + 1, hit.end))
    at -= scene.note.words[max(at, 0)] == "dopo"
    brought = scene.note.words[max(at, 0)].endswith(PARTICIPLES) and scene.person(max(at, 0)) is None
    before = at + 1 - (brought or scene.among(at, "elder"))
    before = scene.back(before, "auxiliaries") + 1
    other = _ending_at(scene, before) if suffering or scene.note.words[at + 1] in {"con", "per", "dopo"} else None
    if other is not None and not suffering and other.role != "relative":
        return False
    if other is None or other.role is HERSELF or _told_by_kin(scene, other):
        return False
    return not scene.among(scene.back(other.start, "determiners"), "by", "with")


def _toward_another(scene: Scene, end: int) -> bool:
    """Say whether what begins at a place names somebody else: *al marito*, *nei confronti del figlio*."""
    at = end
    while scene.among(at, "toward"):
        at += 1
    if at > end and scene.note.words[at - 1] not in {"confronti", "danni", "confronto"}:
        return False
    if at >= len(scene.note.words) or not (at > end or scene.among(at, "to")):
        return False
    if scene.note.crossed(end - 1, at) >= Break.ITEM:
        return False
    first = at + scene.among(at, "to", "of")
    found = scene.named(first)
    if found is None:
        return scene.among(first, "others_too")
    if found.role is THING:
        return scene.note.words[at] not in {"contro", "verso", "su", "sul", "sulla"}
    return found.role != HERSELF and not _apposed(scene, found.end) and not _told_by_kin(scene, found)


def _apposed(scene: Scene, end: int) -> bool:
    """Say whether whoever was just named is she: *alla madre (pz)*."""
    return scene.among(end, "patient") and scene.note.breaks[end] is Break.ITEM


def _ending_at(scene: Scene, end: int) -> Person | None:
    for start in range(end - 1, max(end - 4, -1), -1):
        if scene.among(start, "patient") and start == end - 1:
            owner = _ending_at(scene, start - 1) if scene.among(start - 1, "of") else None
            return owner or Person(start, end, HERSELF)
        found = scene.person(start)
        if found and found.end == end:
            return Person(start, end, found.key)
    return None
