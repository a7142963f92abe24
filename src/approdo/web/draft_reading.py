# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the pages of a draft say of it: each problem in words at its place, each call in a line."""

import re
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from approdo.kit.errors import NotFound
from approdo.networks.rules import ServiceKind
from approdo.protocols.rules import (
    ALL,
    FIELD_WORDS,
    CallRule,
    Context,
    Need,
    Phase,
    Problem,
    ProtocolDocument,
    place_of,
    plain,
    problems,
    readable,
)
from approdo.protocols.rules.composing import Document, pathway_of, sound_exits, sound_reviews
from approdo.protocols.rules.referring import clocks
from approdo.protocols.rules.sheet import Line
from approdo.protocols.selectors import DraftPage
from approdo.web.draft_pathway_forms import hours_said
from approdo.web.guards import Asked
from approdo.web.protocol_drawing import compared, read_aloud, row_of


@dataclass(frozen=True, slots=True)
class Shown:
    """A problem with where it stands in words, and the page on which it is mended."""

    problem: Problem
    where: str
    address: str


def shown_problems(draft: DraftPage, found: list[Problem]) -> list[Shown]:
    """Return problems in the words of the pages, each with its place; what a name will settle is not asked twice."""
    unnamed = not draft.document["code"]
    return [_shown(draft, problem) for problem in found if not (unnamed and problem.path == "code")]


_PAGES = {
    "referrals": "draft_hours",
    "reviews": "draft_reviews",
    "exits": "draft_exits",
    "calls": "draft",
    "pathway": "draft",
}


def _shown(draft: DraftPage, problem: Problem) -> Shown:
    place = place_of(problem)
    address = address_of if draft.may_write else _nowhere
    entry = FIELD_WORDS.get(place.entry, "")
    said = [_(entry)] if entry and "name" not in problem.values else []  # the sentence names what is missing itself
    if place.pathway is not None:
        title = pathway_of(draft.document)[place.pathway].get("key") or str(place.pathway + 1)
        said.insert(0, _("Passo «%(step)s»") % {"step": title})
        return Shown(plain(problem), ", ".join(said), address("draft_step", draft, place.pathway + 1))
    if place.call is None:
        name = _PAGES.get(place.entry, "draft_heading")
        return Shown(plain(problem), ", ".join(said).capitalize(), address(name, draft))
    title = draft.document["calls"][place.call].get("key") or str(place.call + 1)
    if place.step is not None:
        said.insert(0, _("passo %(n)s") % {"n": place.step + 1})
    said.insert(0, _("Chiamata «%(call)s»") % {"call": title})
    return Shown(plain(problem), ", ".join(said), address("draft_call", draft, place.call + 1))


def _nowhere(_name: str, _draft: DraftPage, *_more: int) -> str:
    return ""  # she may not write in it: there is no page on which she would mend it


def address_of(name: str, draft: DraftPage, *more: int) -> str:
    """Return the address of a page of a draft."""
    return reverse(name, args=(draft.line.network_code, draft.line.id, *more))


def counter_sent(request: Asked) -> int:
    """Return the counter of the draft as the page that was sent had it; 0 for none."""
    text = request.POST.get("counter", "")
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0


def piece_meant(request: Asked, draft: DraftPage, pieces: list[Document], place: int, most: int) -> tuple[int, bool]:
    """Return which piece of a list is written, from 0, and whether somebody has changed the draft meanwhile.

    Then the places may have moved: hers is the one of the name that her page had, or a new one. Raises ``NotFound``
    for a place that is not there.
    """
    if not 1 <= place <= min(len(pieces) + 1, most):
        raise NotFound
    if request.method != "POST" or counter_sent(request) == draft.counter:
        return place - 1, False
    was, last = request.POST.get("was", ""), min(len(pieces), most - 1)
    return next((n for n, one in enumerate(pieces) if was and one.get("key") == was), last), True


def version_named(text: str) -> tuple[str, int]:
    """Return what ``v-urgenza-3`` names: a short name and a number; raises ``NotFound`` for anything else."""
    found = re.fullmatch(r"v-([a-z0-9_-]{1,40})-([0-9]{1,9})", text)
    if found is None:
        raise NotFound
    return found[1], int(found[2])


