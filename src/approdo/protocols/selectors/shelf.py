# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A network's shelf: models, forms and the glossary beside its protocols, with their editions and who approved them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from approdo.access.rules import Actor, Permission, may, require
from approdo.kit.errors import NotFound
from approdo.networks import selectors as networks
from approdo.protocols.models import Edition, ShelfItem
from approdo.protocols.rules import (
    DRAFT_OVER,
    DraftAct,
    DraftState,
    Entry,
    Format,
    ShelfKind,
    draft_acts,
    entries_of,
    part_of,
    shipped_entries,
)
from approdo.protocols.selectors.versions import DATA, my_networks, own_network

_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class EditionView:
    """One text of an item, without the text: approved with its number, or on its way."""

    id: int
    number: int | None
    note: str
    file_type: Format | None
    """None for a glossary."""
    counter: int
    state: DraftState
    acts: frozenset[DraftAct]
    changed_by: str
    changed_at: datetime
    proposed_by: str
    proposed_at: datetime | None
    approved_by: str
    approved_at: datetime | None
    returned_by: str
    returned_at: datetime | None
    reason: str
    digest: str


@dataclass(frozen=True, slots=True)
class ItemView:
    """A model, a form or the glossary: the editions that were approved, newest first, and the one on its way."""

    id: int
    network_code: str
    network_name: str
    kind: ShelfKind
    title: str
    language: str
    editions: tuple[EditionView, ...]
    under_way: EditionView | None
    """Only for who approves in the network."""
    withdrawn_by: str
    withdrawn_at: datetime | None
    withdrawn_reason: str

    @property
    def current(self) -> EditionView | None:
        """Return the edition that holds."""
        return self.editions[0] if self.editions else None


@dataclass(frozen=True, slots=True)
class EditionPage:
    """One edition to be read: of which item, and the entries when it is a glossary."""

    item: ItemView
    view: EditionView
    entries: tuple[Entry, ...]
    others: tuple[str, ...]
    """Who else may approve it, by name."""


@dataclass(frozen=True, slots=True)
class EditionFile:
    """What an edition holds, for the length of one answer."""

    file_type: Format | None
    content: bytes = field(repr=False)
    entries: tuple[Entry, ...]


def shelf(actor: Actor, network_code: str) -> tuple[ItemView, ...]:
    """Return what stands on the shelf of one of the actor's networks, by title. Raises ``Forbidden``, ``NotFound``."""
    require(actor, Permission.READ_PROTOCOL)
    network = own_network(actor, network_code)
    rows = ShelfItem.objects.filter(network=network.id).select_related("network", "withdrawn_by")
    return _seen(actor, list(rows.order_by("kind", "title", "pk")))


def shelf_item(actor: Actor, network_code: str, item_id: int) -> ItemView:
    """Return one item; ``NotFound`` also while no edition was approved, for who approves none. Raises ``Forbidden``."""
    for one in shelf(actor, network_code):
        if one.id == item_id:
            return one
    raise NotFound


def edition(actor: Actor, network_code: str, item_id: int, edition_id: int) -> EditionPage:
    """Return one edition to be read. Raises like ``shelf_item``."""
    item, view = _edition(actor, network_code, item_id, edition_id)
    row = Edition.objects.filter(pk=view.id).values_list("entries", "changed_by", "proposed_by").get()
    hands = set(row[1:])
    others = tuple(name for pk, name in networks.publishers(network_code) if pk not in hands)
    return EditionPage(item, view, entries_of(row[0] or ()), others)


def edition_file(actor: Actor, network_code: str, item_id: int, edition_id: int) -> EditionFile:
    """Return what an edition holds. Raises like ``shelf_item``."""
    _item, view = _edition(actor, network_code, item_id, edition_id)
    content, entries = Edition.objects.filter(pk=view.id).values_list("content", "entries").get()
    return EditionFile(view.file_type, bytes(content or b""), entries_of(entries or ()))


