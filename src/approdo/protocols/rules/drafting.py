# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A draft of a protocol: its states, and who may do what to it. Whoever wrote it never approves it (ADR 0021)."""

from enum import StrEnum

from approdo.kit.errors import Conflict
from approdo.kit.words import mark as _

LONGEST_REASON = 500


class DraftState(StrEnum):
    """Where a draft is on its way to being a version."""

    EDITING = "editing"
    PROPOSED = "proposed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class DraftAct(StrEnum):
    """What is done to a draft once it is there."""

    SAVE = "save"
    PROPOSE = "propose"
    TAKE_BACK = "take_back"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    WITHDRAW = "withdraw"


class Part(StrEnum):
    """What somebody who may publish in the network is to a draft: whose hand is in it, or another."""

    HAND = "hand"
    OTHER = "other"


_HAND, _OTHER = frozenset({Part.HAND}), frozenset({Part.OTHER})
S = DraftState

DRAFT_TRANSITIONS: dict[tuple[DraftState, DraftAct], tuple[DraftState, frozenset[Part]]] = {
    (S.EDITING, DraftAct.SAVE): (S.EDITING, _HAND | _OTHER),
    (S.EDITING, DraftAct.PROPOSE): (S.PROPOSED, _HAND),
    (S.EDITING, DraftAct.WITHDRAW): (S.WITHDRAWN, _HAND | _OTHER),
    (S.PROPOSED, DraftAct.TAKE_BACK): (S.EDITING, _HAND),
    (S.PROPOSED, DraftAct.SEND_BACK): (S.EDITING, _OTHER),
    (S.PROPOSED, DraftAct.APPROVE): (S.PUBLISHED, _OTHER),
    (S.PROPOSED, DraftAct.WITHDRAW): (S.WITHDRAWN, _HAND),
}
"""(state, act) → the state that follows, and who may do it. What was proposed is taken back before it is written in."""

DRAFT_OVER = frozenset({S.PUBLISHED, S.WITHDRAWN})

STATE_LABELS: dict[DraftState, str] = {
    S.EDITING: _("in lavorazione"),
    S.PROPOSED: _("aspetta l'approvazione"),
    S.PUBLISHED: _("pubblicata"),
    S.WITHDRAWN: _("ritirata"),
}


def part_of(operator_id: int | None, *, changed_by: int, proposed_by: int | None) -> Part:
    """Return what somebody is to a draft: a hand if she changed it last or proposed it."""
    return Part.HAND if operator_id in {changed_by, proposed_by} else Part.OTHER


def draft_acts(state: DraftState, part: Part) -> frozenset[DraftAct]:
    """Return what she may do to a draft now."""
    return frozenset(act for (at, act), (_next, by) in DRAFT_TRANSITIONS.items() if at is state and part in by)


def draft_moved(state: DraftState, act: DraftAct, part: Part) -> DraftState:
    """Return the state after an act; raises ``Conflict`` when it does not fit, or is not for her."""
    if act in draft_acts(state, part):
        return DRAFT_TRANSITIONS[(state, act)][0]
    if (state, act) in DRAFT_TRANSITIONS:
        raise Conflict(_NOT_HERS.get(act, Conflict.sentence), code="not_for_her")
    raise Conflict(_("Nel frattempo la bozza è andata avanti: da qui questo passo non è possibile."), code="moved_on")


_NOT_HERS = {
    DraftAct.PROPOSE: _("La propone chi l'ha cambiata per ultima."),
    DraftAct.TAKE_BACK: _("La riprende chi l'ha proposta. Tu puoi approvarla o rimandarla indietro."),
    DraftAct.SEND_BACK: _("È tua: non la rimandi indietro, la riprendi."),
    DraftAct.APPROVE: _("Chi ha proposto o scritto per ultima una bozza non può approvarla: serve un'altra persona."),
    DraftAct.WITHDRAW: _("Finché è proposta la ritira chi l'ha proposta. Tu puoi rimandarla indietro."),
}
