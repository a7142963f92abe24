# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where an Italian note says that somebody did violence to the woman it is about: keys and places, never its words."""

from collections.abc import Iterator, Sequence
from operator import attrgetter

from approdo.recognition.rules.context import Context, cues
from approdo.recognition.rules.denied import denied
from approdo.recognition.rules.forms import Form
from approdo.recognition.rules.harmless import called, harmless, led
from approdo.recognition.rules.lexicon import Lexicon, Needs
from approdo.recognition.rules.matching import Hit, hits
from approdo.recognition.rules.people import CLOSE, Person, Scene, active, agent, clitic, told
from approdo.recognition.rules.statements import HISTORY, SUSPECTED, UNKNOWN, WEAPON, Statement
from approdo.recognition.rules.suffering import done_to_her, to_her
from approdo.recognition.rules.supposed import doubted, supposed
from approdo.recognition.rules.tokens import Note, plain, tokenise

_ARMED = frozenset({"physical", "threat", "sexual", "strangulation"})
_ALWAYS = frozenset({"strangulation"})
"""What is told by its own key however long ago."""
_OF_SOMEBODY = frozenset({Needs.PERSON, Needs.HERS})
_MOST = 1000
"""Words of violence that are read in one note, so that no note takes long; a book has fewer."""


def read(lexicon: Lexicon, note: str) -> tuple[Statement, ...]:
    """Return what a note says, in its order; empty when it says nothing, which means nothing.

    ``start`` and ``end`` are offsets in ``note``. Time grows with its length and no faster.
    """
    scene = Scene(lexicon, tokenise(note, lambda word: lexicon.typos.get(word, word), lexicon.abbreviations))
    found = list(hits(lexicon.events, scene.note))
    if not found:
        return ()
    found = list({_alike(hit): hit for hit in _outermost(scene, found)}.values())
    scene.violent = frozenset(place for hit in found for place in range(hit.start, hit.end))
    heard = [(hit, by) for hit in found[:_MOST] if _heard(scene, hit, by := agent(scene, hit))]
    said = {one for context, hit, by in _in_context(scene, heard) for one in _judge(scene, context, hit, by)}
    if not said or not _triggered(lexicon, note):
        return ()
    return tuple(sorted(said, key=attrgetter("start", "end", "key", "by")))


def _triggered(lexicon: Lexicon, note: str) -> bool:
    small = plain(note)
    return any(piece in small for piece in lexicon.triggers)


def triggers(lexicon: Lexicon) -> tuple[str, ...]:
    """Return pieces in small letters: a note that has none of them, itself as ``tokens.plain`` has it, says nothing."""
    return lexicon.triggers


def _outermost(scene: Scene, found: list[Hit]) -> Iterator[Hit]:
    """Yield what stands inside no longer words of violence, and inside none that only look like it."""
    quiet = list(hits(scene.lexicon.quiet, scene.note))
    found.sort(key=lambda hit: (hit.start, -hit.end))
    silent = {place: hit for hit in sorted(quiet, key=_length) for place in range(hit.start, hit.end)}
    reached, last = 0, (0, 0)
    for hit in found:
        hidden = any(place in silent and _length(silent[place]) >= _length(hit) for place in range(hit.start, hit.end))
        if not hidden and (hit.end > reached or (hit.start, hit.end) == last):
            yield hit
            last = (hit.start, hit.end)
        if not hidden and hit.phrase.needs is Needs.ALONE:
            reached = max(reached, hit.end)


def _alike(hit: Hit) -> tuple[int, int, str, Needs, Form | None]:
    """Return what several phrases at one place share when they are judged alike."""
    return hit.start, hit.end, hit.key, hit.phrase.needs, hit.phrase.form


def _length(hit: Hit) -> int:
    return hit.end - hit.start


def _heard(scene: Scene, hit: Hit, by: Person | None) -> bool:
    """Say whether words say by themselves that it was done to her, whatever stands around."""
    return _enough(scene, hit, by) and done_to_her(scene, hit, by)


def _in_context(
    scene: Scene, found: Sequence[tuple[Hit, Person | None]]
) -> Iterator[tuple[Context, Hit, Person | None]]:
    contexts: dict[tuple[int, int], Context] = {}
    of_note = cues(scene) if found else {}
    for hit, by in found:
        sentence = scene.sentence(hit.start)
        if sentence not in contexts:
            contexts[sentence] = Context(scene, of_note, sentence)
        yield contexts[sentence], hit, by


def _judge(scene: Scene, context: Context, hit: Hit, by: Person | None) -> Iterator[Statement]:
    if hit.phrase.needs is Needs.INJURY and not context.injured(hit):
        return
    if harmless(context, hit, by) or supposed(context, hit) or denied(context, hit, by):
        return
    if called(context, hit) or led(context, hit, by):
        return
    key = SUSPECTED if doubted(context, hit, by) else HISTORY if context.past(hit) else hit.key
    who = told(scene, hit, by)
    yield _statement(scene.note, hit, key, who)
    if hit.key in _ALWAYS and key == HISTORY:
        yield _statement(scene.note, hit, hit.key, who)
    if hit.key in _ARMED and key == hit.key and context.armed():
        yield _statement(scene.note, hit, WEAPON, who)


def _enough(scene: Scene, hit: Hit, by: Person | None) -> bool:
    needs = hit.phrase.needs
    if needs is Needs.INJURY:
        return True
    if needs is Needs.HERS and not to_her(scene, hit):
        return False
    if by is None:
        return needs is Needs.ALONE or (needs in _OF_SOMEBODY and _somebody(scene, hit))
    return needs is not Needs.CLOSE or by.role in CLOSE or by.role == UNKNOWN


def _somebody(scene: Scene, hit: Hit) -> bool:
    """Say whether a verb with *la* or *mi* before it can only be of a person nobody names: *l'hanno spinta*."""
    return active(scene, hit) and clitic(scene, hit) is True


def _statement(note: Note, hit: Hit, key: str, by: str) -> Statement:
    return Statement(key, note.starts[hit.start], note.ends[hit.end - 1], by)
