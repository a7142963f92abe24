# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drafts of the networks in which one may publish: what is being written, and what waits for whom."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from approdo.access.rules import Actor, Permission, may, require
from approdo.kit.errors import NotFound
from approdo.networks import selectors as networks
from approdo.protocols.models import Draft
from approdo.protocols.rules import DRAFT_OVER, DraftAct, DraftState, Part, Problem, draft_acts, in_order, part_of
from approdo.protocols.selectors.adopting import left_out
from approdo.protocols.selectors.versions import Origin, my_networks, origin_of, own_network

_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One draft in a list."""

    id: int
    network_code: str
    network_name: str
    name: str
    state: DraftState
    part: Part
    """What the reader is to it."""
    changed_by: str
    changed_at: datetime
    proposed_by: str
    proposed_at: datetime | None


@dataclass(frozen=True, slots=True)
class DraftPage:
    """One draft to be read and written."""

    line: DraftLine
    document: dict[str, Any]
    counter: int
    based_on: tuple[str, int] | None
    """Short name and number of the version it began from."""
    begun_by: str
    begun_at: datetime
    effective_from: datetime | None
    returned_by: str
    returned_at: datetime | None
    reason: str
    version: tuple[str, int] | None
    acts: frozenset[DraftAct]
    others: tuple[str, ...]
    """Who else may publish in the network and has no hand in it, by name: one of them approves it."""
    origin: Origin | None = None
    """Another network's version from which it was adopted."""
    left_out: tuple[Problem, ...] = ()
    """What of that version does not fit in this network, while the draft is written."""

    @property
    def proposed(self) -> bool:
        """Tell whether it waits for an approval."""
        return self.line.state is DraftState.PROPOSED

    @property
    def may_write(self) -> bool:
        """Tell whether the reader may write in it now."""
        return DraftAct.SAVE in self.acts

    @property
    def may_propose(self) -> bool:
        """Tell whether the reader may propose it now."""
        return DraftAct.PROPOSE in self.acts

    @property
    def may_approve(self) -> bool:
        """Tell whether the reader may approve it now."""
        return DraftAct.APPROVE in self.acts

    @property
    def may_take_back(self) -> bool:
        """Tell whether the reader may take it back now."""
        return DraftAct.TAKE_BACK in self.acts

    @property
    def may_withdraw(self) -> bool:
        """Tell whether the reader may withdraw it now."""
        return DraftAct.WITHDRAW in self.acts


def drafts(actor: Actor, network_code: str) -> tuple[DraftLine, ...]:
    """Return the drafts under way in one network, the last changed first. Raises ``Forbidden``, ``NotFound``."""
    require(actor, Permission.PUBLISH_PROTOCOL)
    network = own_network(actor, network_code)
    rows = _rows().filter(network=network.id).exclude(state__in=DRAFT_OVER).order_by("-changed_at", "-pk")
    return tuple(_line(actor, row) for row in rows)


def draft(actor: Actor, network_code: str, draft_id: int) -> DraftPage:
    """Return one draft, under way or over. Raises ``Forbidden``; ``NotFound`` also for another network's."""
    require(actor, Permission.PUBLISH_PROTOCOL)
    network = own_network(actor, network_code)
    row = _rows().filter(network=network.id, pk=min(draft_id, _LARGEST)).first()
    if row is None:
        raise NotFound
    line = _line(actor, row)
    hands = {row.changed_by_id, row.proposed_by_id}
    based_on, version = ((v.protocol.code, v.number) if v else None for v in (row.based_on, row.version))
    return DraftPage(
        line=line,
        document=in_order(row.document),
        counter=row.counter,
        based_on=based_on,
        begun_by=row.begun_by.display_name,
        begun_at=row.begun_at,
        effective_from=row.effective_from,
        returned_by=_name(row.returned_by),
        returned_at=row.returned_at,
        reason=row.reason,
        version=version,
        acts=draft_acts(line.state, line.part),
        others=tuple(name for pk, name in networks.publishers(network_code) if pk not in hands),
        origin=origin_of(row.adopted_from),
        left_out=_left_out(row),
    )


def drafts_waiting(actor: Actor) -> tuple[DraftLine, ...]:
    """Return the drafts that wait for her: proposed by others, or sent back to her and not touched since."""
    if not may(actor, Permission.PUBLISH_PROTOCOL):
        return ()
    mine = [network.id for network in my_networks(actor)]
    proposed = Q(state=DraftState.PROPOSED) & ~Q(proposed_by=actor.operator_id)
    returned = Q(state=DraftState.EDITING, changed_by=actor.operator_id, returned_at__gte=F("changed_at"))
    rows = _rows().filter(proposed | returned, network__in=mine).order_by("pk")
    return tuple(_line(actor, row) for row in rows)


def proposer(actor: Actor, network_code: str, draft_id: int) -> frozenset[int]:
    """Return who proposed a draft, if anybody did. Raises like ``draft``."""
    require(actor, Permission.PUBLISH_PROTOCOL)
    network = own_network(actor, network_code)
    rows = Draft.objects.filter(network=network.id, pk=min(draft_id, _LARGEST), proposed_by__isnull=False)
    return frozenset(rows.values_list("proposed_by", flat=True))


def _rows() -> Any:
    people = ("begun_by", "changed_by", "proposed_by", "returned_by")
    versions = ("based_on__protocol", "version__protocol", "adopted_from__protocol__network")
    return Draft.objects.select_related("network", *versions, *people)


def _left_out(row: Draft) -> tuple[Problem, ...]:
    if row.adopted_from_id is None or row.based_on_id is not None or row.state != DraftState.EDITING:
        return ()
    return tuple(left_out(row.network.code, row.adopted_from_id))


def _line(actor: Actor, row: Draft) -> DraftLine:
    return DraftLine(
        id=row.pk,
        network_code=row.network.code,
        network_name=row.network.name,
        name=row.document["name"],
        state=DraftState(row.state),
        part=part_of(actor.operator_id, changed_by=row.changed_by_id, proposed_by=row.proposed_by_id),
        changed_by=row.changed_by.display_name,
        changed_at=row.changed_at,
        proposed_by=_name(row.proposed_by),
        proposed_at=row.proposed_at,
    )


def _name(person: Any) -> str:
    return person.display_name if person else ""
