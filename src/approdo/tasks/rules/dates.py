# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""When a task is due, when somebody is told that it is not done, and who does it. Hours are hours, whatever the day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from approdo.networks.rules import ServiceKind
from approdo.protocols.rules import PathwayStep, WhenClosed
from approdo.tasks.rules.states import Act


@dataclass(frozen=True, slots=True)
class Limits:
    """The two instants of a task: by when it is done, and when somebody above is told that it is not."""

    due_at: datetime
    escalate_at: datetime


def limits(step: PathwayStep, since: datetime, hours: int, opens: Callable[[datetime], datetime]) -> Limits:
    """Return the limits of a step that is to be done within so many hours from an instant.

    ``opens`` gives, for an instant, the first at which the service is open from then on; it is asked only where the
    protocol moves the limit to the next opening. Whoever is told afterwards is told as much later.
    """
    due = since + timedelta(hours=hours)
    if step.when_closed is WhenClosed.NEXT_OPENING:
        due = max(due, opens(due))
    return Limits(due, due + timedelta(hours=step.escalate_after_hours - step.within_hours))


def next_act(limits: Limits, *, reminded: bool, escalated: bool) -> tuple[Act, datetime] | None:
    """Return what the clock does next to an open task, and when; None once everybody was told."""
    if not reminded:
        return Act.REMIND, limits.due_at
    if not escalated:
        return Act.ESCALATE, limits.escalate_at
    return None


@dataclass(frozen=True, slots=True)
class Around:
    """Who takes part in a case when a phase begins: services by kind, those that joined first first, and who leads."""

    kinds: Mapping[int, ServiceKind]
    lead: int | None
    beginner: int
    """The service whose act began the phase: it does what nobody else is there to do."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The service that does a step, and whether it does it because it leads."""

    service_id: int
    for_lead: bool


def holder(step: PathwayStep, around: Around) -> Holder:
    """Return who does a step: whoever leads if she is of the kind, else who takes part, else whoever leads."""
    leading = around.lead if around.lead is not None else around.beginner
    if step.kind is not None:
        fitting = [service for service, kind in around.kinds.items() if kind is step.kind]
        if fitting:
            return Holder(leading if leading in fitting else fitting[0], False)
    return Holder(leading, True)
