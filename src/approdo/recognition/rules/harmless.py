# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was not meant, was play, was seen or imagined and not suffered, or is only a way of speaking."""

from approdo.recognition.rules.context import NEAR, Context
from approdo.recognition.rules.forms import Form
from approdo.recognition.rules.lexicon import Needs
from approdo.recognition.rules.matching import Hit
from approdo.recognition.rules.people import CLOSE, HERSELF, Person

_BY_CHANCE = frozenset({"physical", "threat"})
_NEVER_BY_CHANCE = frozenset({"strangulation", "sexual"})
_INFINITIVES = ("are", "ere", "ire", "rsi", "rla", "rmi")


def harmless(context: Context, hit: Hit, by: Person | None) -> bool:
    """Say whether it was not meant, was sport, or was seen and not suffered."""
    if by is not None and context.scene.among(by.start, "little"):
        return True
    if context.cues["on_purpose"]:
        return False
    return (
        _by_chance(context, hit)
        or _of_others(context, hit)
        or _by_herself(context, hit, by)
        or _imagined(context, hit, by)
        or _played(context, hit, by)
    )


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
    blow = hit.phrase.form is None and any(
        cue.start < hit.end and hit.start < cue.end for cue in context.cues["own_blow"]
    )
    return blow or any(not context.parted(cue, hit) for cue in context.cues["self_harm"])


def _of_others(context: Context, hit: Hit) -> bool:
    """Say whether another is named as the victim, or she only saw it."""
    if hit.phrase.form is None and context.cues["other_victim"]:
        return True
    seen = (cue for cue in context.cues["witness"] if cue.end <= hit.start < cue.end + 5)
    return any(not _seen_by_another(context, cue, hit) for cue in seen)


def _played(context: Context, hit: Hit, by: Person | None) -> bool:
    near = by is not None and by.role in CLOSE
    return bool(context.cues["sport"]) and not near and hit.phrase.needs is not Needs.ALONE


def _seen_by_another(context: Context, cue: Hit, hit: Hit) -> bool:
    """Say whether another saw what was done to her: *la figlia ha visto il padre picchiarla*."""
    first, _last = context.scene.sentence(cue.start)
    nearest = next(context.scene.before(cue.start, first), None)
    hers = nearest.role is HERSELF if nearest else cue.start - first < 2
    return not hers and hit.phrase.form is Form.DOES_TO_HER


def _imagined(context: Context, hit: Hit, by: Person | None) -> bool:
    """Say whether it was dreamt, read of or believed in illness, or a mishap said as one."""
    near = by is not None and by.role in CLOSE
    if context.cues["delusion"] and not near and hit.phrase.key != "sexual":
        return True
    return any(
        (cue.end <= hit.start or (cue.key == "mishap" and hit.key not in _NEVER_BY_CHANCE))
        and not context.parted(cue, hit)
        for cue in (*context.cues["unreal"], *context.cues["mishap"])
    )


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
