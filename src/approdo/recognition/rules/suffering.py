# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether words of violence are of what was done to the woman a note is about, and not to or by somebody else."""

from approdo.recognition.rules.forms import Form
from approdo.recognition.rules.lexicon import Needs
from approdo.recognition.rules.matching import Hit
from approdo.recognition.rules.others import (
    agrees,
    another_at_head,
    another_before,
    apposed,
    ending_at,
    is_reader,
    is_she,
    told_by_kin,
)
from approdo.recognition.rules.people import HERSELF, PARTICIPLES, THING, Person, Scene, active, clitic
from approdo.recognition.rules.tokens import Break

_ENCLITICS = ("arla", "erla", "irla", "arle", "erle", "irle", "armi", "ermi", "irmi")
_HANGING = ("by", "with", "of", "to")
_TO_ME = frozenset({"m", "me", "mi", "am", "um"})
_HUSBANDS_OF_OTHERS = frozenset({"acquaintance", "colleague", "stranger"})


def done_to_her(scene: Scene, hit: Hit, by: Person | None) -> bool:
    """Say whether the note says that it was done to the woman it is about."""
    if hit.key in {"pathway", "fear"}:
        return not another_at_head(scene, hit)
    hers = active(scene, hit) and clitic(scene, hit) is True
    if by is not None and by.role in {HERSELF, THING}:
        return (by.role is HERSELF and hers) or (hit.key == "sexual" and scene.among(by.start, "treaters"))
    if hit.phrase.form is None:
        others = _of_another(scene, hit, by) or (by is None and _she_gives(scene, hit))
        return not others and not _by_a_beast(scene, hit)
    if hit.phrase.form in {Form.DOES_TO_HER, Form.DOES_TO_HIM}:
        return hit.phrase.form is Form.DOES_TO_HER and not _whom_just_named(scene, hit, by)
    if by is None and (_a_beast_at_head(scene, hit) or scene.among(hit.start - 1, "organs")):
        return False
    return _done_by(scene, hit, by, hers) if active(scene, hit) else _suffers(scene, hit)


def _by_a_beast(scene: Scene, hit: Hit) -> bool:
    """Say whether a verb of a dialect has a thing or an animal beside it: *u mulu mi desi nu cauciu*."""
    told = scene.note.words[hit.start] in _TO_ME and scene.note.breaks[hit.start] < Break.ITEM
    return told and any(scene.among(at, "things") for at in (hit.start - 1, hit.end, hit.end + 1))


def _a_beast_at_head(scene: Scene, hit: Hit) -> bool:
    """Say whether a sentence is of what a thing did to her: *la capra l'ha incornata, spinta contro il recinto*."""
    one = scene.named(scene.sentence(hit.start)[0])
    return one is not None and one.role is THING and one.end <= hit.start and scene.among(one.end, "her")


def _done_by(scene: Scene, hit: Hit, by: Person | None, hers: bool) -> bool:
    """Say whether she is the object of a verb whose subject is another."""
    if _whom_she_hurt(scene, hit) or _she_did(scene, hit) or _his_own_wife(scene, hit, by):
        return False
    others = hers and (_after_another(scene, hit, by) if by is not None else _of_a_thing_or_hers(scene, hit))
    return not others and _object_is_her(scene, hit, by)


def _she_gives(scene: Scene, hit: Hit) -> bool:
    """Say whether it is she who deals out a blow, for nobody else is named: *agitata, tirava calci e pugni*."""
    at = scene.back(hit.start, "fillers")
    if not scene.among(at, "deals") or scene.note.breaks[hit.start] >= Break.ITEM:
        return False
    at = scene.back(at, "having", "adverbs")
    first, _last = scene.sentence(hit.start)
    named = (one for one in scene.before(at + 1, first) if one.role is not HERSELF)
    return not scene.among(at, "her") and next(named, None) is None


def _his_own_wife(scene: Scene, hit: Hit, by: Person | None) -> bool:
    """Say whether a man who is none of hers does it to his wife: *il vicino picchia la moglie*."""
    wife = scene.past(hit.end, "articles")
    return by is not None and by.role in _HUSBANDS_OF_OTHERS and scene.among(wife, "patient_as_wife")


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
        one is None or one.role is HERSELF or is_reader(scene, one)
    )


def _whom_just_named(scene: Scene, hit: Hit, by: Person | None) -> bool:
    """Say whether a gerund's pronoun is of another woman: *ha mandato la figlia in ospedale rompendole il braccio*."""
    if not scene.note.words[hit.start].endswith(("ndola", "ndole")):
        return False
    one = next(scene.before(hit.start, scene.note.item(hit.start)[0]), None)
    if one is None or one == by or one.role not in {"relative", "acquaintance"} or told_by_kin(scene, one):
        return False
    front = scene.back(one.start, "determiners")
    return scene.note.words[one.start].endswith("a") and not scene.among(front, *_HANGING) and front >= 0


