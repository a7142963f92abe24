# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is only suspected, supposed, asked about or to be prevented."""

from approdo.recognition.rules.context import AWAY, NEAR, Context
from approdo.recognition.rules.matching import Hit
from approdo.recognition.rules.people import Person
from approdo.recognition.rules.tokens import Break

_SUBJUNCTIVES = ("asse", "assero", "esse", "essero", "isse", "issero", "fosse", "fossero", "assi", "essi", "issi")
"""Ends of a verb that after *se* is only supposed; *promesse* after *se* is rare."""
_ASKED = frozenset({"abbia", "abbiano", "sia", "siano", "venga", "vengano"})
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
    if any(_subjunctive(context, cue, hit) for cue in context.cues["hypothesis"]):
        return True
    return any(
        context.leads_to(cue, hit, 5, "auxiliaries", "pronoun", "adverbs", "patient", "close")
        for cue in context.cues["hypothesis"]
    )


def _subjunctive(context: Context, cue: Hit, hit: Hit) -> bool:
    """Say whether between a cue and an event a verb supposes: *se dovesse sentirsi minacciata*."""
    reached = range(cue.end, hit.end)
    if cue.end > hit.start or len(reached) > AWAY or any(context.scene.among(at, "turns", "reports") for at in reached):
        return False
    words = [context.scene.note.words[at] for at in reached]
    asked = context.scene.note.words[cue.end - 1] == "se" and not _ASKED.isdisjoint(words)
    return asked or any(len(word) > 4 and word.endswith(_SUBJUNCTIVES) for word in words)


def _handed(context: Context, cue: Hit, hit: Hit) -> bool:
    return cue.end <= hit.start and not any(
        context.scene.among(at, "turns", "reports") for at in range(cue.end, hit.start)
    )
