# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The states of an activation and of its calls, who moves them, and the words for them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from approdo.kit.words import mark as _

UNDO_SECONDS = 20


class Consent(StrEnum):
    """How the woman's agreement stood when the network was activated."""

    GIVEN = "given"
    NOT_NOW = "not_now"
    DUTY_OR_DANGER = "duty_or_danger"


class ActivationState(StrEnum):
    """Whether help is still being sought."""

    OPEN = "open"
    CLOSED = "closed"
    UNDONE = "undone"
    STOOD_DOWN = "stood_down"


class ActivationAct(StrEnum):
    """What a person does to a whole activation."""

    UNDO = "undo"
    STAND_DOWN = "stand_down"
    CLOSE = "close"


ACTIVATION_TRANSITIONS: dict[tuple[ActivationState, ActivationAct], ActivationState] = {
    (ActivationState.OPEN, ActivationAct.UNDO): ActivationState.UNDONE,
    (ActivationState.OPEN, ActivationAct.STAND_DOWN): ActivationState.STOOD_DOWN,
    (ActivationState.OPEN, ActivationAct.CLOSE): ActivationState.CLOSED,
}


class CallState(StrEnum):
    """Where the call to one service stands."""

    WAITING = "waiting"
    CALLING = "calling"
    TAKEN = "taken"
    STOOD_DOWN = "stood_down"


class CallAct(StrEnum):
    """What happens to a call, by a person or by the clock."""

    ADVANCE = "advance"
    DECLINE = "decline"
    TAKE = "take"
    RELEASE = "release"
    STAND_DOWN = "stand_down"


CALL_TRANSITIONS: dict[tuple[CallState, CallAct], CallState] = {
    (CallState.WAITING, CallAct.ADVANCE): CallState.CALLING,
    (CallState.WAITING, CallAct.TAKE): CallState.TAKEN,
    (CallState.WAITING, CallAct.STAND_DOWN): CallState.STOOD_DOWN,
    (CallState.CALLING, CallAct.ADVANCE): CallState.CALLING,
    (CallState.CALLING, CallAct.DECLINE): CallState.CALLING,
    (CallState.CALLING, CallAct.TAKE): CallState.TAKEN,
    (CallState.CALLING, CallAct.STAND_DOWN): CallState.STOOD_DOWN,
    (CallState.TAKEN, CallAct.RELEASE): CallState.CALLING,
}
"""A declined call goes on calling: only a human who takes it, or a stand-down, ends the search.

Who has taken a call keeps it when the search is stood down: it is said of the past, and the past does not change.
"""

UNANSWERED = frozenset({CallState.WAITING, CallState.CALLING})


class AlertState(StrEnum):
    """What one alerted person has done so far, as the board tells it."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    SEEN = "seen"
    TAKEN = "taken"
    DECLINED = "declined"
    FAILED = "failed"


class StandDownReason(StrEnum):
    """Why the search for help is stopped."""

    MISTAKE = "mistake"
    WOMAN_DECLINES = "woman_declines"
    WOMAN_LEFT = "woman_left"
    HELP_ARRIVED = "help_arrived"
    DUPLICATE = "duplicate"


class DeclineReason(StrEnum):
    """Why a service cannot take a call now."""

    NO_PLACE = "no_place"
    ALREADY_ENGAGED = "already_engaged"
    TOO_FAR = "too_far"
    NOT_COMPETENT = "not_competent"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    CANNOT_NOW = "cannot_now"


CONSENT_LABELS = {
    Consent.GIVEN: _("sì"),
    Consent.NOT_NOW: _("non ora"),
    Consent.DUTY_OR_DANGER: _("obbligo o pericolo"),
}
STAND_DOWN_LABELS = {
    StandDownReason.MISTAKE: _("Attivata per errore"),
    StandDownReason.WOMAN_DECLINES: _("La donna non vuole proseguire"),
    StandDownReason.WOMAN_LEFT: _("La donna è andata via"),
    StandDownReason.HELP_ARRIVED: _("L'aiuto è arrivato per un'altra via"),
    StandDownReason.DUPLICATE: _("C'è già un'altra attivazione"),
}
DECLINE_LABELS = {
    DeclineReason.NO_PLACE: _("Non c'è posto"),
    DeclineReason.ALREADY_ENGAGED: _("Sto già seguendo un'altra chiamata"),
    DeclineReason.TOO_FAR: _("Non riesco ad arrivare in tempo"),
    DeclineReason.NOT_COMPETENT: _("Non è di nostra competenza"),
    DeclineReason.CONFLICT_OF_INTEREST: _("Conosco le persone coinvolte"),
    DeclineReason.CANNOT_NOW: _("Ora non posso"),
}


def may_close(states: Iterable[CallState]) -> bool:
    """Tell whether every call has been answered by a human: only then is an activation closed rather than stopped."""
    return all(state not in UNANSWERED for state in states)


def may_undo(activated_at: datetime, now: datetime) -> bool:
    """Tell whether the activation is young enough to be undone without a reason."""
    return now - activated_at <= timedelta(seconds=UNDO_SECONDS)
