# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from django.db.models import Q

from approdo.access.rules import Actor, Forbidden, Slice
from approdo.kit.errors import Invalid, NotFound
from approdo.kit.rows import Answer, Statement, ask, read, together
from approdo.kit.words import mark as _
from approdo.persons.models import Entry, Version
from approdo.persons.rules import Answers, Kind, Written, standing
from approdo.vault import services as vault
from approdo.vault.rules import CaseKey, Place

# what a page reads is written once per process: the policies make these statements long to plan (ADR 0008)
_ENTRIES = Statement(
    lambda service, case: (
        Entry.objects.filter(Q(service_id=service) | Q(private=False), case_id=case, removed_at=None)
        .order_by("entered_at", "id")
        .values_list("id", "kind", "slice", "private", "service_id", named=True)
    ),
    service=int,
    case=UUID,
)
_VERSIONS = Statement(
    lambda case: (
        Version.objects.filter(entry__case_id=case, entry__removed_at=None)
        .order_by("number")
        .values_list(
            "entry_id", "number", "based_on", "sealed", "organisation_id", "service_id", "written_at", named=True
        )
    ),
    case=UUID,
)


_NAMED = """
SELECT case_id, entry_id FROM persons_nametoken WHERE organisation_id = %s AND token = ANY(%s)
 GROUP BY case_id, entry_id HAVING count(DISTINCT token) = %s ORDER BY case_id, entry_id LIMIT %s
"""


_KEPT_UNTIL = """
SELECT case_id, kept_until FROM persons_keeping WHERE service_id = %s AND NOT over AND kept_until <= %s
 ORDER BY kept_until, case_id LIMIT %s
"""


class _Entry(Protocol):
    id: UUID
    kind: str
    slice: str
    private: bool
    service_id: int


class _Version(Protocol):
    entry_id: UUID
    number: int
    based_on: list[int]
    sealed: bytes
    organisation_id: int
    service_id: int
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Text:
    """One version that stands: what it says, and who wrote it when."""

    number: int
    answers: Answers
    service_id: int
    written_at: datetime


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry as a page shows it; two texts while two people's words wait to be put together."""

    id: UUID
    kind: Kind
    slice: Slice
    private: bool
    service_id: int
    own: bool
    texts: tuple[Text, ...]


def entries(actor: Actor, case_id: UUID, slices: Collection[Slice]) -> tuple[EntryView, ...]:
    """Return what the actor may read of a case, opened, oldest first: her own service's, and what ``slices`` share.

    Private entries are her service's only: a man in another ward of the same hospital is not to read them. The caller
    has decided the slices at this very moment and writes the audit row. Raises ``KeysUnavailable`` and ``Unreadable``;
    ``NotFound`` when her organisation holds no key.
    """
    with together():
        opened = ask_entries(actor, case_id)
    return opened(slices)


def ask_entries(
    actor: Actor, case_id: UUID, *, kinds: Collection[Kind] = tuple(Kind), every_version: bool = False
) -> Callable[[Collection[Slice]], tuple[EntryView, ...]]:
    """Ask for the same, sealed; what is returned waits for the answer and opens what some slices share.

    Of other kinds than ``kinds`` nothing is opened. With ``every_version`` an entry's texts are all that it ever said,
    the oldest first, and not only what stands.
    """
    if (service_id := actor.service_id) is None:
        raise Forbidden  # a service reads, also by a link that nobody signed in for; the system never
    asked, versions = _ENTRIES.ask(service=service_id, case=case_id), _VERSIONS.ask(case=case_id)
    key = vault.ask_case_key(organisation_id=acting_organisation(actor), case_id=case_id)

    def opened(slices: Collection[Slice]) -> tuple[EntryView, ...]:
        found = [one for one in asked.value if one.service_id == service_id or one.slice in slices]
        found = [one for one in found if one.kind in kinds]
        texts = _texts(key, case_id, found, versions.value, every_version=every_version)
        return tuple(
            EntryView(
                one.id,
                Kind(one.kind),
                Slice(one.slice),
                one.private,
                one.service_id,
                one.service_id == service_id,
                texts[one.id],
            )
            for one in found
        )

    return opened


def case_of(entry_id: UUID) -> UUID:
    """Return the case that an entry is in; ``NotFound`` when absent, taken out, or hidden by the database."""
    case_id = Entry.objects.filter(pk=entry_id, removed_at=None).values_list("case_id", flat=True).first()
    if case_id is None:
        raise NotFound
    return case_id


