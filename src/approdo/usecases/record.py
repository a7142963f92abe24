# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The record of one case as one person may see it now: what leads, what was written, what is uncovered and why."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from approdo.access.rules import Actor, Slice
from approdo.audit import services as audit
from approdo.cases import selectors as cases
from approdo.cases import services as case_services
from approdo.cases.selectors import CasePage
from approdo.consents import selectors as consents
from approdo.consents.rules import SECRET, Action, Reading, Relation
from approdo.consents.selectors import Breaking
from approdo.documents.selectors import DocumentView, ask_documents
from approdo.kit.errors import NotFound
from approdo.kit.rows import together
from approdo.kit.words import mark as _
from approdo.networks import selectors as networks
from approdo.persons import selectors as persons
from approdo.persons import services
from approdo.persons.rules import SHAPES, Kind
from approdo.persons.selectors import EntryView
from approdo.persons.services import Saved
from approdo.usecases import documents
from approdo.usecases.reading import ask_counted, counted
from approdo.usecases.standing import May, ask_may, may_in
from approdo.vault.rules import Unreadable


class Reason(StrEnum):
    """Why somebody uncovers what is covered (security.md, P15)."""

    MEETING = "meeting"
    CALL_HER = "call_her"
    SAFETY = "safety"
    LAW = "law"
    SHE_ASKS = "she_asks"


REASON_LABELS = {
    Reason.MEETING: _("sto per incontrarla"),
    Reason.CALL_HER: _("devo raggiungerla"),
    Reason.SAFETY: _("è in pericolo adesso"),
    Reason.LAW: _("me lo chiede una norma"),
    Reason.SHE_ASKS: _("me lo chiede lei"),
}

BY_NAME = "by_name"
"""Why an entry was uncovered that a search found; nobody chooses it from the list."""

_ALWAYS_COVERED = frozenset({Slice.IDENTITY, Slice.LOCATION})


def covered(entry: EntryView) -> bool:
    """Tell whether an entry is shown by its kind only until somebody says why: who and where she is, always; how to
    reach her and her children, to every service but the one that wrote it (security.md, P15)."""
    return not entry.private and entry.slice in SECRET and (entry.slice in _ALWAYS_COVERED or not entry.own)


@dataclass(frozen=True, slots=True)
class Group:
    """The entries of one kind, and whether the actor's service may write another."""

    kind: Kind
    entries: tuple[EntryView, ...]
    may_add: bool


@dataclass(frozen=True, slots=True)
class Record:
    """The page of a case's record."""

    case: CasePage
    groups: tuple[Group, ...]
    documents: tuple[DocumentView, ...]
    may_add_document: bool
    labels: Mapping[int, str]
    leads: bool
    at: datetime
    glass: Breaking | None
    """The actor's own emergency access, while it is open."""
    may_break: bool
    may_disclose: bool
    """Whether she may ask here for the log of who saw her record."""


def record(actor: Actor, case_id: UUID, now: datetime) -> Record:
    """Return the record of a case, and write down that it was read, in the same transaction.

    Raises ``NotFound`` for absent and hidden alike, ``Slowed``, ``KeysUnavailable``.
    """
    with together():
        page, asked = cases.ask_case_page(actor, case_id, limit=0), ask_may(actor, case_id, now)
        entries, brought = persons.ask_entries(actor, case_id), ask_documents(actor, case_id)
        counts = ask_counted(actor, case_id, now)
    case = page()
    may = asked(case)
    count = counts(case, may.standing, Reading.RECORD)
    found, papers = _readable(may, entries), documents.readable(may, brought)
    writable = may.slices(Action.WRITE)
    groups = tuple(_group(kind, found, writable) for kind in Kind)
    shown = sorted({one.slice for one in found if not covered(one)} | {one.slice for one in papers})
    named = {one.service_id for one in found} | {one.service_id for one in papers}
    named |= {one.service_id for one in case.participants}
    with together():
        audit.record(
            actor=actor,
            verb="record.read",
            subject=f"case:{case_id}",
            case_id=case_id,
            now=now,
            detail={"slices": ",".join(shown), **count},
        )
        plates = networks.ask_name_plates(named)
    labels = {service_id: plate.label for service_id, plate in plates.value.items()}
    glass = consents.break_glass_now(actor.operator_id or 0, case_id, now) if may.standing.glass_broken else None
    return Record(
        case=case,
        groups=groups,
        documents=papers,
        may_add_document=bool(documents.addable(writable)),
        labels=labels,
        leads=may.standing.relation is Relation.LEAD,
        at=now,
        glass=glass,
        may_break=glass is None and may.act(Action.BREAK_GLASS),
        may_disclose=may.act(Action.DISCLOSE_LOG),
    )


@dataclass(frozen=True, slots=True)
class Part:
    """The entries of some kinds, for a page of their own."""

    case: CasePage
    entries: tuple[EntryView, ...]
    may_add: frozenset[Kind]
    """Of which of them the actor's service may write one more."""
    labels: Mapping[int, str]


def part(actor: Actor, case_id: UUID, kinds: Collection[Kind], now: datetime, *, every_version: bool = False) -> Part:
    """Return the entries of some kinds, none of which is ever covered, and write down that they were read.

    ``every_version``: with all that each ever said, the oldest first. Raises ``NotFound`` for absent and hidden alike
    and for who neither reads nor writes any of them, ``Slowed``, ``KeysUnavailable``.
    """
    case, may = _may(actor, case_id, now)
    found = _readable(may, persons.ask_entries(actor, case_id, kinds=kinds, every_version=every_version))
    writable = may.slices(Action.WRITE)
    may_add = frozenset(kind for kind in kinds if _group(kind, found, writable).may_add)
    if not found and not any(SHAPES[kind].slice in writable for kind in kinds):
        raise NotFound
    count = counted(actor, case, may.standing, Reading.RECORD, now)
    audit.record(
        actor=actor,
        verb="record.read",
        subject=f"case:{case_id}",
        case_id=case_id,
        now=now,
        detail={"slices": ",".join(sorted({one.slice for one in found})), **count},
    )
    named = {text.service_id for one in found for text in one.texts} | {one.service_id for one in found}
    plates = networks.name_plates(named) if named else {}
    return Part(case, found, may_add, {pk: plate.label for pk, plate in plates.items()})


