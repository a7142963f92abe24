# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The life of an instrument that a network loads: one person brings it, another approves it, any of them withdraws it.

What was loaded is never written in: another text is another file (ADR 0030).
"""

from enum import StrEnum

from approdo.kit.errors import Conflict
from approdo.kit.words import mark as _

LONGEST_REASON = 500


class LoadState(StrEnum):
    """Where a loaded instrument is on its way to being used."""

    LOADED = "loaded"
    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    WITHDRAWN = "withdrawn"


class LoadAct(StrEnum):
    """What is done to an instrument once it is loaded."""

    PROPOSE = "propose"
    APPROVE = "approve"
    WITHDRAW = "withdraw"


S = LoadState
LOAD_TRANSITIONS: dict[tuple[LoadState, LoadAct], LoadState] = {
    (S.LOADED, LoadAct.PROPOSE): S.PROPOSED,
    (S.LOADED, LoadAct.WITHDRAW): S.WITHDRAWN,
    (S.PROPOSED, LoadAct.APPROVE): S.IN_FORCE,
    (S.PROPOSED, LoadAct.WITHDRAW): S.WITHDRAWN,
    (S.IN_FORCE, LoadAct.WITHDRAW): S.WITHDRAWN,
}
LOAD_LABELS: dict[LoadState, str] = {
    S.LOADED: _("da leggere e proporre"),
    S.PROPOSED: _("aspetta l'approvazione"),
    S.IN_FORCE: _("in uso"),
    S.WITHDRAWN: _("ritirato"),
}


def load_acts(state: LoadState, *, own: bool) -> frozenset[LoadAct]:
    """Return what one may do who may publish in the network; ``own``: she loaded it."""
    acts = {act for at, act in LOAD_TRANSITIONS if at is state}
    return frozenset(acts - {LoadAct.APPROVE if own else LoadAct.PROPOSE})


def load_moved(state: LoadState, act: LoadAct, *, own: bool) -> LoadState:
    """Return the state after an act; raises ``Conflict`` when it does not fit, or is not for her."""
    if act in load_acts(state, own=own):
        return LOAD_TRANSITIONS[(state, act)]
    if (state, act) not in LOAD_TRANSITIONS:
        raise Conflict(_("Nel frattempo lo strumento è andato avanti: da qui questo passo non è possibile."))
    if act is LoadAct.APPROVE:
        raise Conflict(_("Chi ha caricato uno strumento non può approvarlo: serve un'altra persona."), code="own")
    raise Conflict(_("Lo propone chi l'ha caricato."), code="not_hers")


def needs_reason(state: LoadState) -> bool:
    """Tell whether whoever withdraws it says why: always, once others were asked to read it."""
    return state is not LoadState.LOADED
