# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is only suspected, supposed, asked about or to be prevented."""

from approdo.recognition.rules.context import AWAY, NEAR, Context
from approdo.recognition.rules.matching import Hit
from approdo.recognition.rules.people import Person
from approdo.recognition.rules.tokens import Break

_SUBJUNCTIVES = ("asse", "assero", "assi", "esse", "essero", "essi", "isse", "issero", "issi", "fosse", "fossero")
"""Ends of a verb that after *se* is only supposed; *promesse* after *se* is rare."""
_ASKED = frozenset({"abbia", "abbiano", "sia", "siano", "venga", "vengano", "faccia", "facciano", "fossi"})
"""What after *se* is only asked: *se qualcuno le abbia fatto del male*."""


def doubted(context: Context, hit: Hit, by: Person | None) -> bool:
    """Say whether somebody only suspects it."""
    note, end = context.scene.note, max(hit.end, by.end if by else 0)
    if end - 1 in note.asked or hit.end - 1 in note.asked:
        return not context.scene.among(end, "affirmed")
    for cue in context.cues["doubt"]:
        if hit.start <= cue.start < hit.end or (cue.start == hit.end and note.breaks[hit.end] < Break.ITEM):
            return True
    return any(context.leads_to(cue, hit, NEAR) for cue in context.cues["doubt"])


def supposed(context: Context, hit: Hit) -> bool:
    """Say whether it is only supposed, asked about, or to be prevented."""
    if hit.key == "pathway" and (
        context.cues["routine"] or any(cue.start < hit.start for cue in context.cues["hypothesis"])
    ):
        return True
    if context.cues["confirms"] or (hit.key == "threat" and context.scene.among(hit.start, "beforehand", "her")):
        return False  # *se esce la ammazza* is how one threatens
    if hit.phrase.form is None and any(_handed(context, cue, hit) for cue in context.cues["leaflet"]):
        return True
    if _asked_about(context, hit) or any(_subjunctive(context, cue, hit) for cue in context.cues["hypothesis"]):
        return True
    return any(
        context.leads_to(cue, hit, 5, "auxiliaries", "pronoun", "adverbs", "patient", "close", "determiners")
        for cue in context.cues["hypothesis"]
    )


def _asked_about(context: Context, hit: Hit) -> bool:
    """Say whether a noun only names what is to be asked: *campo violenza della scheda*, *VD: domande non poste*."""
    scene, end = context.scene, hit.end
    if hit.phrase.form is not None or hit.key == "pathway" or _answered_yes(context, hit):
        return False
    after = any(cue.start == end and scene.note.breaks[end] is Break.ITEM for cue in context.cues["topic"])
    return after or any(_names(context, cue, hit) for cue in context.cues["topic"])


def _answered_yes(context: Context, hit: Hit) -> bool:
    """Say whether the answer to a question is yes, or names somebody: *positivo*, *sì*, *dal marito*."""
    scene, end = context.scene, hit.end
    if scene.among(end, "by") and scene.named(end + 1) is not None:
        return True
    for at in range(end, min(end + NEAR, context.last)):
        if scene.among(at, "denies_next", "denied_after"):
            return False
        if scene.among(at, "found_true") or (scene.among(at, "affirmed") and scene.note.breaks[at + 1] >= Break.ITEM):
            return True
    return False


def _names(context: Context, cue: Hit, hit: Hit) -> bool:
    """Say whether a noun is what a question, a form or a risk is about: nobody answers in between."""
    between = range(cue.end, hit.start)
    if cue.end > hit.start or len(between) > NEAR or context.scene.note.crossed(cue.end - 1, hit.start) >= Break.ITEM:
        return False
    return not any(context.scene.among(at, "turns", "reports", "denied_after", "found_true") for at in between)


def _subjunctive(context: Context, cue: Hit, hit: Hit) -> bool:
    """Say whether between a cue and an event a verb supposes: *se dovesse sentirsi minacciata*."""
    reached = range(cue.end, hit.end)
    if cue.end > hit.start or len(reached) > AWAY or any(context.scene.among(at, "turns", "reports") for at in reached):
        return False
    words = [context.scene.note.words[at] for at in reached]
    at = context.scene.back(hit.start, "adverbs")
    told = context.scene.among(at, "having") and context.scene.note.crossed(cue.end, hit.start) >= Break.ITEM
    if told and not words[at - cue.end].endswith(_SUBJUNCTIVES):
        return False  # *la ucciderebbe se sapesse, l'ha già picchiata*
    asked = context.scene.note.words[cue.end - 1] in {"se", "che"} and not _ASKED.isdisjoint(words)
    return asked or any(len(word) > 4 and word.endswith(_SUBJUNCTIVES) for word in words)


def _handed(context: Context, cue: Hit, hit: Hit) -> bool:
    return cue.end <= hit.start and not any(
        context.scene.among(at, "turns", "reports") for at in range(cue.end, hit.start)
    )
