# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who else a sentence is of, and whether somebody who is named is the woman of the note."""

from approdo.recognition.rules.matching import Hit
from approdo.recognition.rules.people import HERSELF, Person, Scene
from approdo.recognition.rules.tokens import Break

_WOMEN = frozenset({"moglie", "madre"})


def another_before(scene: Scene, hit: Hit, at: int, him: bool) -> bool:
    """Say whether another is the subject that ends at a place: *la figlia è stata picchiata*."""
    relative, bare = at >= 0 and scene.note.words[at] == "che", at == hit.start - 1
    bare = bare and not scene.among(hit.start, "auxiliaries")
    at -= relative
    while scene.among(at, "elder", "age") or (at > 0 and scene.note.words[at][0].isdigit()):
        at -= 1
    other = ending_at(scene, at + 1)
    if bare and (_one_tended(scene, hit, him) or _head_apposed(scene, hit, him) or _a_noun(scene, at)):
        return True
    if other is None and scene.note.words[max(at, 0)] == "a" and not bare:
        other = next(scene.before(at, scene.sentence(at)[0]), None)  # *è la figlia a essere pedinata*
    if other is not None and _stranger_to_note(scene, other):
        return True
    if (
        other is None
        or other.role is HERSELF
        or is_reader(scene, other)
        or not agrees(scene.note.words[other.start], him)
    ):
        return False
    front = scene.back(other.start, "determiners")
    if not him and _whom_she_tends(scene, front):
        return bare  # *difendendo la collega è stata presa a schiaffi*
    worried = front >= 0 and scene.note.words[front] == "per"
    parted = scene.note.crossed(at, hit.start) >= Break.ITEM and not him and not worried
    hanging = scene.among(front, "by", "of", *(() if bare else ("with",))) and not relative and not him
    return not hanging and not parted and not is_she(scene, other)


def _one_tended(scene: Scene, hit: Hit, him: bool) -> bool:
    """Say whether a comma leads back to whom she looks after: *è andata a trovare la figlia in corsia, picchiata*."""
    if scene.note.breaks[hit.start] is not Break.ITEM:
        return False
    one = next(scene.before(hit.start, scene.sentence(hit.start)[0]), None)
    if one is None or one.role is HERSELF or not agrees(scene.note.words[one.start], him) or is_she(scene, one):
        return False
    front = scene.back(one.start, "determiners")
    return scene.among(front, "tends") or (scene.among(front, "of") and scene.among(front - 1, "reports"))


def _head_apposed(scene: Scene, hit: Hit, him: bool) -> bool:
    """Say whether a sentence begins with another, and a comma: *la sorella, picchiata dal marito, è...*."""
    first, _last = scene.sentence(hit.start)
    one = scene.named(first)
    if one is None or one.end != hit.start or one.start == first or one.role not in {"relative", "acquaintance"}:
        return False
    return agrees(scene.note.words[one.start], him) and not is_she(scene, one)


def _a_noun(scene: Scene, at: int) -> bool:
    """Say whether a participle is another's name: *la suocera dell'aggredita*."""
    return scene.among(at, "of") and ending_at(scene, at) is not None


def _whom_she_tends(scene: Scene, front: int) -> bool:
    """Say whether a place is a verb whose object follows: *difendendo*, *per aiutare*, *accompagna*."""
    verb = front >= 0 and scene.note.words[front].endswith(("ndo", "are", "ere", "ire"))
    return verb or scene.among(front, "tends")


def _stranger_to_note(scene: Scene, one: Person) -> bool:
    """Say whether a woman is one of many, and not the one who came: *soccorre una donna accoltellata*."""
    words = scene.note.words
    if one.role is not HERSELF or one.start < 2 or words[one.start - 1] != "una":
        return False
    return scene.sentence(one.start)[0] < one.start - 1 and not scene.among(one.start - 2, "reports")


def is_reader(scene: Scene, one: Person) -> bool:
    """Say whether a bare name of a trade at the head of a sentence is hers: *insegnante aggredita da un alunno*."""
    return scene.among(one.start, "trades") and scene.sentence(one.start)[0] == one.start


def agrees(word: str, him: bool) -> bool:
    """Say whether a name may be of the sex of a participle; *cliente* may be of either."""
    woman = word.endswith("a") or word in _WOMEN
    either = word.endswith(("e", "ista")) and word not in _WOMEN
    return either or woman is not him


def is_she(scene: Scene, one: Person) -> bool:
    """Say whether somebody who suffers is the woman of the note, named as another names her."""
    his = scene.among(one.start - 1, "his")
    wife = scene.among(one.start, "patient_as_wife") and one.role != "acquaintance"
    return apposed(scene, one.end) or (wife and not his) or told_by_kin(scene, one)


def told_by_kin(scene: Scene, other: Person) -> bool:
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


def apposed(scene: Scene, end: int) -> bool:
    """Say whether whoever was just named is she: *alla madre (pz)*."""
    she = scene.among(end, "patient") and scene.note.words[end] != "lei"
    return she and scene.note.breaks[end] is Break.ITEM


def ending_at(scene: Scene, end: int) -> Person | None:
    """Return who is named right before a place."""
    for start in range(end - 1, max(end - 4, -1), -1):
        if scene.among(start, "patient") and start == end - 1:
            owner = ending_at(scene, start - 1) if scene.among(start - 1, "of") else None
            return owner or Person(start, end, HERSELF)
        found = scene.person(start)
        if found and found.end == end:
            return Person(start, end, found.key)
    return None


def another_at_head(scene: Scene, hit: Hit) -> Person | None:
    """Return who a sentence begins with, who is not she and tells nothing: *la sorella è seguita dal CAV*."""
    first, _end = scene.sentence(hit.start)
    one = scene.named(first)
    if one is None or one.end > hit.start or one.role not in {"relative", "acquaintance", "colleague"}:
        return None
    told = any(scene.among(at, "reports", "tells") for at in range(one.end, one.end + 4))
    at = scene.past(one.end, "elder", "age")
    alone = scene.among(at, "auxiliaries") and not scene.among(at + 1, "articles", "determiners")
    if scene.among(one.start, "trades") or told or not alone or is_she(scene, one):
        return None
    return one
