# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was not meant, was play, was seen or imagined and not suffered, or is only a way of speaking."""

from approdo.recognition.rules.context import AWAY, NEAR, Context
from approdo.recognition.rules.forms import DONE, Form
from approdo.recognition.rules.lexicon import Needs
from approdo.recognition.rules.matching import Hit
from approdo.recognition.rules.people import CLOSE, HERSELF, Person, Scene
from approdo.recognition.rules.suffering import told_to_her
from approdo.recognition.rules.tokens import Break

_BY_CHANCE = frozenset({"physical", "threat"})
_NEVER_BY_CHANCE = frozenset({"strangulation", "sexual"})
_PLAYED = _BY_CHANCE | {"strangulation"}
_TO_AGREE_UPON = frozenset({"psychological", "stalking", "economic"})
"""What she may have wished herself, or who treats her may have to forbid."""
_AGAINST = frozenset({"no", "non", "nega", "senza", "contro"})
_CLAUSES = frozenset({"che", "e", "ma", "perche", "quando", "se", "poi"})
_INFINITIVES = ("are", "ere", "ire", "rsi", "rla", "rmi")


def harmless(context: Context, hit: Hit, by: Person | None) -> bool:
    """Say whether it was not meant, was play, was another's pain, or was only said, dreamt or agreed upon."""
    if by is not None and context.scene.among(by.start, "little"):
        return True
    if _of_others(context, hit) or _in_words_only(context, hit, by) or _by_something(context, hit, by):
        return True
    if _on_purpose(context):
        return False
    return (
        _by_chance(context, hit)
        or _by_herself(context, hit, by)
        or _imagined(context, hit, by)
        or _played(context, hit, by)
    )


def _on_purpose(context: Context) -> bool:
    """Say whether it is told that it was meant; *non l'ha fatto apposta* is not."""
    words = context.scene.note.words
    return any("non" not in words[max(cue.start - 4, 0) : cue.start] for cue in context.cues["on_purpose"])


def _in_words_only(context: Context, hit: Hit, by: Person | None) -> bool:
    """Say whether it is a joke, a delusion, what a treatment did, or what she herself wants to be done."""
    struck = hit.phrase.form in DONE or any(context.scene.among(at, "blow") for at in range(hit.start, hit.end))
    if not struck and any(_she_jokes(context, cue) for cue in context.cues["joke"]):
        return True
    ill = any(_her_own(context, cue) for cue in context.of_note["illness"][:AWAY])
    if context.cues["delusional"] or (ill and _believed(hit, by)) or (by is None and context.before("procedure", hit)):
        return True
    if by is None and hit.key == "physical" and any(context.leads_to(cue, hit, 2) for cue in context.cues["feels"]):
        return True
    agreed = (cue for cue in context.cues["agreed"] if not _against(context, cue))
    return hit.key in _TO_AGREE_UPON and any(not context.parted(cue, hit) for cue in agreed)


def _against(context: Context, cue: Hit) -> bool:
    """Say whether the word before takes a cue back: *non d'accordo*, *nega allucinazioni*."""
    return cue.start > 0 and context.scene.note.words[cue.start - 1] in _AGAINST


def _believed(hit: Hit, by: Person | None) -> bool:
    """Say whether who is ill may only believe it: nobody known to her does it, and it is going on."""
    known = by is not None and by.role not in {"stranger", "unknown"}
    return not known and (hit.key == "stalking" or hit.phrase.form not in {None, *DONE})


def _she_jokes(context: Context, cue: Hit) -> bool:
    """Say whether it is she who laughs: *ride: ...*, *..., ride*; *il marito la insulta e ride* is another."""
    whole = context.scene.note.item(cue.start) == (cue.start, cue.end)
    return whole or len(cue.phrase.elements) > 1 or context.scene.note.words[cue.start].endswith("mente")


def _by_something(context: Context, hit: Hit, by: Person | None) -> bool:
    """Say whether a thing or who treats her does it: *la tosse non la fa dormire*, *il pediatra le vieta di uscire*."""
    scene, words = context.scene, context.scene.note.words
    if by is not None and by.role in CLOSE:
        return False
    if scene.among(hit.end, "by") and scene.among(scene.past(hit.end + 1, "determiners"), "causes"):
        return True
    if hit.key == "physical" and _handled_by_carer(context, hit):
        return True
    at = scene.back(hit.start, "pronoun", "her", "auxiliaries", "adverbs")
    at -= words[max(at, 0)] == "non"
    which = words[max(at, 0)] == "che"
    kinds = ("causes", "things", *(("carers",) if hit.key in _TO_AGREE_UPON else ()))
    if hit.phrase.form is Form.DONE_TO_HER or not scene.among(at - which, *kinds):
        return False
    front = scene.back(at - which, "determiners")
    begins = front < 0 or scene.note.breaks[front + 1] >= Break.ITEM or words[front] in _CLAUSES
    return which or begins


def _by_chance(context: Context, hit: Hit) -> bool:
    first, last = context.scene.note.item(hit.start)
    for cue in context.cues["accident"] if hit.key in _BY_CHANCE else ():
        apart = range(min(cue.start, hit.end), max(cue.start, hit.start))
        parted = any(context.scene.among(at, "turns", "reports") for at in apart)
        if first <= cue.start < last and len(apart) < NEAR and not parted:
            return True
    return False


