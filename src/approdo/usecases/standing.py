# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an actor and her service are to a case: found out here, once, for every act that asks the table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from approdo.access.rules import Actor, Slice, acting
from approdo.cases.selectors import CasePage
from approdo.consents import selectors as consents
from approdo.consents.rules import READABLE, Action, ConsentState, Relation, Standing, allowed
from approdo.kit.rows import together
from approdo.networks import selectors as networks
from approdo.networks.rules import ServiceKind


def standing_of(actor: Actor, case: CasePage, at: datetime) -> Standing:
    """Return the standing of an actor in a case that she sees: leads it, takes part, or was granted something."""
    with together():
        answered = _ask_standing(actor, case.id, at)
    return answered(case)


def _ask_standing(actor: Actor, case_id: UUID, at: datetime) -> Callable[[CasePage], Standing]:
    """Ask what a standing depends on; what is returned waits for the answers."""
    operator_id, service_id = acting(actor)
    glass = consents.ask_break_glass_now(operator_id, case_id, at)
    blocked = consents.ask_blocked(operator_id, case_id)
    kind = networks.ask_kind_of(service_id)

    def answered(case: CasePage) -> Standing:
        relation = _relation(service_id, case, at)
        return Standing(
            relation=relation,
            blocked=blocked.value,
            barred=kind.value is ServiceKind.PERPETRATOR_PROGRAMME,
            case_manager=relation is Relation.LEAD and case.lead_operator_id == operator_id,
            glass_broken=glass.value is not None and glass.value.service_id == service_id,
        )

    return answered


def _relation(service_id: int, case: CasePage, at: datetime) -> Relation:
    if case.lead_service_id == service_id:
        return Relation.LEAD
    if any(one.service_id == service_id for one in case.participants):
        return Relation.PARTICIPANT
    granted = consents.live_slices(service_id=service_id, case_id=case.id, at=at)
    return Relation.GRANTED if granted else Relation.NONE


@dataclass(frozen=True, slots=True)
class May:
    """What an actor may do with each slice of one case, at one instant."""

    actor: Actor
    standing: Standing
    consents: Mapping[Slice, ConsentState]
    hidden: frozenset[UUID]
    """Single entries and documents that do not exist for her service."""

    @property
    def ceiling(self) -> frozenset[Slice]:
        """The slices that her role ever reads, even of what her own service wrote."""
        return READABLE.get(self.actor.role, frozenset()) if self.actor.role else frozenset()

    def slices(self, action: Action) -> frozenset[Slice]:
        """Return the slices on which the table allows an act."""
        role, standing, consents = self.actor.role, self.standing, self.consents
        return frozenset(one for one in Slice if allowed(action, one, role=role, standing=standing, consents=consents))

    def act(self, action: Action) -> bool:
        """Tell whether the table allows an act on the case as a whole."""
        return allowed(action, None, role=self.actor.role, standing=self.standing, consents=self.consents)


def may_in(actor: Actor, case: CasePage, at: datetime) -> May:
    """Return what an actor may do with a case that she sees."""
    with together():
        answered = ask_may(actor, case.id, at)
    return answered(case)


def ask_may(actor: Actor, case_id: UUID, at: datetime) -> Callable[[CasePage], May]:
    """Ask for the same; what is returned waits for the answers, and for the case as she sees it."""
    _operator_id, service_id = acting(actor)
    standing = _ask_standing(actor, case_id, at)
    states = consents.ask_consent_states(service_id=service_id, case_id=case_id, at=at)
    hidden = consents.ask_masked_entries(service_id=service_id, case_id=case_id)
    return lambda case: May(actor, standing(case), states.value, hidden.value)
