# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an actor and her service are to a case: found out here, once, for every act that asks the table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from approdo.access.rules import Actor, Slice, acting
from approdo.cases.selectors import CasePage
from approdo.consents import selectors as consents
from approdo.consents.rules import READABLE, Action, ConsentState, Relation, Standing, allowed
from approdo.networks import selectors as networks
from approdo.networks.rules import ServiceKind


def standing_of(actor: Actor, case: CasePage, at: datetime) -> Standing:
    """Return the standing of an actor in a case that she sees: leads it, takes part, or was granted something."""
    operator_id, service_id = acting(actor)
    broken = consents.break_glass_now(operator_id, case.id, at)
    if case.lead_service_id == service_id:
        relation = Relation.LEAD
    elif any(one.service_id == service_id for one in case.participants):
        relation = Relation.PARTICIPANT
    else:
        granted = consents.live_slices(service_id=service_id, case_id=case.id, at=at)
        relation = Relation.GRANTED if granted else Relation.NONE
    return Standing(
        relation=relation,
        blocked=consents.blocked(operator_id, case.id),
        barred=networks.kind_of(service_id) is ServiceKind.PERPETRATOR_PROGRAMME,
        case_manager=relation is Relation.LEAD and case.lead_operator_id == operator_id,
        glass_broken=broken is not None and broken.service_id == service_id,
    )


@dataclass(frozen=True, slots=True)
class May:
    """What an actor may do with each slice of one case, at one instant."""

    actor: Actor
    standing: Standing
    consents: Mapping[Slice, ConsentState]

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
    standing = standing_of(actor, case, at)
    states = consents.consent_states(service_id=actor.service_id or 0, case_id=case.id, at=at)
    return May(actor, standing, states)
