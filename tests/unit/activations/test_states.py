# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The state tables, walked whole."""

from datetime import timedelta
from itertools import product

import pytest
from tests.factories.services import TONIGHT

from approdo.activations.rules.states import (
    ACTIVATION_TRANSITIONS,
    CALL_TRANSITIONS,
    CONSENT_LABELS,
    DECLINE_LABELS,
    STAND_DOWN_LABELS,
    UNANSWERED,
    ActivationAct,
    ActivationState,
    CallAct,
    CallState,
    Consent,
    DeclineReason,
    StandDownReason,
    may_close,
    may_undo,
)

W, C, T, S = CallState.WAITING, CallState.CALLING, CallState.TAKEN, CallState.STOOD_DOWN

CALLS = {
    # state: advance, decline, take, release, stand down
    W: (C, None, T, None, S),
    C: (C, C, T, None, S),
    T: (None, None, None, C, None),
    S: (None, None, None, None, None),
}


@pytest.mark.parametrize(("state", "act"), [*product(CallState, CallAct)])
def test_every_act_on_a_call_in_every_state_is_decided(state: CallState, act: CallAct) -> None:
    column = [CallAct.ADVANCE, CallAct.DECLINE, CallAct.TAKE, CallAct.RELEASE, CallAct.STAND_DOWN].index(act)
    assert CALL_TRANSITIONS.get((state, act)) == CALLS[state][column]


@pytest.mark.parametrize(("state", "act"), [*product(ActivationState, ActivationAct)])
def test_only_an_open_activation_can_be_ended_and_only_once(state: ActivationState, act: ActivationAct) -> None:
    ends = {
        ActivationAct.UNDO: ActivationState.UNDONE,
        ActivationAct.STAND_DOWN: ActivationState.STOOD_DOWN,
        ActivationAct.CLOSE: ActivationState.CLOSED,
    }
    expected = ends[act] if state is ActivationState.OPEN else None
    assert ACTIVATION_TRANSITIONS.get((state, act)) == expected


@pytest.mark.parametrize("state", [*CallState])
def test_from_every_unanswered_state_a_person_can_take_the_call(state: CallState) -> None:
    assert ((state, CallAct.TAKE) in CALL_TRANSITIONS) == (state in UNANSWERED)


@pytest.mark.parametrize("first", [*CallState])
@pytest.mark.parametrize("second", [*CallState])
def test_an_activation_closes_only_when_no_call_still_seeks_an_answer(first: CallState, second: CallState) -> None:
    assert may_close([first, second]) == (first not in UNANSWERED and second not in UNANSWERED)


@pytest.mark.parametrize(("seconds", "expected"), [(0, True), (19.9, True), (20, True), (20.1, False), (3600, False)])
def test_an_activation_can_be_undone_for_twenty_seconds(seconds: float, expected: bool) -> None:
    assert may_undo(TONIGHT, TONIGHT + timedelta(seconds=seconds)) is expected


@pytest.mark.parametrize(
    ("codes", "labels"),
    [(Consent, CONSENT_LABELS), (DeclineReason, DECLINE_LABELS), (StandDownReason, STAND_DOWN_LABELS)],
)
def test_every_code_has_words(codes: type, labels: dict) -> None:
    assert set(labels) == set(codes)
    assert all(labels.values())
