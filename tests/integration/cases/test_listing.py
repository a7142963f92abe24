# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of cases: those her service takes part in, the last joined first, and only while they are open."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from tests.factories.activations import TONIGHT, Town, a_town, an_activation

from approdo.access.rules import Actor
from approdo.access.services import entered
from approdo.cases import selectors
from approdo.cases.models import Case, Participation
from approdo.cases.rules import CaseState
from approdo.cases.selectors import pages
from approdo.cases.services import join, take_lead

pytestmark = pytest.mark.django_db


def several(town: Town, number: int) -> list[UUID]:
    """Open so many, one a minute; the last first."""
    made = [an_activation(town, now=TONIGHT + timedelta(minutes=minute)).case_id for minute in range(number)]
    return made[::-1]


def listed(actor: Actor, **options: object) -> tuple[list[UUID], bool]:
    with entered(actor=actor):
        rows, more = selectors.cases_of(actor, **options)
    return [row.id for row in rows], more


def closed(case: UUID, *, again_open: bool = False) -> None:
    state = CaseState.CONTACT if again_open else CaseState.CLOSED
    Case.objects.filter(pk=case).update(state=state, closed_at=None if again_open else TONIGHT)


def test_the_last_joined_come_first_and_the_rest_by_the_cursor(town: Town) -> None:
    made = several(town, selectors.PAGE + 2)
    first, more = listed(town.nurse)
    assert (first, more) == (made[: selectors.PAGE], True)
    with entered(actor=town.nurse):
        rows, _more = selectors.cases_of(town.nurse)
    assert listed(town.nurse, before=rows[-1].joined_at) == (made[selectors.PAGE :], False)


def test_a_closed_case_is_not_in_the_list_and_an_opened_one_is_again(town: Town) -> None:
    newer, older = several(town, 2)
    closed(newer)
    assert listed(town.nurse) == ([older], False)
    closed(newer, again_open=True)
    assert listed(town.nurse) == ([newer, older], False)


def test_a_service_that_left_does_not_find_it_there(town: Town) -> None:
    (case,) = several(town, 1)
    Participation.objects.filter(case=case, service=town.hospital).update(until=TONIGHT)
    assert listed(town.nurse) == ([], False)
    assert listed(town.actor(town.centre)) == ([case], False)


def test_a_stranger_finds_nothing(town: Town) -> None:
    several(town, 1)
    assert listed(a_town("013075").nurse) == ([], False)


def test_a_page_is_taken_from_its_index_before_anything_is_joined(town: Town) -> None:
    """Otherwise it walks every open case: twenty milliseconds among 20,000, a second among a million."""
    several(town, 2)
    sql, slots, _finish = pages._CASES._written
    with entered(actor=town.nurse), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}", _values(slots))
        plan = "\n".join(row[0] for row in cursor.fetchall())
    limit = plan.index("Limit")
    assert "participation_now" in plan[limit:]
    assert "Nested Loop" in plan[:limit]


def _values(slots: list[object]) -> list[object]:
    """Any values of the right kind: only the shape of the plan is looked at."""
    from approdo.kit.rows import _filled

    return [_filled(slot, {"service": 1, "before": TONIGHT}) for slot in slots]


def flags(case: UUID) -> set[tuple[bool, bool]]:
    return set(Participation.objects.filter(case=case).values_list("open", "led"))


def test_the_database_keeps_what_the_lists_are_made_from(town: Town) -> None:
    (case,) = several(town, 1)
    assert flags(case) == {(True, False)}
    centre = town.actor(town.centre)
    with entered(actor=centre):
        take_lead(actor=centre, case_id=case, now=TONIGHT)
    assert flags(case) == {(True, True)}
    closed(case)
    assert flags(case) == {(False, True)}
    join(case_id=case, service_ids=[a_town("013075").centre.pk], now=TONIGHT)
    assert flags(case) == {(False, True)}, "who joins later too"