def listed(document: Document, place: int, found: list[Problem]) -> dict[str, Any]:
    """Return what the list of calls says of one, sound or not."""
    call = document["calls"][place]
    return {
        "number": place + 1,
        "kind": ServiceKind(call["kind"]) if call.get("kind") else None,
        "key": call.get("key", ""),
        "needs": frozenset(Need(one) for one in call.get("needs", ())),
        "minutes": call.get("answer_within_minutes"),
        "after": call.get("after", ""),
        "wrong": sum(place_of(problem).call == place for problem in found),
        "last": place == len(document["calls"]) - 1,
    }


def listed_step(document: Document, place: int, found: list[Problem]) -> dict[str, Any]:
    """Return what the list of steps of the pathway says of one, sound or not."""
    steps = pathway_of(document)
    step = steps[place]
    return {
        "number": place + 1,
        "phase": Phase(step["phase"]) if step.get("phase") else None,
        "what": step.get("what", ""),
        "key": step.get("key", ""),
        "kind": ServiceKind(step["kind"]) if step.get("kind") else None,
        "within": hours_said(step.get("within_hours")),
        "wrong": sum(place_of(problem).pathway == place for problem in found),
        "last": place == len(steps) - 1,
    }


_PARTS = {"referrals": "hours", "reviews": "reviews", "exits": "exits"}
_SECTIONS = {"heading": 0, "hours": 1, "reviews": 2, "exits": 3}
"""Where the parts of a document without calls and steps stand side by side."""


def about(draft: DraftPage, part: str) -> dict[str, Any]:
    """Return the problems of a part of the document by the entry they concern."""
    wrong: dict[str, list[Problem]] = {}
    for one in shown_problems(draft, problems(draft.document)):
        place = place_of(one.problem)
        if place.call is not None or place.pathway is not None or place.entry in {"calls", "pathway"}:
            continue
        if _PARTS.get(place.entry, "heading") == part:
            wrong.setdefault(place.entry, []).append(one.problem)
    return {"wrong": wrong}


def standing_now(document: Document, part: str) -> tuple[Line, ...]:
    """Return what a part of a draft says now; of hours only those that are in order."""
    places, contexts = document["municipalities"], document.get("contexts", ALL)
    hours = document if not any(place_of(one).entry == "referrals" for one in problems(document)) else {}
    read = ProtocolDocument(
        code=document["code"],
        name=document["name"],
        network=document["network"],
        municipalities=frozenset() if places == ALL else frozenset(places),
        contexts=frozenset() if contexts == ALL else frozenset(Context(word) for word in contexts),
        calls=(),
        referrals=clocks(hours),
        reviews=sound_reviews(document),
        exits=sound_exits(document),
    )
    sections = compared(read, read)
    return tuple(line for line in sections[_SECTIONS[part]].lines if line.after)


def of_call(draft: DraftPage, number: int) -> dict[str, Any]:
    """Return what is wrong with one call, by field and by step, and how it reads when nothing is."""
    wrong: dict[str, list[Problem]] = {}
    steps: dict[int, list[Problem]] = {}
    for problem in problems(draft.document):
        place = place_of(problem)
        if place.call == number and place.step is not None:
            steps.setdefault(place.step, []).append(plain(problem))
        elif place.call == number:
            wrong.setdefault(place.entry, []).append(plain(problem))
    calls = draft.document["calls"]
    key = calls[number].get("key", "") if number < len(calls) else ""
    return {"wrong": wrong, "wrong_steps": steps, **_aloud(readable(draft.document), key)}


def _aloud(parsed: ProtocolDocument | None, key: str) -> dict[str, Any]:
    """Return how one call reads, and the drawing of all of them."""
    one: CallRule | None = next((call for call in parsed.calls if call.key == key), None) if parsed else None
    return {**read_aloud(parsed), "calls": [row_of(parsed, one)] if parsed and one else []}
