# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every state a call can be in has one shape and one sentence: the whole product is walked."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.utils import translation

import approdo.web
from approdo.activations.rules.states import ActivationState, AlertState, CallState, Consent, DeclineReason
from approdo.activations.selectors import Board, BoardAlert, BoardCall
from approdo.cases.rules import EventKind
from approdo.cases.selectors import EventRow
from approdo.networks.rules import ServiceKind
from approdo.protocols.rules import Need, Target
from approdo.web.boards import rows
from approdo.web.templatetags.shapes import progress

NOW = datetime(2026, 11, 24, 1, 40, tzinfo=UTC)
ICONS = (Path(approdo.web.__file__).parent / "static" / "web" / "icons.svg").read_text()


def alert(state: AlertState) -> BoardAlert:
    reason = DeclineReason.NO_PLACE if state is AlertState.DECLINED else None
    return BoardAlert("Centro", Target.FIRST_ON_CALL, 1, state, NOW, reason, ())


CALL = BoardCall(
    id=UUID(int=1),
    label="Centro",
    kind=ServiceKind.SUPPORT_CENTRE,
    phone="+390012345678",
    state=CallState.CALLING,
    alert=alert(AlertState.SENT),
    alerts=(),
    started_at=NOW,
    answer_by=NOW + timedelta(minutes=15),
    late=False,
    reached=True,
    next_targets=(Target.SECOND_ON_CALL,),
    next_at=NOW + timedelta(minutes=5),
    taken_at=None,
    taken_label="",
    mine=False,
    taken_by_me=False,
)


def board(*calls: BoardCall) -> Board:
    return Board(
        id=UUID(int=2),
        at=NOW,
        alias="Airone 42",
        case_id=UUID(int=3),
        municipality_code="012133",
        needs=frozenset({Need.SAFE_PLACE}),
        consent=Consent.GIVEN,
        exercise=False,
        state=ActivationState.OPEN,
        end_reason="",
        activated_at=NOW,
        ended_at=None,
        activated_by="Pronto soccorso",
        activated_phone="",
        undo_until=NOW,
        calls=calls,
        may_undo=False,
        may_stand_down=False,
        may_close=False,
        chronology=(),
        labels={},
        unseen=(),
    )


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("reached", [False, True])
@pytest.mark.parametrize("progress", [None, *AlertState])
@pytest.mark.parametrize("state", CallState)
def test_every_state_of_a_call_is_a_shape_and_a_sentence(
    state: CallState, progress: AlertState | None, reached: bool, late: bool
) -> None:
    open_ = state in {CallState.WAITING, CallState.CALLING}
    call = replace(
        CALL,
        state=state,
        alert=progress and alert(progress),
        reached=reached,
        late=late and open_,
        next_at=CALL.next_at if open_ else None,
        taken_at=NOW if state is CallState.TAKEN else None,
    )
    (row,) = rows(board(call))
    assert re.search(rf'id="state-{row.shape}"', ICONS), "the sprite has no such shape"
    assert row.words
    assert "%(" not in row.words + row.next
    assert bool(row.next) is open_


def test_who_has_nobody_on_call_is_never_shown_as_alerted() -> None:
    (row,) = rows(board(replace(CALL, alert=None, reached=False)))
    assert row.shape == "late"
    assert "nessuna reperibile" in row.words


@pytest.mark.parametrize(
    ("alerted", "said"),
    [
        ((Target.BACKUP_SERVICE,), "nessuna reperibile qui · servizio di riserva: avvisata"),
        ((Target.SECOND_ON_CALL,), "avvisata"),
        ((Target.FIRST_ON_CALL, Target.BACKUP_SERVICE), "avvisata"),
    ],
)
def test_when_nobody_of_the_service_could_be_alerted_its_row_says_so_and_who_was_instead(
    alerted: tuple[Target, ...], said: str
) -> None:
    alerts = tuple(replace(alert(AlertState.SENT), target=target) for target in alerted)
    call = replace(CALL, alert=alerts[-1], alerts=alerts)
    nobody = EventRow(NOW, EventKind.NOBODY_ON_CALL, 7, call.id, Target.FIRST_ON_CALL)
    (row,) = rows(replace(board(call), chronology=(nobody,)))
    assert row.words.startswith(said)


def test_a_call_past_its_limit_says_so_even_when_it_was_read() -> None:
    (row,) = rows(board(replace(CALL, alert=alert(AlertState.SEEN), late=True)))
    assert row.shape == "late"
    assert "nessuna risposta" in row.words
    assert "letta" in row.words


def test_what_waits_for_her_answer_comes_first() -> None:
    other, mine = replace(CALL, id=UUID(int=4)), replace(CALL, id=UUID(int=5), mine=True)
    assert [row.call.id.int for row in rows(board(other, mine))] == [5, 4]


def test_another_service_that_took_the_call_is_named() -> None:
    taken = replace(CALL, state=CallState.TAKEN, taken_at=NOW, taken_label="Casa R-07", next_at=None)
    (row,) = rows(board(taken))
    assert row.shape == "taken"
    assert row.words.endswith("Casa R-07")
    assert row.progress == 4


def test_the_steps_done_are_those_of_the_alert_that_got_furthest() -> None:
    (row,) = rows(board(replace(CALL, alert=alert(AlertState.DELIVERED))))
    assert row.progress == 2
    assert progress(row.progress).count("✓") == 2


def test_the_steps_are_said_in_the_language_of_the_moment() -> None:
    assert "inviata" in progress(1)
    with translation.override("en"):
        assert "sent" in progress(1)