def _by_herself(context: Context, hit: Hit, by: Person | None) -> bool:
    """Say whether it is what she did to herself, or to a wall: *graffiandola si è ferita*."""
    if hit.phrase.form is Form.DOES_TO_HER and context.scene.note.words[min(hit.end, context.last - 1)] == "si":
        return True
    if by is not None:
        return False
    if _deals_herself(context.scene, hit):
        return True
    blow = hit.phrase.form is None and any(
        cue.start < hit.end and hit.start < cue.end for cue in context.cues["own_blow"]
    )
    return blow or any(not context.parted(cue, hit) for cue in context.cues["self_harm"])


def _handled_by_carer(context: Context, hit: Hit) -> bool:
    """Say whether who treats or combs her moves a part of her; a slap of the doctor's is one."""
    scene = context.scene
    if _plain(hit) or any(scene.among(at, "blow") for at in range(hit.start, hit.end)):
        return False
    first, _last = scene.note.item(hit.start)
    return any(scene.among(at, "carers") and scene.among(at - 1, "articles") for at in range(first, hit.start))


def _plain(hit: Hit) -> bool:
    """Say whether a verb alone says violence: *aggredita*."""
    return hit.phrase.needs is Needs.ALONE and hit.phrase.form is not None and len(hit.phrase.elements) == 1


def _deals_herself(scene: Scene, hit: Hit) -> bool:
    """Say whether a blow is her own and she its aim: *si dà pugni in testa*; *si è presa uno schiaffo* is none."""
    at = hit.start if scene.among(hit.start, "deals") else scene.back(hit.start, "articles")
    before = scene.back(at, "auxiliaries")
    if hit.phrase.form is not None or before < 0 or not scene.among(at, "deals"):
        return False
    words = scene.note.words
    return words[before] == "si" or (words[before] in {"mi", "me"} and words[before + 1] in {"sono", "so"})


def _of_others(context: Context, hit: Hit) -> bool:
    """Say whether another is named as the victim, or she only saw it."""
    if not told_to_her(context.scene, hit) and (_she_was_spared(context, hit) or context.before("kin", hit)):
        return True
    for cue in context.cues["other_victim"] if hit.key != "pathway" else ():
        if hit.phrase.form is None or (cue.start < hit.end and hit.start < cue.end):
            return True
    seen = (cue for cue in context.cues["witness"] if cue.end <= hit.start < cue.end + 5)
    return any(not _seen_by_another(context, cue, hit) for cue in seen)


def _she_was_spared(context: Context, hit: Hit) -> bool:
    """Say whether the note says that nothing was done to her, and names another: *il fratello..., lei illesa*."""
    if not context.of_note["spared"]:
        return False
    scene = context.scene
    first, _last = scene.sentence(hit.start)
    named = (one for one in scene.before(hit.start, first) if one.role is not HERSELF)
    return any(not scene.among(scene.back(one.start, "determiners"), "by") for one in named)


def _played(context: Context, hit: Hit, by: Person | None) -> bool:
    """Say whether it was part of a game; who picks a fight in one is read all the same."""
    name = "" if by is None else context.scene.note.words[by.start]
    mate = name.startswith("compagn")
    near = by is not None and by.role in CLOSE
    if context.around("in_play", hit) and hit.key in _PLAYED and not _plain(hit) and (mate or not near):
        return True
    return bool(context.cues["sport"]) and (name == "compagna" or not near) and hit.phrase.needs is not Needs.ALONE


def _seen_by_another(context: Context, cue: Hit, hit: Hit) -> bool:
    """Say whether another saw what was done to her: *la figlia ha visto il padre picchiarla*."""
    first, _last = context.scene.sentence(cue.start)
    front = context.scene.back(cue.start, "of", "auxiliaries")
    if context.scene.among(front, "reports") and context.scene.among(front - 1, "carers", *CLOSE, "acquaintance"):
        return True
    nearest = next(context.scene.before(cue.start, first), None)
    hers = nearest.role is HERSELF if nearest else cue.start - first < 2
    return not hers and hit.phrase.form is Form.DOES_TO_HER


def _imagined(context: Context, hit: Hit, by: Person | None) -> bool:
    """Say whether it was dreamt, read of or believed in illness, or a mishap said as one."""
    near = by is not None and by.role in CLOSE
    if any(_her_own(context, cue) for cue in context.cues["delusion"]) and not near and hit.phrase.key != "sexual":
        return True
    return any(
        (cue.end <= hit.start or (cue.key == "mishap" and hit.key not in _NEVER_BY_CHANCE))
        and not context.parted(cue, hit)
        for cue in (*context.cues["unreal"], *context.cues["mishap"])
    )


def _her_own(context: Context, cue: Hit) -> bool:
    """Say whether it is she who is ill: *non allucinazioni* nobody is, *una sconosciuta, convinta che* another."""
    if _against(context, cue):
        return False
    nearest = next(context.scene.before(cue.start, max(cue.start - 2, 0)), None)
    return nearest is None or nearest.role is HERSELF


def called(context: Context, hit: Hit) -> bool:
    """Say whether it is only the name of a street or of a person."""
    front = context.scene.back(hit.start, "of")
    if context.scene.note.words[max(front - 1, 0) : front + 1] == ("in", "corso"):
        return False
    return hit.phrase.form is None and context.scene.among(front, "names") and not context.scene.note.breaks[hit.start]


def led(context: Context, hit: Hit, by: Person | None) -> bool:
    """Say whether she was only brought to do something: *spinta dal marito a farsi vedere*."""
    return hit.key == "physical" and (_to_do(context, hit.end) or _to_do(context, by.end if by else hit.end))


def _to_do(context: Context, place: int) -> bool:
    words = context.scene.note.words
    if place + 1 >= len(words) or words[place] not in {"a", "ad"}:
        return False
    return (
        place + 1 not in context.scene.violent and len(words[place + 1]) > 4 and words[place + 1].endswith(_INFINITIVES)
    )