def _after_another(scene: Scene, hit: Hit, by: Person) -> bool:
    """Say whether a sentence is of another woman from its head: *la cognata è ricoverata: il marito l'ha ferita*."""
    one = another_at_head(scene, hit)
    return one is not None and one.end <= by.start and scene.note.words[one.start].endswith("a")


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


def told_to_her(scene: Scene, hit: Hit) -> bool:
    """Say whether a word leaves no doubt that it was done to her: *l'ha*, *picchiarmi*, *colpire la pz*."""
    named = range(hit.start + 1, hit.end + 2) if active(scene, hit) else ()
    if any(scene.among(at, "patient") and not scene.among(at, "determiners") for at in named):
        return True
    if any(scene.among(at, "her") and scene.among(at + 1, "having") for at in range(hit.start, hit.end - 1)):
        return True
    return hit.phrase.form is Form.DOES_TO_HER or clitic(scene, hit) is True or _enclitic(scene, hit)


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
        return found is not None and (found.role is HERSELF or is_she(scene, found) or _and_her(scene, found.end))
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
        if other and is_she(scene, Person(at, other.end, other.key)):
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
    by_its_verb = at < hit.start - 1 and not scene.among(scene.back(at, "determiners"), *_HANGING, "places")
    if scene.among(at, "things") and (him or by_its_verb):
        return False
    reflexive = scene.among(hit.start, "auxiliaries") and scene.note.words[hit.start - 1] == "si"
    apart = at < hit.start - 1 and (word == "si" or (word == "mi" and scene.note.words[at + 1] == "sono"))
    if reflexive or apart or (him and not _he_is_she(scene, hit)) or another_before(scene, hit, at, him):
        return False
    if scene.among(hit.end, "articles") and scene.among(hit.end + 1, "body"):
        return False
    follows = scene.named(hit.end) if scene.among(hit.end, "determiners") else None
    if follows is None or follows.role in {HERSELF, THING} or scene.note.breaks[hit.end] >= Break.ITEM:
        return True
    return not agrees(scene.note.words[follows.start], him)


def _he_is_she(scene: Scene, hit: Hit) -> bool:
    """Say whether a man's form may be of her: no man is the nearest subject before it."""
    for one in scene.before(hit.start, scene.sentence(hit.start)[0]):
        if not scene.among(scene.back(one.start, "determiners"), "by", "with", "of", "to"):
            return one.role is HERSELF or not agrees(scene.note.words[one.start], True) or told_by_kin(scene, one)
    return True


def _of_another(scene: Scene, hit: Hit, by: Person | None) -> bool:
    """Say whether a noun is of another's pain: *aggressione al marito*, *il fratello ha subito percosse*."""
    if _among_others(scene, hit.end):
        return True
    if hit.phrase.needs is Needs.CLOSE and scene.among(hit.end, "of"):
        owner = scene.named(hit.end + 1)  # *controlla il telefono della figlia*
        if owner is not None and owner.role == "relative" and not is_she(scene, owner):
            return True
    given = scene.among(hit.end, "given")
    if _toward_another(scene, hit.end + given - scene.among(hit.end - 1, "to")) or (
        by is not None and by.end > hit.end and _toward_another(scene, by.end)
    ):
        return True
    at = scene.back(hit.start, "fillers", "auxiliaries", "adverbs", "suffered")
    takes = scene.among(hit.start, "takes") and not scene.among(hit.start - 1, "her")
    suffering = takes or any(scene.among(place, "suffered") for place in range(at + 1, hit.end))
    at -= scene.note.words[max(at, 0)] == "dopo"
    brought = scene.note.words[max(at, 0)].endswith(PARTICIPLES) and scene.person(max(at, 0)) is None
    before = at + 1 - (brought or scene.among(at, "elder"))
    before = scene.back(before, "auxiliaries") + 1
    other = ending_at(scene, before) if suffering or scene.note.words[at + 1] in {"con", "per", "dopo"} else None
    if other is not None and not suffering and other.role != "relative":
        return False
    if other is None or other.role is HERSELF or told_by_kin(scene, other):
        return False
    return not scene.among(scene.back(other.start, "determiners"), "by", "with")


def _among_others(scene: Scene, at: int) -> bool:
    """Say whether others did it to each other: *colluttazione tra pazienti*; *tra la pz e il marito* is not."""
    if scene.note.words[min(at, len(scene.note.words) - 1)] not in {"tra", "fra"}:
        return False
    she = (place for place in range(at + 1, scene.note.item(at)[1]) if scene.among(place, "patient"))
    return scene.named(at + 1) is not None and all(scene.note.words[place] == "pazienti" for place in she)


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
    return found.role != HERSELF and not apposed(scene, found.end) and not told_by_kin(scene, found)
