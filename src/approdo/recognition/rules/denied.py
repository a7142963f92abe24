# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is denied: by her, by another, by the one who writes; before, after, in a list, as an answer."""

from approdo.recognition.rules.context import FAR, NEAR, Context
from approdo.recognition.rules.matching import Hit
from approdo.recognition.rules.people import Person, active
from approdo.recognition.rules.tokens import Break


def denied(context: Context, hit: Hit, by: Person | None) -> bool:
    """Say whether somebody says that it did not happen."""
    if _corrected(context, hit):
        return False
    if _denied_after(context, hit, by) or _answered(context, hit) or _recorded_wrongly(context, hit, by):
        return True
    if _denied_within(context, hit):
        return True
    if _happened_before(context, hit):
        return False
    return any(_denies(context, cue, hit, by) for cue in context.nearest("deny", hit)) or any(
        _denies_next(context, cue, hit) for cue in context.nearest("deny_next", hit)
    )


def _corrected(context: Context, hit: Hit) -> bool:
    """Say whether only by whom is denied: *non aggressione da ignoti, ma dal padre*."""
    for at in range(hit.end, min(hit.end + NEAR, context.last - 1)):
        if context.scene.among(at, "turns") and context.scene.among(at + 1, "by"):
            return context.scene.named(at + 2) is not None
    return False


def _answered(context: Context, hit: Hit) -> bool:
    """Say whether a noun is a question whose whole answer is no: *violenza altrui (campo della scheda): no*."""
    scene, note = context.scene, context.scene.note
    answers = (at for at in range(hit.end, min(hit.end + NEAR, context.last)) if note.breaks[at] is Break.ITEM)
    at = next((at for at in answers if scene.among(at, "denied_after", "fillers")), None)
    if hit.phrase.form is not None or at is None:
        return False
    last = note.item(at)[1]
    said = range(hit.end, last)
    known = all(scene.among(place, "denied_after", "fillers", "answers") for place in range(at, last))
    free = not any(scene.person(place) or scene.among(place, "by") for place in said)
    return known and free and any(scene.among(place, "denied_after") for place in range(at, last))


def _denied_within(context: Context, hit: Hit) -> bool:
    """Say whether a *non* stands among the words and is none of them: *lividi non riferibili a percosse*."""
    spoken = "non" in context.scene.note.words[hit.start : hit.end]
    return spoken and not any("non" in element.words for element in hit.phrase.elements)


def _recorded_wrongly(context: Context, hit: Hit, by: Person | None) -> bool:
    """Say whether it was only written down, and mended later in the note: *segnalata aggressione, era un malore*."""
    first, _last = context.scene.sentence(hit.start)
    written = any(context.scene.among(at, "recorded") for at in range(first, hit.end))
    return (
        written
        and (hit.phrase.form is None or by is None)
        and any(cue.start >= hit.end for cue in context.of_note["mended"][-1:])
    )


def _happened_before(context: Context, hit: Hit) -> bool:
    """Say whether a denial is of what came after it: *TC negativa dopo strangolamento*."""
    at = context.scene.back(hit.start, "fillers")
    return hit.phrase.form is None and context.scene.among(at, "after_it")


def _free(context: Context, first: int, last: int) -> bool:
    """Say whether something between two places ends a denial: *ma*, *riferisce*, *ha denunciato*."""
    return last - first > FAR or any(
        context.scene.among(at, "turns", "facts")
        or (context.scene.among(at, "reports") and not context.scene.among(at, "fillers"))
        or (context.scene.note.words[at - 1] == "e" and context.scene.among(at, "he"))  # *e lui l'ha presa*
        for at in range(first, last)
    )


def _denies(context: Context, cue: Hit, hit: Hit, by: Person | None) -> bool:
    scene, first, last = context.scene, cue.end, hit.start
    if _free(context, first, last):
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


def _denies_next(context: Context, cue: Hit, hit: Hit) -> bool:
    scene, first, last = context.scene, cue.end, hit.start
    between = range(first, last)
    word = scene.note.words[cue.start]
    verbal = word in {"non", "mai", "nessuno", "ne"}
    groups = (
        "fillers",
        "also_not",
        *(("pronoun", "auxiliaries", "adverbs", "not_done", "said_or_there", "suffered") if verbal else ()),
    )
    listed = [at for at in between if at in scene.violent]
    named = {at for at in between if word in {"ne", "nessuno"} and scene.person(at)}  # *né il padre né altri*
    if (
        not all(at in scene.violent or at in named or scene.among(at, *groups) for at in between)
        or len(between) > 3 * NEAR
    ):
        return False
    if scene.note.crossed(first - 1, last) >= Break.ITEM:
        return bool(listed) and hit.phrase.form is None
    if len(between) - len(listed) > NEAR:
        return False
    if hit.phrase.form is not None and not verbal and between:
        return any(scene.note.words[at] in {"essere", "esser", "stata", "aver", "avere"} for at in between)
    return True


def _denied_after(context: Context, hit: Hit, by: Person | None) -> bool:
    scene, note = context.scene, context.scene.note
    at = max(hit.end, by.end if by else 0)
    limit = min(at + 8, len(note.words))
    if context.last - 1 in note.asked and scene.among(context.last, "denied_after"):
        return True  # *ha paura di tornare a casa? No*
    if at < len(note.words) and at - 1 in note.asked and scene.among(at, "denied_after"):
        return True
    while (
        at < limit
        and at < context.last
        and (at in scene.violent or scene.among(at, "fillers", "auxiliaries", "answers"))
    ):
        if scene.among(at, "denied_after"):
            break
        at += 1
    if at >= min(limit, context.last):
        return False
    if note.words[at] == "non":
        return any(scene.among(place, "not_done") for place in range(at + 1, min(at + 4, context.last)))
    if not scene.among(at, "denied_after"):
        return False
    ends = note.breaks[at + 1] >= Break.ITEM or scene.among(at + 1, "by")
    return ends or note.words[at] not in {"no", "neg", "0", "nega", "nessuna", "nessuno", "smentisce"}
