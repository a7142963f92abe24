# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing a document piece by piece, also while it has errors: what was not touched stays as it was written.

Every function returns a new document and changes none. A draft may hold whatever has the *shape* of a protocol: known
entries, known words, numbers where numbers go; anything may still be missing, too long or out of order.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jsonschema import Draft202012Validator

from approdo.protocols.rules.assessing import USUAL_REVIEW, ReviewClock, review_clock, review_problems
from approdo.protocols.rules.checks import sound_calls
from approdo.protocols.rules.document import ALL, FORMAT, Choose, Context, OutOfHours, ProtocolDocument
from approdo.protocols.rules.leaving import USUAL_EXITS, Exits, exit_problems, exits
from approdo.protocols.rules.pathway import When, WhenClosed, pathway, pathway_problems
from approdo.protocols.rules.problem import Problem, errors
from approdo.protocols.rules.referring import Urgency, clock_problems, clocks
from approdo.protocols.rules.schema import KEY_PATTERN, SCHEMA
from approdo.protocols.rules.structure import explained, structural_problems

Document = dict[str, Any]
MOST_CALLS: int = SCHEMA["properties"]["calls"]["maxItems"]
MOST_STEPS: int = SCHEMA["properties"]["calls"]["items"]["properties"]["escalation"]["maxItems"]
_MENDED_LATER = frozenset({"required", "dependentRequired", "minimum", "maximum", "minLength", "minItems", "pattern"})
MOST_PATHWAY_STEPS: int = SCHEMA["properties"]["pathway"]["maxItems"]
_UNWRITTEN: dict[str, Any] = {
    "choose": Choose.ONE.value,
    "out_of_hours": OutOfHours.ON_CALL.value,
    "when": When.ALWAYS.value,
    "when_closed": WhenClosed.ALL_THE_SAME.value,
}
"""What an entry means when it is left out."""


