# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole table of a task: every status, act, party and answer of the protocol."""

from itertools import combinations, product

import pytest

from approdo.cases.rules import CaseState
from approdo.kit.errors import Conflict
from approdo.protocols.rules import Phase
from approdo.tasks.rules import (
    BY_PRESS,
    END_LABELS,
    OF_STATE,
    OPEN,
    SKIP_LABELS,
    STATUS_LABELS,
    TRANSITIONS,
    Act,
    EndReason,
    Party,
    SkipReason,
    Status,
    moved,
    parties,
    possible,
)

ALWAYS = {
    (Party.SERVICE, Act.TAKE): "in-progress",
    (Party.SERVICE, Act.COMPLETE): "completed",
    (Party.SERVICE, Act.SKIP): "cancelled",
    (Party.LEAD, Act.SKIP): "cancelled",
    (Party.PATHWAY, Act.END): "cancelled",
    (Party.PATHWAY, Act.ASSESS): "completed",
}


def expected(status: Status, act: Act, held: frozenset[Party], asks_again: bool) -> str | None:
    """What sentences say: while a task is open its service does it, takes it, or says why not; who leads says why not;
    her no ends it, or moves it when the protocol asks again; the clock speaks, and the pathway ends it,
    or an assessment that was made does it."""
    if status not in {"requested", "in-progress"}:
        return None
    if Party.SERVICE in held and act is Act.HAND_BACK and status == "in-progress":
        return "requested"
    if Party.SERVICE in held and act is (Act.ASK_AGAIN if asks_again else Act.DECLINE):
        return status if asks_again else "cancelled"
    if Party.CLOCK in held and act in {Act.REMIND, Act.ESCALATE}:
        return status
    return next((ALWAYS[(party, act)] for party in held if (party, act) in ALWAYS), None)


HELD = [frozenset(some) for size in (1, 2) for some in combinations(Party, size)]
EVERYTHING = [*product(Status, Act, HELD, (False, True))]


@pytest.mark.parametrize("status", [*Status])
def test_every_cell_is_as_the_sentences_say(status: Status) -> None:
    wrong = []
    for at, act, held, asks_again in EVERYTHING:
        if at is not status:
            continue
        try:
            becomes = str(moved(at, act, held, asks_again=asks_again))
        except Conflict:
            becomes = None
        if becomes != expected(at, act, held, asks_again):
            wrong.append((at, act, held, asks_again, becomes))
        assert (act in possible(at, held, asks_again=asks_again)) is (becomes is not None)
    assert wrong == []


def test_what_is_over_stays_over() -> None:
    assert {status for status, _act in TRANSITIONS} == set(OPEN)
    assert {Status.COMPLETED, Status.CANCELLED} == set(Status) - set(OPEN)


def test_a_service_is_what_it_is_to_a_task() -> None:
    assert parties(1, holder=1, lead=2) == {Party.SERVICE}
    assert parties(2, holder=1, lead=2) == {Party.LEAD}
    assert parties(1, holder=1, lead=1) == {Party.SERVICE, Party.LEAD}
    assert parties(3, holder=1, lead=2) == {Party.STRANGER}
    assert parties(None, holder=1, lead=None) == {Party.STRANGER}, "nobody leads, and nobody is nobody's"


def test_every_state_of_a_case_is_a_phase_and_the_others_are_begun_by_somebody() -> None:
    assert set(OF_STATE) == set(CaseState)
    assert set(BY_PRESS) == {Phase.RISK_REVIEW, Phase.CONFERENCE, Phase.STAY}
    assert {*OF_STATE.values(), *BY_PRESS} == set(Phase)


def test_every_code_has_its_word() -> None:
    assert set(STATUS_LABELS) == set(Status)
    assert set(SKIP_LABELS) == set(SkipReason)
    assert set(END_LABELS) == set(EndReason)