def shelf_waiting(actor: Actor) -> tuple[ItemView, ...]:
    """Return the items that wait for her: proposed by others, or sent back to her and not touched since."""
    if not may(actor, Permission.PUBLISH_PROTOCOL):
        return ()
    mine = [network.id for network in my_networks(actor)]
    proposed = Q(state=DraftState.PROPOSED) & ~Q(proposed_by=actor.operator_id)
    returned = Q(state=DraftState.EDITING, changed_by=actor.operator_id, returned_at__gte=F("changed_at"))
    waiting = Edition.objects.filter(proposed | returned, item__network__in=mine, item__withdrawn_at=None)
    rows = ShelfItem.objects.filter(pk__in=waiting.values("item")).select_related("network", "withdrawn_by")
    return _seen(actor, list(rows.order_by("pk")))


def edition_proposer(actor: Actor, network_code: str, item_id: int, edition_id: int) -> frozenset[int]:
    """Return who proposed an edition, if anybody did. Raises like ``shelf_item``."""
    _item, view = _edition(actor, network_code, item_id, edition_id)
    rows = Edition.objects.filter(pk=view.id, proposed_by__isnull=False)
    return frozenset(rows.values_list("proposed_by", flat=True))


def shipped_glossary() -> tuple[Entry, ...]:
    """Return the entries of the glossary that comes with the product."""
    return shipped_entries((DATA / "glossary.csv").read_text(encoding="utf-8"))


def _edition(actor: Actor, network_code: str, item_id: int, edition_id: int) -> tuple[ItemView, EditionView]:
    item = shelf_item(actor, network_code, item_id)
    for view in (*item.editions, *([item.under_way] if item.under_way else [])):
        if view.id == edition_id:
            return item, view
    raise NotFound


def _seen(actor: Actor, rows: Sequence[ShelfItem]) -> tuple[ItemView, ...]:
    approves = may(actor, Permission.PUBLISH_PROTOCOL)
    people = ("changed_by", "proposed_by", "approved_by", "returned_by")
    editions = Edition.objects.filter(item__in=[row.pk for row in rows]).select_related(*people)
    listed: dict[int, list[Edition]] = {row.pk: [] for row in rows}
    for one in editions.defer("content", "entries").order_by("-number", "pk"):
        listed[one.item_id].append(one)
    views = (_item_view(actor, row, listed[row.pk], approves) for row in rows)
    return tuple(view for view in views if view.editions or approves)


def _item_view(actor: Actor, row: ShelfItem, editions: Sequence[Edition], approves: bool) -> ItemView:
    under_way = next((one for one in editions if DraftState(one.state) not in DRAFT_OVER), None)
    return ItemView(
        id=row.pk,
        network_code=row.network.code,
        network_name=row.network.name,
        kind=ShelfKind(row.kind),
        title=row.title,
        language=row.language,
        editions=tuple(_view(actor, one) for one in editions if one.state == DraftState.PUBLISHED),
        under_way=_view(actor, under_way) if under_way and approves else None,
        withdrawn_by=_name(row.withdrawn_by),
        withdrawn_at=row.withdrawn_at,
        withdrawn_reason=row.withdrawn_reason,
    )


def _view(actor: Actor, row: Edition) -> EditionView:
    state = DraftState(row.state)
    part = part_of(actor.operator_id, changed_by=row.changed_by_id, proposed_by=row.proposed_by_id)
    return EditionView(
        id=row.pk,
        number=row.number,
        note=row.note,
        file_type=Format(row.file_type) if row.file_type else None,
        counter=row.counter,
        state=state,
        acts=draft_acts(state, part),
        changed_by=row.changed_by.display_name,
        changed_at=row.changed_at,
        proposed_by=_name(row.proposed_by),
        proposed_at=row.proposed_at,
        approved_by=_name(row.approved_by),
        approved_at=row.approved_at,
        returned_by=_name(row.returned_by),
        returned_at=row.returned_at,
        reason=row.reason,
        digest=row.digest,
    )


def _name(person: Any) -> str:
    return person.display_name if person else ""