def _loosened(schema: Any) -> Any:
    """Return a schema that asks for the same shape, and lets be missing, small or badly named what may be mended."""
    if isinstance(schema, list):
        return [_loosened(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: _loosened(inner) for name, inner in schema.items() if name not in _MENDED_LATER}


_SHAPE = Draft202012Validator(_loosened({name: part for name, part in SCHEMA.items() if name != "$id"}))


def shape_problems(document: Any) -> list[Problem]:
    """Return what of a document no page could show: unknown entries and words, texts where numbers go."""
    return explained(_SHAPE.iter_errors(document))


def empty_document(network_code: str) -> Document:
    """Return the document of a draft in which nothing is said yet."""
    return {
        "format": FORMAT,
        "code": "",
        "name": "",
        "network": network_code,
        "municipalities": ALL,
        "contexts": ALL,
        "calls": [],
    }


def for_network(document: Mapping[str, Any], network_code: str) -> Document:
    """Return a document readdressed to a network, with every entry that is never left out."""
    made = {**empty_document(network_code), **document, "network": network_code}
    if "contexts" not in document:
        del made["contexts"]
    return made


def in_order(document: Mapping[str, Any]) -> Document:
    """Return the same document with its entries in the order in which people read them: the schema's."""
    ordered: Document = _ordered(document, SCHEMA)
    return ordered


def _ordered(value: Any, schema: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        known = schema.get("properties", {})
        names = [*(name for name in known if name in value), *(name for name in value if name not in known)]
        return {name: _ordered(value[name], known.get(name, {})) for name in names}
    if isinstance(value, list):
        return [_ordered(one, schema.get("items", {})) for one in value]
    return value


def short_name(words: str, taken: Iterable[str] = ()) -> str:
    """Return a short name made from words, unlike those that are taken: "Posto sicuro" is ``posto-sicuro``."""
    words, known = words.strip(), set(taken)
    if re.match(KEY_PATTERN, words) and words not in known:
        return words
    plain = unicodedata.normalize("NFKD", words.lower()).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-_")[:36].rstrip("-_")
    slug = slug if slug[:1].isalpha() else f"c-{slug}".rstrip("-")
    return next(name for name in (slug, *(f"{slug}-{n}" for n in range(2, 1_000))) if name not in known)


def kept_order(before: Iterable[str], chosen: Iterable[str]) -> list[str]:
    """Return what was chosen from boxes: first what was there, in its order, then what is new, in that of the boxes."""
    wanted = list(dict.fromkeys(chosen))
    old = [one for one in dict.fromkeys(before) if one in wanted]
    return [*old, *(one for one in wanted if one not in old)]


def kept_text(before: Any, written: str) -> str:
    """Return a text as it was written, unless only the blanks around it, which no field keeps, are different."""
    return before if isinstance(before, str) and before.strip() == written.strip() else written.strip()


def with_entries(piece: Mapping[str, Any], entries: Mapping[str, Any]) -> Document:
    """Return a piece of a document with these entries; None, an empty text or list takes one out.

    What means the same as being left out is only written where it was written before.
    """
    made = dict(piece)
    for name, value in entries.items():
        empty = value is None or value in ("", [])
        if empty or (name in _UNWRITTEN and value == _UNWRITTEN[name] and name not in piece):
            made.pop(name, None)
        else:
            made[name] = value
    return made


def heading(document: Mapping[str, Any], entries: Mapping[str, Any]) -> Document:
    """Return the document with another name, short name, territory and contexts; an empty list stays, to be mended."""
    made = {**document, **entries}
    if made["contexts"] == ALL and "contexts" not in document:
        del made["contexts"]
    return made


def with_call(document: Mapping[str, Any], place: int, call: Mapping[str, Any]) -> Document:
    """Return the document with a call at a place, after the last for a new one; what waits for it follows its name."""
    calls = list(document["calls"])
    before = calls[place].get("key") if place < len(calls) else None
    calls[place : place + 1] = [dict(call)]
    after = call.get("key")
    if before and after and before != after:
        calls = [{**one, "after": after} if one.get("after") == before else one for one in calls]
    return {**document, "calls": calls}


def without_call(document: Mapping[str, Any], place: int) -> Document:
    """Return the document without a call; what waited for it begins at once."""
    calls = list(document["calls"])
    gone = calls.pop(place).get("key")
    waiting = ("after", "after_minutes")
    left = [{k: v for k, v in one.items() if one.get("after") != gone or k not in waiting} for one in calls]
    return {**document, "calls": left if gone else calls}


def moved_call(document: Mapping[str, Any], place: int, by: int) -> Document:
    """Return the document with a call further up or down; at the edge it stays."""
    return {**document, "calls": moved(document["calls"], place, by)}


def stepped(call: Mapping[str, Any], change: Callable[[list[Document]], list[Document]]) -> Document:
    """Return a call with another chain."""
    return {**call, "escalation": change(list(call.get("escalation", ())))}


def added_step(steps: list[Document]) -> list[Document]:
    """Return a chain with one more step at its end, in which nothing is said yet."""
    return [*steps, {}] if len(steps) < MOST_STEPS else steps


def removed_step(place: int) -> Callable[[list[Document]], list[Document]]:
    """Return what takes one step out of a chain."""
    return lambda steps: [step for index, step in enumerate(steps) if index != place]


def moved_step(place: int, by: int) -> Callable[[list[Document]], list[Document]]:
    """Return what moves one step of a chain up or down."""
    return lambda steps: moved(steps, place, by)


def moved(listed: Iterable[Any], place: int, by: int) -> list[Any]:
    """Return a list with one of its things further up or down; at the edge it stays."""
    found, target = list(listed), place + by
    if 0 <= place < len(found) and 0 <= target < len(found):
        found[place], found[target] = found[target], found[place]
    return found


def with_hours(document: Mapping[str, Any], hours: Mapping[Urgency, Mapping[str, int]]) -> Document:
    """Return the document with the hours of referrals for these urgencies, those that were there in their places."""
    listed = [one for one in document.get("referrals", ()) if one.get("urgency") in set(hours)]
    there = {one["urgency"] for one in listed}
    made = [with_entries({"urgency": one["urgency"]}, hours[Urgency(one["urgency"])]) for one in listed]
    made += [with_entries({"urgency": str(one)}, said) for one, said in hours.items() if one not in there]
    return with_entries(document, {"referrals": made})


def pathway_of(document: Mapping[str, Any]) -> list[Document]:
    """Return the steps of the pathway as they are written, sound or not."""
    return list(document.get("pathway", ()))


def with_pathway_step(document: Mapping[str, Any], place: int, step: Mapping[str, Any]) -> Document:
    """Return the document with a step of the pathway at a place, after the last for a new one."""
    steps = pathway_of(document)
    steps[place : place + 1] = [dict(step)]
    return {**document, "pathway": steps}


def without_pathway_step(document: Mapping[str, Any], place: int) -> Document:
    """Return the document without a step of the pathway; without the last one it says nothing of it."""
    return with_entries(document, {"pathway": removed_step(place)(pathway_of(document))})


def moved_pathway_step(document: Mapping[str, Any], place: int, by: int) -> Document:
    """Return the document with a step of the pathway further up or down; at the edge it stays."""
    return {**document, "pathway": moved(pathway_of(document), place, by)}


def readable(document: Mapping[str, Any]) -> ProtocolDocument | None:
    """Return as much of a draft as can be read aloud: sound calls that wait for sound ones; None when there is none."""
    calls = {call.key: call for call in sound_calls(document).values()}
    while waiting := [key for key, call in calls.items() if call.after is not None and call.after not in calls]:
        for key in waiting:  # when it begins cannot be said: what it waits for is not sound
            del calls[key]
    if not calls:
        return None
    contexts, places = document.get("contexts", ALL), document["municipalities"]
    wrong = any(problem.path.startswith("referrals") for problem in structural_problems(document))
    return ProtocolDocument(
        code=document["code"],
        name=document["name"],
        network=document["network"],
        municipalities=frozenset() if places == ALL else frozenset(places),
        contexts=frozenset() if contexts == ALL else frozenset(Context(word) for word in contexts),
        calls=tuple(calls.values()),
        referrals=clocks({} if wrong or any(clock_problems(document)) else document),
        pathway=pathway({"pathway": sound_steps(document)}),
        reviews=sound_reviews(document),
        exits=sound_exits(document),
    )


def with_reviews(document: Mapping[str, Any], said: Mapping[str, Any] | None) -> Document:
    """Return the document with its own clock of assessments; with the usual one for None."""
    return with_entries(document, {"reviews": said})


def sound_reviews(document: Mapping[str, Any]) -> ReviewClock:
    """Return the clock of assessments; the usual one while something is wrong with the document's own."""
    wrong = any(problem.path.startswith("reviews") for problem in structural_problems(document))
    return USUAL_REVIEW if wrong or any(review_problems(document)) else review_clock(document)


def with_exits(document: Mapping[str, Any], said: Mapping[str, Any] | None) -> Document:
    """Return the document with what it proposes itself on leaving; with the usual for None."""
    return with_entries(document, {"exits": said})


def sound_exits(document: Mapping[str, Any]) -> Exits:
    """Return what is proposed on leaving; the usual while something is wrong with the document's own."""
    wrong = any(problem.path.startswith("exits") for problem in structural_problems(document))
    return USUAL_EXITS if wrong or any(exit_problems(document)) else exits(document)


def sound_steps(document: Mapping[str, Any]) -> list[Document]:
    """Return the steps of the pathway in which nothing is wrong."""
    found = [problem.path for problem in structural_problems(document)]
    found += [problem.path for problem in errors(list(pathway_problems(document, found)))]
    broken = {path.partition("]")[0] for path in found if path.startswith("pathway[")}
    return [step for index, step in enumerate(pathway_of(document)) if f"pathway[{index}" not in broken]
