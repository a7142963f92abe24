# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The life of a document: waiting for the scanner, kept, refused by it, taken out, destroyed."""

from datetime import timedelta
from enum import StrEnum

from approdo.kit.errors import Conflict
from approdo.kit.words import mark as _

KEPT_AFTER_REMOVAL = timedelta(days=30)
"""How long one that was taken out can be put back: one person alone, in one moment, destroys no evidence."""


class State(StrEnum):
    """Where a document stands."""

    QUARANTINED = "quarantined"
    KEPT = "kept"
    REFUSED = "refused"
    REMOVED = "removed"
    """Taken out: nobody opens it; the service that brought it can put it back until it is destroyed."""
    DESTROYED = "destroyed"


class Act(StrEnum):
    """What moves a document on."""

    RELEASE = "release"
    REFUSE = "refuse"
    REMOVE = "remove"
    PUT_BACK = "put_back"
    DESTROY = "destroy"


class Verdict(StrEnum):
    """What the scanner says of a file."""

    CLEAN = "clean"
    FOUND = "found"
    DOWN = "down"
    """It is configured and does not answer, or answers what nobody understands."""
    UNASKED = "unasked"
    """None is configured."""


TRANSITIONS: dict[tuple[State, Act], State] = {
    (State.QUARANTINED, Act.RELEASE): State.KEPT,
    (State.QUARANTINED, Act.REFUSE): State.REFUSED,
    (State.KEPT, Act.REMOVE): State.REMOVED,
    (State.REFUSED, Act.REMOVE): State.DESTROYED,  # its files went when it was refused
    (State.REMOVED, Act.PUT_BACK): State.KEPT,
    (State.REMOVED, Act.DESTROY): State.DESTROYED,
}

STATE_LABELS: dict[State, str] = {
    State.QUARANTINED: _("in attesa del controllo antivirus: per ora non si apre"),
    State.KEPT: _("si può aprire"),
    State.REFUSED: _("non conservato: il controllo antivirus l'ha rifiutato"),
    State.REMOVED: _("tolto: per ora si può rimettere"),
    State.DESTROYED: _("distrutto"),
}


def moved(state: State, act: Act) -> State:
    """Return the state after an act; raises ``Conflict`` for one that is not in the table."""
    if (state, act) not in TRANSITIONS:
        raise Conflict
    return TRANSITIONS[state, act]