def uncovered(actor: Actor, case_id: UUID, entry_id: UUID, why: str, now: datetime) -> tuple[CasePage, EntryView]:
    """Return one entry with all it says, and write down who uncovered it and why (a code); raises ``Slowed``."""
    case, may, found = _entry(actor, case_id, entry_id, now)
    count = counted(actor, case, may.standing, Reading.UNCOVER, now)
    audit.record(
        actor=actor,
        verb="record.reveal",
        subject=f"case:{case.id}",
        case_id=case.id,
        now=now,
        detail={"slice": found.slice, "entry": str(entry_id), "why": why, **count},
    )
    return case, found


def in_emergency(actor: Actor, case_id: UUID, entry_id: UUID, now: datetime) -> bool:
    """Tell whether the actor has an emergency access open on a case, for an entry that is not about where she is.

    Such an access was opened with a reason, told at once and is reviewed; it never opens a place. Hidden and absent are
    both False.
    """
    kinds = persons.kinds_of([entry_id])
    if entry_id not in kinds or SHAPES[kinds[entry_id]].slice is Slice.LOCATION:
        return False
    glass = consents.break_glass_now(actor.operator_id or 0, case_id, now)
    return glass is not None and glass.service_id == actor.service_id


def found_by_name(actor: Actor, case_id: UUID, entry_id: UUID, now: datetime) -> CasePage | None:
    """Return the case of an entry that says who she is, if the actor may read it at this instant; else nothing.

    It uncovers her: it is written down in her case, counts, and raises ``Slowed``.
    """
    try:
        case, _entry_found = uncovered(actor, case_id, entry_id, BY_NAME, now)
    except (NotFound, Unreadable):  # erased, hidden, taken back: for a search the same
        return None
    return case


def to_revise(actor: Actor, case_id: UUID, entry_id: UUID, now: datetime) -> tuple[CasePage, EntryView]:
    """Return an entry of the actor's own service to write it again; it is read by that, and written down.

    Raises ``Slowed``.
    """
    case, may, found = _entry(actor, case_id, entry_id, now)
    if not found.own:
        raise NotFound
    count = counted(actor, case, may.standing, Reading.RECORD, now)
    audit.record(
        actor=actor,
        verb="record.read",
        subject=f"case:{case.id}",
        case_id=case.id,
        now=now,
        detail={"slices": found.slice, "entry": str(entry_id), **count},
    )
    return case, found


def may_add(actor: Actor, case_id: UUID, kind: Kind, now: datetime) -> None:
    """Raise ``NotFound`` unless the actor may write an entry of this kind in a case that exists for her.

    What the table allows (``consents.rules.matrix``): notes to whoever takes part, the record to who leads or was
    granted.
    """
    _case, may = _may(actor, case_id, now)
    if SHAPES[kind].slice not in may.slices(Action.WRITE):
        raise NotFound


@transaction.atomic
def add(
    *,
    actor: Actor,
    case_id: UUID,
    kind: Kind,
    written: Mapping[str, str | Iterable[str]],
    declined: Iterable[str],
    now: datetime,
    key: str = "",
) -> Saved:
    """Write an entry, when the actor may; ``key``: of the press. Raises as ``persons.services.add``, ``NotFound``."""
    case_services.hold(case_id=case_id)  # two presses take turns
    may_add(actor, case_id, kind, now)
    return services.add(actor=actor, case_id=case_id, kind=kind, written=written, declined=declined, now=now, key=key)


def revise(
    *,
    actor: Actor,
    case_id: UUID,
    entry_id: UUID,
    seen: Iterable[int],
    written: Mapping[str, str | Iterable[str]],
    declined: Iterable[str],
    now: datetime,
) -> Saved:
    """Write an entry of one's own service again."""
    _case, _may_she, found = _entry(actor, case_id, entry_id, now)
    if not found.own:
        raise NotFound
    return services.revise(actor=actor, entry_id=entry_id, seen=seen, written=written, declined=declined, now=now)


def _may(actor: Actor, case_id: UUID, now: datetime) -> tuple[CasePage, May]:
    case = cases.case_page(actor, case_id)
    return case, may_in(actor, case, now)


def _readable(may: May, asked: Callable[[Collection[Slice]], tuple[EntryView, ...]]) -> tuple[EntryView, ...]:
    """Return what the actor may read: what her role never reads is not there even when her service wrote it."""
    readable = may.slices(Action.READ)
    return tuple(
        one
        for one in asked(readable)
        if one.id not in may.hidden and one.slice in may.ceiling and (one.own or one.slice in readable)
    )


def _entry(actor: Actor, case_id: UUID, entry_id: UUID, now: datetime) -> tuple[CasePage, May, EntryView]:
    case, may = _may(actor, case_id, now)
    found = [one for one in _readable(may, persons.ask_entries(actor, case_id)) if one.id == entry_id]
    if not found:
        raise NotFound
    return case, may, found[0]


def _group(kind: Kind, found: tuple[EntryView, ...], writable: Collection[Slice]) -> Group:
    shape, own = SHAPES[kind], tuple(one for one in found if one.kind is kind)
    taken = shape.single and any(one.own for one in own)
    return Group(kind, own, may_add=shape.slice in writable and not taken)
