# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an actor is to a case, and how she said yes: say only what your test is about."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from approdo.access.rules import Actor, Slice
from approdo.access.services import as_system
from approdo.cases.models import Case
from approdo.consents import services
from approdo.consents.rules import Norms, Relation, Standing, Terms, Told
from approdo.kit import clock

TOLD = Told("it", "read_aloud", "signed_form")
NINETY = timedelta(days=90)


@as_system()
def a_case() -> UUID:
    """A case that is there, in which nobody takes part: the system sees it."""
    number = Case.objects.count() + 10
    made = Case.objects.create(alias=f"Prova {number}", municipality_id="012133", opened_at=clock.now())
    return made.pk


def standing(relation: Relation = Relation.LEAD, **facts: bool) -> Standing:
    """An actor whom nothing keeps out, of a service in this relation to the case."""
    return Standing(**{"relation": relation, "blocked": False, "barred": False, **facts})  # type: ignore[arg-type]


def a_grant(actor: Actor, case_id: UUID, service_id: int, *slices: Slice, **changes: Any) -> UUID:
    """Let her agree, in front of an operator of the leading service, to share slices (the risk, if none is named)."""
    period = (changes.pop("starts_at", None), changes.pop("until", None))
    values = {
        "actor": actor,
        "standing": standing(),
        "case_id": case_id,
        "service_id": service_id,
        "terms": Terms(slices or (Slice.RISK,), "protection", *period),
        "told": TOLD,
        "now": clock.now(),
    }
    return services.grant(**(values | changes))


def a_legal_share(actor: Actor, case_id: UUID, service_id: int, *slices: Slice, **changes: Any) -> UUID:
    """Let the case manager record that a court ordered to share slices."""
    values = {
        "actor": actor,
        "standing": standing(case_manager=True),
        "case_id": case_id,
        "service_id": service_id,
        "terms": Terms(slices or (Slice.RISK,), "legal_protection"),
        "norms": Norms("court_order", "ordered", actor.operator_id or 0),
        "now": clock.now(),
    }
    return services.share_by_law(**(values | changes))
