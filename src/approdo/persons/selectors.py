# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from approdo.access.rules import Actor, Slice, acting
from approdo.kit.errors import Invalid, NotFound
from approdo.kit.words import mark as _
from approdo.persons.models import Entry, NameToken, Version
from approdo.persons.rules import Answers, Kind, Written, standing
from approdo.vault import services as vault
from approdo.vault.rules import Place


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
    _operator_id, service_id = acting(actor)
    readable = Q(service_id=service_id) | Q(private=False, slice__in=[one.value for one in slices])
    found = list(Entry.objects.filter(readable, case_id=case_id, removed_at=None).order_by("entered_at", "id"))
    if not found:
        return ()
    opened = _texts(actor, case_id, found)
    return tuple(
        EntryView(
            one.pk,
            Kind(one.kind),
            Slice(one.slice),
            one.private,
            one.service_id,
            one.service_id == service_id,
            opened[one.pk],
        )
        for one in found
    )


def case_of(entry_id: UUID) -> UUID:
    """Return the case that an entry is in; ``NotFound`` when absent, taken out, or hidden by the database."""
    case_id = Entry.objects.filter(pk=entry_id, removed_at=None).values_list("case_id", flat=True).first()
    if case_id is None:
        raise NotFound
    return case_id


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


def _texts(actor: Actor, case_id: UUID, found: Iterable[Entry]) -> Mapping[UUID, tuple[Text, ...]]:
    """Return the versions that stand, opened, by entry."""
    by_entry: dict[UUID, list[Version]] = defaultdict(list)
    found = list(found)
    for version in Version.objects.filter(entry__in=[one.pk for one in found]).order_by("number"):
        by_entry[version.entry_id].append(version)
    kinds = {one.pk: one for one in found}
    held = {
        private: vault.case_key(organisation_id=acting_organisation(actor), case_id=case_id, private=private)
        for private in {one.private for one in kinds.values()}
    }
    texts = {}
    for entry_id, versions in by_entry.items():
        key = held[kinds[entry_id].private]
        stand = standing(Written(one.number, tuple(one.based_on)) for one in versions)
        texts[entry_id] = tuple(
            Text(
                one.number,
                Answers.read(key.open(place(one, case_id, kinds[entry_id].kind), bytes(one.sealed))),
                one.service_id,
                one.written_at,
            )
            for one in versions
            if one.number in stand
        )
    return texts


def place(version: Version, case_id: UUID, kind: str) -> Place:
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
    held = NameToken.objects.filter(organisation_id=organisation_id, token__in=tokens)
    each = held.values("case_id", "entry_id").annotate(words=Count("token", distinct=True))
    found = each.filter(words=len(tokens)).order_by("case_id", "entry_id")
    return tuple(found.values_list("case_id", "entry_id")[:limit])
