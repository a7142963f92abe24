# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The instruments that one may use: those that come with the program, and those that her networks loaded."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from approdo.access.rules import Actor, Permission, may, require
from approdo.kit.errors import NotFound
from approdo.networks import selectors as networks
from approdo.protocols import selectors as protocols
from approdo.risk.models import InstrumentVersion, LoadedInstrument
from approdo.risk.rules import Fault, Instrument, LoadAct, LoadState, load_acts, parse

DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True, slots=True)
class LoadedView:
    """An instrument that a network loaded, whole, with whose hands were in it."""

    id: int
    network_code: str
    network_name: str
    instrument: Instrument
    remarks: tuple[Fault, ...]
    """What of its file was left out."""
    licensee: str
    """Who holds the licence, if the file was sealed."""
    state: LoadState
    acts: frozenset[LoadAct]
    loaded_by: str
    loaded_at: datetime
    proposed_at: datetime | None
    approved_by: str
    approved_at: datetime | None
    withdrawn_by: str
    withdrawn_at: datetime | None
    reason: str


@cache
def shipped() -> dict[str, dict[str, Any]]:
    """Return the documents of the instruments that come with the program, by code; copy them, never change them."""
    found = [yaml.safe_load(path.read_text()) for path in sorted(DATA.glob("*.yaml"))]
    return {document["code"]: document for document in found}


def instruments(actor: Actor) -> tuple[Instrument, ...]:
    """Return the instruments that come with the program and those in use in the actor's networks, by title."""
    return tuple(sorted((parse(document) for document in _documents(actor).values()), key=lambda one: one.title))


def instrument(actor: Actor, code: str) -> Instrument:
    """Return one of them; raises ``NotFound``."""
    return parse(document_of(actor, code))


def document_of(actor: Actor, code: str) -> dict[str, Any]:
    """Return the document of one of them, not to be changed; raises ``NotFound``."""
    found = shipped().get(code) or _documents(actor).get(code)
    if found is None:
        raise NotFound
    return found


def title_of(code: str) -> str:
    """Return what an instrument is called, as it was when it was last kept for an assessment; its code if it never was.

    For whoever sees already that it was used.
    """
    if found := shipped().get(code):
        return str(found["title"])
    kept = InstrumentVersion.objects.filter(code=code).order_by("-kept_at").values_list("document__title", flat=True)
    return str(kept.first() or code)


def loaded(actor: Actor) -> tuple[LoadedView, ...]:
    """Return what the actor's networks loaded, the newest first: to who may not approve, what is in use.

    Raises ``Forbidden``.
    """
    require(actor, Permission.READ_PROTOCOL)
    approves = may(actor, Permission.PUBLISH_PROTOCOL)
    mine = [network.id for network in protocols.my_networks(actor)]
    rows = LoadedInstrument.objects.filter(network__in=mine).order_by("-loaded_at", "-pk")
    if not approves:
        rows = rows.filter(state=LoadState.IN_FORCE)
    return tuple(
        _view(actor, row) for row in rows.select_related("network", "loaded_by", "approved_by", "withdrawn_by")
    )


def loaded_one(actor: Actor, loaded_id: int) -> LoadedView:
    """Return one of them; raises ``NotFound``, ``Forbidden``."""
    for one in loaded(actor):
        if one.id == loaded_id:
            return one
    raise NotFound


def loaded_waiting(actor: Actor) -> tuple[LoadedView, ...]:
    """Return what waits for the actor's approval."""
    if not may(actor, Permission.PUBLISH_PROTOCOL):
        return ()
    return tuple(one for one in loaded(actor) if LoadAct.APPROVE in one.acts)


def approvers(network_code: str, without: int | None) -> tuple[str, ...]:
    """Return who may approve in a network what this operator loaded, by name."""
    return tuple(name for pk, name in networks.publishers(network_code) if pk != without)


def loader(loaded_id: int) -> frozenset[int]:
    """Return who loaded an instrument; for whoever was let act on it."""
    return frozenset(LoadedInstrument.objects.filter(pk=loaded_id).values_list("loaded_by", flat=True))


def _documents(actor: Actor) -> dict[str, dict[str, Any]]:
    """Return every document by code. Of the same code in two of her networks: the licence that runs longer."""
    if actor.organisation_id is None:
        return shipped()
    held = LoadedInstrument.objects.filter(state=LoadState.IN_FORCE, network__organisations=actor.organisation_id)
    found = list(held.order_by("approved_at", "pk").values_list("document", flat=True))
    found.sort(key=lambda document: document.get("expires", "9999-12-31"))
    return {document["code"]: document for document in found} | shipped()


def _view(actor: Actor, row: LoadedInstrument) -> LoadedView:
    state = LoadState(row.state)
    approves = may(actor, Permission.PUBLISH_PROTOCOL)
    return LoadedView(
        id=row.pk,
        network_code=row.network.code,
        network_name=row.network.name,
        instrument=parse(row.document),
        remarks=tuple(Fault(**one) for one in row.remarks),
        licensee=row.licensee,
        state=state,
        acts=load_acts(state, own=row.loaded_by_id == actor.operator_id) if approves else frozenset(),
        loaded_by=row.loaded_by.display_name,
        loaded_at=row.loaded_at,
        proposed_at=row.proposed_at,
        approved_by=_name(row.approved_by),
        approved_at=row.approved_at,
        withdrawn_by=_name(row.withdrawn_by),
        withdrawn_at=row.withdrawn_at,
        reason=row.reason,
    )


def _name(person: Any) -> str:
    return person.display_name if person else ""
