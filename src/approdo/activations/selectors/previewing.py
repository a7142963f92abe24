# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Before sending: whom an activation would call now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from approdo.access.rules import Actor, Permission, require
from approdo.activations.rules.escalation import Detour, next_step, reach_of
from approdo.activations.rules.planning import PlannedCall, plan
from approdo.networks import selectors as networks
from approdo.networks.rules import ServiceKind, ServiceView
from approdo.protocols import selectors as protocols
from approdo.protocols.rules import Context, Need, Target


@dataclass(frozen=True, slots=True)
class PreviewCall:
    """One service that will be called: whom first, within how long, and the telephone that always works.

    ``detour`` says why the first to be alerted is elsewhere; ``reached`` is the label of the service where she is.
    """

    label: str
    kind: ServiceKind
    target: Target | None
    answer_within_minutes: int
    phone: str
    detour: Detour | None
    reached: str
    stands_in: bool
    starts_after: str
    starts_after_minutes: int


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom *Invia* will call, before it is pressed."""

    municipality_code: str
    municipality: str
    protocol: str
    version: int | None
    calls: tuple[PreviewCall, ...]
    needs: frozenset[Need]

    @property
    def nobody(self) -> bool:
        """Tell whether nobody at all would be called."""
        return not self.calls


def preview(actor: Actor, municipality_code: str, needs: frozenset[Need], context: Context, at: datetime) -> Preview:
    """Return whom an activation would call now; raises ``networks.UnknownMunicipality``."""
    require(actor, Permission.ACTIVATE)
    municipality = networks.municipality(municipality_code)
    in_force = protocols.in_force(municipality_code, context, at)
    if in_force is None:
        return Preview(municipality_code, municipality.name, "", None, (), needs)
    coverage = networks.coverage(municipality_code, at)
    planned = plan(in_force.parsed, needs, coverage)
    labels = {made.rule.key: made.service.label for made in planned.calls}
    return Preview(
        municipality_code,
        municipality.name,
        in_force.parsed.name,
        in_force.number,
        tuple(_preview_call(made, coverage, labels, at) for made in planned.calls),
        needs,
    )


def _preview_call(
    made: PlannedCall, coverage: Sequence[ServiceView], labels: Mapping[str, str], at: datetime
) -> PreviewCall:
    found = next_step(made.rule, 0, reach_of(made.rule, made.service, coverage), at)
    waits = made.rule.after in labels
    reached = found.recipients[0] if found.recipients else None
    return PreviewCall(
        label=made.service.label,
        kind=made.service.kind,
        target=reached.target if reached else None,
        answer_within_minutes=made.rule.answer_within_minutes,
        phone=made.service.phone or made.rule.fallback_phone or "",
        detour=found.detour,
        reached=next((view.label for view in coverage if reached and view.id == reached.service_id), ""),
        stands_in=made.service.kind is not made.rule.kind,
        starts_after=labels.get(made.rule.after or "", ""),
        starts_after_minutes=made.rule.after_minutes or 0 if waits else 0,
    )
