# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The states of a task of the pathway and who may set each (FHIR Task; ADR 0025)."""

from collections.abc import Iterable
from enum import StrEnum

from approdo.kit.errors import Conflict
from approdo.kit.words import mark as _


class Status(StrEnum):
    """Where a task stands: the codes of FHIR ``Task.status``."""

    REQUESTED = "requested"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Party(StrEnum):
    """What a service is to a task; neither the clock nor the pathway is anybody."""

    SERVICE = "service"
    LEAD = "lead"
    CLOCK = "clock"
    PATHWAY = "pathway"
    STRANGER = "stranger"


class Act(StrEnum):
    """What is done to a task once it is there."""

    TAKE = "take"
    HAND_BACK = "hand_back"
    COMPLETE = "complete"
    DECLINE = "decline"
    ASK_AGAIN = "ask_again"
    SKIP = "skip"
    REMIND = "remind"
    ESCALATE = "escalate"
    END = "end"
    ASSESS = "assess"


_SERVICE = frozenset({Party.SERVICE})
_EITHER = frozenset({Party.SERVICE, Party.LEAD})
_CLOCK = frozenset({Party.CLOCK})
_PATHWAY = frozenset({Party.PATHWAY})
S = Status

TRANSITIONS: dict[tuple[Status, Act], tuple[Status, frozenset[Party]]] = {
    (S.REQUESTED, Act.TAKE): (S.IN_PROGRESS, _SERVICE),
    (S.REQUESTED, Act.COMPLETE): (S.COMPLETED, _SERVICE),
    (S.REQUESTED, Act.DECLINE): (S.CANCELLED, _SERVICE),
    (S.REQUESTED, Act.ASK_AGAIN): (S.REQUESTED, _SERVICE),
    (S.REQUESTED, Act.SKIP): (S.CANCELLED, _EITHER),
    (S.REQUESTED, Act.REMIND): (S.REQUESTED, _CLOCK),
    (S.REQUESTED, Act.ESCALATE): (S.REQUESTED, _CLOCK),
    (S.REQUESTED, Act.END): (S.CANCELLED, _PATHWAY),
    (S.REQUESTED, Act.ASSESS): (S.COMPLETED, _PATHWAY),
    (S.IN_PROGRESS, Act.TAKE): (S.IN_PROGRESS, _SERVICE),
    (S.IN_PROGRESS, Act.HAND_BACK): (S.REQUESTED, _SERVICE),
    (S.IN_PROGRESS, Act.COMPLETE): (S.COMPLETED, _SERVICE),
    (S.IN_PROGRESS, Act.DECLINE): (S.CANCELLED, _SERVICE),
    (S.IN_PROGRESS, Act.ASK_AGAIN): (S.IN_PROGRESS, _SERVICE),
    (S.IN_PROGRESS, Act.SKIP): (S.CANCELLED, _EITHER),
    (S.IN_PROGRESS, Act.REMIND): (S.IN_PROGRESS, _CLOCK),
    (S.IN_PROGRESS, Act.ESCALATE): (S.IN_PROGRESS, _CLOCK),
    (S.IN_PROGRESS, Act.END): (S.CANCELLED, _PATHWAY),
    (S.IN_PROGRESS, Act.ASSESS): (S.COMPLETED, _PATHWAY),
}
"""(status, act) → the status that follows, and who may do it."""

OPEN = (S.REQUESTED, S.IN_PROGRESS)


class SkipReason(StrEnum):
    """Why a step of the protocol is not done."""

    NO_CHILDREN = "no_children"
    DONE_ELSEWHERE = "done_elsewhere"
    NOT_NEEDED = "not_needed"
    NOT_REACHED = "not_reached"


class EndReason(StrEnum):
    """How a task ended undone, when nobody chose a reason for skipping it."""

    SHE_DECLINED = "she_declined"
    PATHWAY_CLOSED = "pathway_closed"
    PATHWAY_REOPENED = "pathway_reopened"


STATUS_LABELS: dict[Status, str] = {
    S.REQUESTED: _("da fare"),
    S.IN_PROGRESS: _("se ne occupa qualcuna"),
    S.COMPLETED: _("fatto"),
    S.CANCELLED: _("non fatto"),
}
SKIP_LABELS: dict[SkipReason, str] = {
    SkipReason.NO_CHILDREN: _("non ci sono minori"),
    SkipReason.DONE_ELSEWHERE: _("lo ha già fatto un altro servizio"),
    SkipReason.NOT_NEEDED: _("qui non serve"),
    SkipReason.NOT_REACHED: _("non si riesce a raggiungerla"),
}
END_LABELS: dict[EndReason, str] = {
    EndReason.SHE_DECLINED: _("lei ha detto di no"),
    EndReason.PATHWAY_CLOSED: _("il percorso si è concluso prima"),
    EndReason.PATHWAY_REOPENED: _("il percorso è stato riaperto"),
}


def parties(service_id: int | None, *, holder: int, lead: int | None) -> frozenset[Party]:
    """Return everything a service is to a task."""
    held = {
        party
        for party, held_by in ((Party.SERVICE, holder), (Party.LEAD, lead))
        if service_id is not None and held_by == service_id
    }
    return frozenset(held) or frozenset({Party.STRANGER})


def possible(status: Status, held: Iterable[Party], *, asks_again: bool) -> frozenset[Act]:
    """Return what may be done now by whoever holds these parts; a protocol says whether her no is asked again."""
    mine, never = frozenset(held), Act.DECLINE if asks_again else Act.ASK_AGAIN
    return frozenset(
        act for (at, act), (_next, by) in TRANSITIONS.items() if at is status and by & mine and act is not never
    )


def moved(status: Status, act: Act, held: Iterable[Party], *, asks_again: bool) -> Status:
    """Return the status after an act; raises ``Conflict`` when it does not fit, or is not for them."""
    if act not in possible(status, held, asks_again=asks_again):
        raise Conflict(_("Da qui questo passo non è possibile: ricarica la pagina."), code="not_possible")
    return TRANSITIONS[(status, act)][0]
