# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The life of what stands on a network's shelf: brought by one person, approved by another, withdrawn with a reason.

The same states and the same hands as a draft of a protocol (ADR 0021). Whoever calls has looked through a file already.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from approdo.access.rules import Actor
from approdo.audit import services as audit
from approdo.kit.errors import Conflict, NotFound
from approdo.kit.words import mark
from approdo.networks.rules import LANGUAGES
from approdo.protocols import selectors
from approdo.protocols.models import Edition, ShelfItem
from approdo.protocols.rules import (
    DRAFT_OVER,
    LONGEST_NOTE,
    LONGEST_TITLE,
    DraftAct,
    DraftState,
    Entry,
    Format,
    ShelfKind,
    entries_of,
)
from approdo.protocols.rules.shelf import line_of
from approdo.protocols.services import two_people

Entries = Sequence[Entry]
_NO_NOTE = mark("Scrivi in poche parole che cosa è cambiato.")
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Which:
    """One edition of one item of a network, and its counter as she read it."""

    network_code: str
    item_id: int
    edition_id: int
    counter: int


@dataclass(frozen=True, slots=True)
class Brought:
    """A file that was looked through: what it is, its bytes as others open them, and what changed."""

    file_type: Format
    content: bytes = field(repr=False)
    note: str


def shelve(
    *, actor: Actor, network_code: str, kind: ShelfKind, title: str, language: str, brought: Brought, now: datetime
) -> Which:
    """Bring a model or a form that is not on the shelf yet, and propose it.

    Raises ``Forbidden``, ``NotFound`` for a network that is not hers, ``Invalid``.
    """
    network, _operator_id = two_people.publisher(actor=actor, network_code=network_code)
    if kind is ShelfKind.GLOSSARY or language not in LANGUAGES:
        raise NotFound
    title = line_of(title, "title", LONGEST_TITLE, missing=mark("Scrivi un titolo."))
    with transaction.atomic():
        item = ShelfItem.objects.create(network_id=network.id, kind=kind, title=title, language=language)
        return _brought(actor, network_code, item, brought, now)


def bring(*, actor: Actor, network_code: str, item_id: int, brought: Brought, now: datetime) -> Which:
    """Bring another file of an item: a new edition, or in the place of the one that is being written; propose it.

    Raises like ``shelve``; ``Conflict`` when one is proposed already, or the item was withdrawn.
    """
    with transaction.atomic():
        item = _item(actor, network_code, item_id)
        if item.kind == ShelfKind.GLOSSARY:
            raise NotFound
        return _brought(actor, network_code, item, brought, now)


def open_glossary(*, actor: Actor, network_code: str, now: datetime) -> Which:
    """Begin an edition of the glossary: from the one that holds, or from the one that comes with the product.

    The one that is being written already is given back. Raises ``Forbidden``, ``NotFound``, ``Conflict`` while one
    waits for an approval.
    """
    network, operator_id = two_people.publisher(actor=actor, network_code=network_code)
    with transaction.atomic():
        kept = {"network_id": network.id, "kind": ShelfKind.GLOSSARY, "withdrawn_at": None}
        item = ShelfItem.objects.select_for_update().filter(**kept).first()
        if item is None:
            item = ShelfItem.objects.create(**kept, title="Glossario della rete", language="it")
        row = _under_way(item)
        if row is None:
            held = item.editions.filter(state=DraftState.PUBLISHED).order_by("-number").first()
            begun = held.entries if held else [one.as_data() for one in selectors.shipped_glossary()]
            row = _begun(item, operator_id, now, entries=begun, note="")
            _note(actor, row, "open", now)
        elif row.state != DraftState.EDITING:
            raise _waits()
    return Which(network_code, item.pk, row.pk, row.counter)


def save_glossary(
    *, actor: Actor, which: Which, change: Callable[[tuple[Entry, ...]], tuple[Entry, ...]], now: datetime
) -> None:
    """Change the entries of a glossary that is being written; her hand is the last in it now.

    Raises ``Forbidden``, ``NotFound``, ``Overtaken``, ``Conflict``, ``Invalid``.
    """
    with transaction.atomic():
        row = _locked(actor, which, DraftAct.SAVE)
        if row.entries is None:
            raise NotFound
        row.entries = [one.as_data() for one in change(entries_of(row.entries))]
        two_people.change(row, actor.operator_id or 0, now)
        _kept(actor, row, DraftAct.SAVE, now)


def propose_edition(*, actor: Actor, which: Which, note: str, now: datetime) -> None:
    """Ask the others to approve an edition, saying what changed. Raises like ``save_glossary``."""
    note = line_of(note, "note", LONGEST_NOTE, missing=_NO_NOTE)
    with transaction.atomic():
        row = _locked(actor, which, DraftAct.PROPOSE)
        row.note = note
        two_people.propose(row, actor.operator_id or 0, now)
        _kept(actor, row, DraftAct.PROPOSE, now)


def take_back_edition(*, actor: Actor, which: Which, now: datetime) -> None:
    """Go on with what one proposed. Raises like ``save_glossary``."""
    with transaction.atomic():
        row = _locked(actor, which, DraftAct.TAKE_BACK)
        two_people.unpropose(row)
        _kept(actor, row, DraftAct.TAKE_BACK, now)