def of_kind(case_id: UUID, kind: Kind) -> tuple[UUID, ...]:
    """Return the entries of a kind that are in a case now, the oldest first, as far as the reader sees them; closed."""
    found = Entry.objects.filter(case_id=case_id, kind=kind, removed_at=None).order_by("entered_at", "pk")
    return tuple(found.values_list("pk", flat=True))


def kinds_of(entry_ids: Collection[UUID]) -> Mapping[UUID, Kind]:
    """Return of what kind entries are, taken out or not; nothing of them is opened."""
    found = Entry.objects.filter(pk__in=entry_ids)
    return {entry_id: Kind(kind) for entry_id, kind in found.values_list("pk", "kind")}


def writer(entry_id: UUID) -> int:
    """Return the service that wrote an entry; ``NotFound`` when absent, taken out, private, or hidden by the database.

    A private entry is its service's only: there is nobody else from whom it could be hidden.
    """
    found = Entry.objects.filter(pk=entry_id, private=False, removed_at=None)
    service_id = found.values_list("service_id", flat=True).first()
    if service_id is None:
        raise NotFound
    return service_id


def writers(case_id: UUID) -> frozenset[int]:
    """Return the organisations that wrote something shared which is still there, as far as the reader sees it."""
    found = Entry.objects.filter(case_id=case_id, private=False, removed_at=None)
    return frozenset(found.values_list("organisation_id", flat=True))


def ask_kept_until(actor: Actor, day: date, limit: int = 20) -> Answer[tuple[tuple[UUID, date], ...]]:
    """Ask for (case, last day) of evidence that the actor's service keeps and whose keeping ends by a day, the soonest
    first."""
    if actor.service_id is None:
        raise Forbidden
    return ask(_KEPT_UNTIL, [actor.service_id, day, limit], tuple)


def _texts(
    key: Callable[[bool], CaseKey],
    case_id: UUID,
    found: Sequence[_Entry],
    versions: Iterable[_Version],
    *,
    every_version: bool,
) -> Mapping[UUID, tuple[Text, ...]]:
    """Return the versions that stand, or every one, opened, by entry; of what is not among ``found`` none is opened."""
    by_entry: dict[UUID, list[_Version]] = defaultdict(list)
    for version in versions:
        by_entry[version.entry_id].append(version)
    held = {private: key(private) for private in {one.private for one in found}}
    chosen = {pk: rows if every_version else _standing(rows) for pk, rows in by_entry.items()}
    return {one.id: tuple(_opened(chosen.get(one.id, ()), held[one.private], one, case_id)) for one in found}


def _standing(versions: Sequence[_Version]) -> Sequence[_Version]:
    stand = standing(Written(one.number, tuple(one.based_on)) for one in versions)
    return [one for one in versions if one.number in stand]


def _opened(versions: Sequence[_Version], key: CaseKey, entry: _Entry, case_id: UUID) -> Iterator[Text]:
    for one in versions:
        clear = key.open(place(one, case_id, entry.kind), bytes(one.sealed))
        yield Text(one.number, Answers.read(clear), one.service_id, one.written_at)


def place(version: Version | _Version, case_id: UUID, kind: str) -> Place:
    """Return where a version stands: it opens nowhere else (P8)."""
    return Place(version.organisation_id, case_id, kind, version.entry_id, version.number)


def acting_organisation(actor: Actor) -> int:
    """Return the organisation an actor acts for; ``NotFound`` for the system, which reads no record."""
    if actor.organisation_id is None:
        raise NotFound
    return actor.organisation_id


def entries_named(actor: Actor, beginning: str, limit: int = 50) -> tuple[tuple[UUID, UUID], ...]:
    """Return (case, entry) where every word typed begins a word of her name, as far as this organisation wrote it.

    Words under three letters are left out («De Luca» is sought as «Luca»). The caller keeps the entries that the actor
    may read. Raises ``Invalid`` when no word has three letters, ``KeysUnavailable``.
    """
    organisation_id = acting_organisation(actor)
    tokens = set(vault.search_tokens(organisation_id=organisation_id, beginning=beginning))
    if not tokens:
        raise Invalid({"name": _("Scrivi almeno tre lettere del nome o del cognome.")})
    return tuple(read(_NAMED, [organisation_id, sorted(tokens), len(tokens), limit]))
