# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an actor and her service are to a case: found out here, once, for every act that asks the table."""

from datetime import datetime

from approdo.access.rules import Actor, acting
from approdo.cases.selectors import CasePage
from approdo.consents import selectors as consents
from approdo.consents.rules import Relation, Standing
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
