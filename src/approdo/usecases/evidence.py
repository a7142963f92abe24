# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is seen on her and what is kept of it: the body and its list, pieces of evidence and their chain of custody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from approdo.access.rules import Actor
from approdo.cases import services as case_services
from approdo.cases.selectors import CasePage
from approdo.kit.clock import ROME
from approdo.networks import selectors as networks
from approdo.persons import services as persons
from approdo.persons.rules import Answers, Kept, Kind, Place, kept, shown_at
from approdo.persons.selectors import EntryView, Text
from approdo.usecases import record

_PLACE = ("view", "side", "region")


@dataclass(frozen=True, slots=True)
class Body:
    """What was seen on her: the list, and on which places of the drawing it is."""

    case: CasePage
    injuries: tuple[EntryView, ...]
    marked: Mapping[Place, int]
    """How many injuries each place of the drawing has."""
    may_add: bool

    @property
    def last(self) -> EntryView | None:
        """Return the mark that her service made last, while nothing else is written of it: it can be taken back."""
        return _last(self.injuries)


def _last(injuries: Sequence[EntryView]) -> EntryView | None:
    newest = next((one for one in reversed(injuries) if one.own), None)
    if newest is None or len(newest.texts) > 1:
        return None
    answers = newest.texts[0].answers
    return newest if answers.given.keys() <= set(_PLACE) and not answers.declined else None


def body(actor: Actor, case_id: UUID, now: datetime) -> Body:
    """Return the injuries of a case, and write down that they were read; raises like ``record.part``."""
    found = record.part(actor, case_id, [Kind.INJURY], now)
    marked: dict[Place, int] = {}
    for entry in found.entries:
        for place in shown_at(place_of(entry.texts[-1].answers)):
            marked[place] = marked.get(place, 0) + 1
    return Body(found.case, found.entries, marked, Kind.INJURY in found.may_add)


def place_of(answers: Answers) -> Place:
    """Return where an injury is; empty words where nobody said."""
    return Place(*(str(answers.given.get(name, "")) for name in _PLACE))


@transaction.atomic
def put_injury(*, actor: Actor, case_id: UUID, place: Place, now: datetime) -> UUID:
    """Put an injury at a place of the body, on the drawing and in the list at once; return its entry.

    Where one stands already of which nothing else is written, it is that one: pressing twice is harmless. Raises
    ``NotFound``, ``Invalid``.
    """
    case_services.hold(case_id=case_id)  # two presses take turns
    found = record.part(actor, case_id, [Kind.INJURY], now)
    written = {name: said for name, said in zip(_PLACE, (place.view, place.side, place.region), strict=True) if said}
    for entry in found.entries:
        if entry.own and written and entry.texts[-1].answers == Answers(written):
            return entry.id
    saved = record.add(actor=actor, case_id=case_id, kind=Kind.INJURY, written=written, declined=(), now=now)
    return saved.entry_id


@transaction.atomic
def take_back_injury(*, actor: Actor, case_id: UUID, entry_id: str, now: datetime) -> Place | None:
    """Take the last mark back while nothing else is written of it, and return where it was.

    None for any other entry, written of or taken back already: pressing twice takes one mark. Raises ``NotFound``.
    """
    case_services.hold(case_id=case_id)
    last = _last(record.part(actor, case_id, [Kind.INJURY], now).entries)
    if last is None or str(last.id) != entry_id:
        return None
    persons.remove(actor=actor, entry_id=last.id, now=now)
    return place_of(last.texts[0].answers)


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of evidence with every step it went, and until when it is kept."""

    entry: EntryView
    steps: tuple[Text, ...]
    kept: Kept


@dataclass(frozen=True, slots=True)
class Custody:
    """The evidence of a case."""

    case: CasePage
    items: tuple[Item, ...]
    may_add: bool
    labels: Mapping[int, str]
    days: int | None
    """For how many days the actor's organisation keeps evidence; None when nobody has said."""
    at: datetime


def custody(actor: Actor, case_id: UUID, now: datetime) -> Custody:
    """Return the pieces of evidence of a case with their whole chains, and write down that they were read.

    Raises like ``record.part``.
    """
    # when it happened is reckoned with, and shown nowhere by this
    found = record.part(actor, case_id, [Kind.EVIDENCE, Kind.EPISODE], now, every_version=True)
    episodes = [one.texts[-1].answers.given.get("day") for one in found.entries if one.kind is Kind.EPISODE]
    happened = [date.fromisoformat(str(day)) for day in episodes if day]
    return Custody(
        case=found.case,
        items=tuple(
            Item(one, one.texts, _kept(one.texts, happened, now)) for one in found.entries if one.kind is Kind.EVIDENCE
        ),
        may_add=Kind.EVIDENCE in found.may_add,
        labels=found.labels,
        days=networks.evidence_days(actor.organisation_id or 0),
        at=now,
    )


def _kept(texts: Sequence[Text], happened: Sequence[date], now: datetime) -> Kept:
    first = str(texts[0].answers.given.get("at", ""))
    collected = datetime.fromisoformat(first).date() if first else texts[0].written_at.astimezone(ROME).date()
    steps = [text.answers for text in texts]
    return kept(steps, collected, happened, settings.COMPLAINT_MONTHS, now.astimezone(ROME).date())


def usual_end(actor: Actor, now: datetime) -> date | None:
    """Return until when the actor's organisation keeps what is collected today; None when nobody has said."""
    days = networks.evidence_days(actor.organisation_id or 0)
    return now.astimezone(ROME).date() + timedelta(days=days) if days else None