def send_back_edition(*, actor: Actor, which: Which, reason: str, now: datetime) -> None:
    """Give what another proposed back to her, with a reason. Raises like ``save_glossary``."""
    reason = two_people.reason_of(reason)
    with transaction.atomic():
        row = _locked(actor, which, DraftAct.SEND_BACK)
        two_people.send_back(row, actor.operator_id or 0, reason, now)
        _kept(actor, row, DraftAct.SEND_BACK, now)


def give_up_edition(*, actor: Actor, which: Which, now: datetime) -> None:
    """Give an edition up that nobody approved; what is on the shelf stays. Raises like ``save_glossary``."""
    with transaction.atomic():
        row = _locked(actor, which, DraftAct.WITHDRAW)
        two_people.unpropose(row)
        _kept(actor, row, DraftAct.WITHDRAW, now)


def approve_edition(*, actor: Actor, which: Which, now: datetime) -> int:
    """Put what another proposed on the shelf, as it was proposed, and return its number. Raises like the others."""
    with transaction.atomic():
        row = _locked(actor, which, DraftAct.APPROVE)
        row.number = (row.item.editions.aggregate(last=Max("number"))["last"] or 0) + 1
        row.approved_by_id, row.approved_at = actor.operator_id, now
        _kept(actor, row, DraftAct.APPROVE, now)
    return row.number


def withdraw_item(*, actor: Actor, network_code: str, item_id: int, reason: str, now: datetime) -> None:
    """Take an item out of use, with a reason that everybody reads; its editions stay readable.

    Raises ``Forbidden``, ``NotFound``, ``Invalid``; ``Conflict`` when it was withdrawn already.
    """
    reason = two_people.reason_of(reason)
    with transaction.atomic():
        item = _item(actor, network_code, item_id)
        item.withdrawn_by_id, item.withdrawn_at, item.withdrawn_reason = actor.operator_id, now, reason
        item.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_reason"])
        audit.record(actor=actor, verb="shelf.withdraw_item", subject=f"shelf_item:{item.pk}", now=now)


def _waits() -> Conflict:
    return Conflict(mark("C'è già un'edizione che aspetta l'approvazione: prima va approvata, rimandata o ripresa."))


def _brought(actor: Actor, network_code: str, item: ShelfItem, brought: Brought, now: datetime) -> Which:
    operator_id = actor.operator_id or 0
    note = line_of(brought.note, "note", LONGEST_NOTE, missing=_NO_NOTE)
    row = _under_way(item)
    if row is not None and row.state != DraftState.EDITING:
        raise _waits()
    held = {
        "file_type": brought.file_type,
        "content": brought.content,
        "digest": hashlib.sha256(brought.content).hexdigest(),
        "note": note,
    }
    if row is None:
        row = _begun(item, operator_id, now, **held)
        _note(actor, row, "open", now)
    else:
        for name, value in held.items():
            setattr(row, name, value)
        two_people.change(row, operator_id, now)
    two_people.move(row, operator_id, row.counter, DraftAct.PROPOSE)
    two_people.propose(row, operator_id, now)
    _kept(actor, row, DraftAct.PROPOSE, now)
    return Which(network_code, item.pk, row.pk, row.counter)


def _begun(item: ShelfItem, operator_id: int, now: datetime, **held: object) -> Edition:
    hands = {"begun_by_id": operator_id, "begun_at": now, "changed_by_id": operator_id, "changed_at": now}
    return Edition.objects.create(item=item, **hands, **held)


def _item(actor: Actor, network_code: str, item_id: int) -> ShelfItem:
    """Return an item of her network that nobody else changes until the transaction ends, and that is in use."""
    network, _operator_id = two_people.publisher(actor=actor, network_code=network_code)
    found = ShelfItem.objects.select_for_update().filter(pk=min(item_id, _LARGEST), network_id=network.id).first()
    if found is None:
        raise NotFound
    if found.withdrawn_at is not None:
        raise Conflict(mark("È già stato ritirato: resta da leggere, e non cambia più."))
    return found


def _under_way(item: ShelfItem) -> Edition | None:
    return item.editions.select_for_update().defer("content").exclude(state__in=DRAFT_OVER).first()


def _locked(actor: Actor, which: Which, act: DraftAct) -> Edition:
    """Return an edition under lock, its item too, in the state that follows the act."""
    item = _item(actor, which.network_code, which.item_id)
    row = item.editions.select_for_update().defer("content").filter(pk=min(which.edition_id, _LARGEST)).first()
    if row is None:
        raise NotFound
    two_people.move(row, actor.operator_id or 0, which.counter, act)
    return row


def _kept(actor: Actor, row: Edition, act: str, now: datetime) -> None:
    row.counter += 1
    row.save()
    _note(actor, row, act, now)


def _note(actor: Actor, row: Edition, act: str, now: datetime) -> None:
    detail: dict[str, str | int] = {"item": row.item_id, "counter": row.counter, "digest": row.digest}
    audit.record(actor=actor, verb=f"shelf.{act}", subject=f"shelf_edition:{row.pk}", now=now, detail=detail)
