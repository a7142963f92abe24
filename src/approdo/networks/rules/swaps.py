# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A shift that changes hands between colleagues: who may do what to the request, and what becomes of it."""

from datetime import datetime
from enum import StrEnum

from approdo.kit.words import mark as _


class SwapState(StrEnum):
    """How a request stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class SwapAct(StrEnum):
    """What can be done to a request."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"


class SwapParty(StrEnum):
    """What somebody is to a request; the rota is a party too: a shift that begins or changes ends what asks for it."""

    ASKER = "asker"
    ASKED = "asked"
    ROTA = "rota"
    STRANGER = "stranger"


SWAP_TRANSITIONS: dict[tuple[SwapState, SwapAct], SwapState] = {
    (SwapState.OPEN, SwapAct.ACCEPT): SwapState.ACCEPTED,
    (SwapState.OPEN, SwapAct.REFUSE): SwapState.REFUSED,
    (SwapState.OPEN, SwapAct.WITHDRAW): SwapState.WITHDRAWN,
    (SwapState.OPEN, SwapAct.LAPSE): SwapState.LAPSED,
}
"""What has ended stays as it ended. A request to several is refused when the last of them has refused."""

SWAP_ACTORS: dict[SwapAct, SwapParty] = {
    SwapAct.ACCEPT: SwapParty.ASKED,
    SwapAct.REFUSE: SwapParty.ASKED,
    SwapAct.WITHDRAW: SwapParty.ASKER,
    SwapAct.LAPSE: SwapParty.ROTA,
}

SWAP_ENDED: dict[SwapState, str] = {
    SwapState.ACCEPTED: _("Ci ha già pensato un'altra persona: non devi fare nulla."),
    SwapState.REFUSED: _("A questa richiesta tutte hanno già risposto di no."),
    SwapState.WITHDRAWN: _("La richiesta è stata ritirata: non devi fare nulla."),
    SwapState.LAPSED: _("Il turno è cominciato o è cambiato: la richiesta non vale più, e non devi fare nulla."),
}
"""What is said, calmly, to who comes late."""


def party_of(operator_id: int | None, *, asker: int, asked: frozenset[int]) -> SwapParty:
    """Return what an operator is to a request."""
    if operator_id is None:
        return SwapParty.STRANGER
    if operator_id == asker:
        return SwapParty.ASKER
    return SwapParty.ASKED if operator_id in asked else SwapParty.STRANGER


def swap_allowed(act: SwapAct, party: SwapParty) -> bool:
    """Tell whether an act is for this party at all, however the request stands."""
    return SWAP_ACTORS[act] is party


def next_swap_state(state: SwapState, act: SwapAct) -> SwapState | None:
    """Return what becomes of a request, or None where it has ended already."""
    return SWAP_TRANSITIONS.get((state, act))


def swap_state(stored: SwapState, *, starts_at: datetime, now: datetime) -> SwapState:
    """Return how a request stands at an instant: one about a shift that has begun has lapsed, whoever noted it.

    ``starts_at`` is the beginning of its shift, or of the earlier of two that would be exchanged.
    """
    begun = stored is SwapState.OPEN and starts_at <= now
    return SWAP_TRANSITIONS[stored, SwapAct.LAPSE] if begun else stored
