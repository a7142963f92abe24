# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The record of one case as one person may see it now: what leads, what was written, what is uncovered and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from approdo.access.rules import Actor, Slice
from approdo.audit import services as audit
from approdo.cases import selectors as cases
from approdo.cases.selectors import CasePage
from approdo.kit.errors import NotFound
from approdo.kit.words import mark as _
from approdo.networks import selectors as networks
from approdo.persons import selectors as persons
from approdo.persons import services
from approdo.persons.rules import PRIVATE, SHAPES, Kind
from approdo.persons.selectors import EntryView
from approdo.persons.services import Saved


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

COVERED = frozenset({Slice.IDENTITY, Slice.LOCATION})
"""Slices whose entries are shown by their kind only, until somebody says why she uncovers them."""


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
    labels: Mapping[int, str]
    leads: bool
    at: datetime


def record(actor: Actor, case_id: UUID, now: datetime) -> Record:
    """Return the record of a case, and write down that it was read, in the same transaction.

    Raises ``NotFound`` for absent and hidden alike, ``KeysUnavailable``.
    """
    case = cases.case_page(actor, case_id)
    leads = case.lead_service_id is not None and case.lead_service_id == actor.service_id
    found = persons.entries(actor, case_id, _slices(leads=leads))
    groups = tuple(_group(kind, found, leads=leads) for kind in Kind)
    shown = sorted({one.slice for one in found if one.slice not in COVERED})
    audit.record(
        actor=actor, verb="record.read", subject=f"case:{case_id}", now=now, detail={"slices": " ".join(shown)}
    )
    named = {one.service_id for one in found} | {one.service_id for one in case.participants}
    labels = {service_id: plate.label for service_id, plate in networks.name_plates(named).items()}
    return Record(case, groups, labels, leads, now)


def uncovered(actor: Actor, entry_id: UUID, why: Reason, now: datetime) -> tuple[CasePage, EntryView]:
    """Return one entry with all it says, and write down who uncovered it and why."""
    case, found = _entry(actor, entry_id)
    audit.record(
        actor=actor,
        verb="record.reveal",
        subject=f"case:{case.id}",
        now=now,
        detail={"slice": found.slice, "entry": str(entry_id), "why": why},
    )
    return case, found


def to_revise(actor: Actor, entry_id: UUID, now: datetime) -> tuple[CasePage, EntryView]:
    """Return an entry of the actor's own service to write it again; it is read by that, and written down."""
    case, found = _entry(actor, entry_id)
    if not found.own:
        raise NotFound
    audit.record(
        actor=actor,
        verb="record.read",
        subject=f"case:{case.id}",
        now=now,
        detail={"slices": found.slice, "entry": str(entry_id)},
    )
    return case, found


def may_add(actor: Actor, case_id: UUID, kind: Kind) -> None:
    """Raise ``NotFound`` unless the actor may write an entry of this kind in a case that exists for her.

    Anybody who takes part keeps notes of her own service; who leads writes the record.
    """
    case = cases.case_page(actor, case_id)
    if kind not in PRIVATE and (case.lead_service_id is None or case.lead_service_id != actor.service_id):
        raise NotFound


def add(
    *,
    actor: Actor,
    case_id: UUID,
    kind: Kind,
    written: Mapping[str, str | Iterable[str]],
    declined: Iterable[str],
    now: datetime,
) -> Saved:
    """Write an entry, when the actor may."""
    may_add(actor, case_id, kind)
    return services.add(actor=actor, case_id=case_id, kind=kind, written=written, declined=declined, now=now)


def revise(
    *,
    actor: Actor,
    entry_id: UUID,
    seen: Iterable[int],
    written: Mapping[str, str | Iterable[str]],
    declined: Iterable[str],
    now: datetime,
) -> Saved:
    """Write an entry of one's own service again."""
    _case, found = _entry(actor, entry_id)
    if not found.own:
        raise NotFound
    return services.revise(actor=actor, entry_id=entry_id, seen=seen, written=written, declined=declined, now=now)


def _entry(actor: Actor, entry_id: UUID) -> tuple[CasePage, EntryView]:
    case_id = persons.case_of(entry_id)
    case = cases.case_page(actor, case_id)
    leads = case.lead_service_id is not None and case.lead_service_id == actor.service_id
    found = [one for one in persons.entries(actor, case_id, _slices(leads=leads)) if one.id == entry_id]
    if not found:
        raise NotFound
    return case, found[0]


def _slices(*, leads: bool) -> frozenset[Slice]:
    return frozenset(Slice) if leads else frozenset()


def _group(kind: Kind, found: tuple[EntryView, ...], *, leads: bool) -> Group:
    shape, own = SHAPES[kind], tuple(one for one in found if one.kind is kind)
    taken = shape.single and any(one.own for one in own)
    return Group(kind, own, may_add=(leads or kind in PRIVATE) and not taken)
