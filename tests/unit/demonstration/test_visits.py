# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections import defaultdict
from datetime import date, time, timedelta
from itertools import islice

import pytest

from approdo.cli.demonstration.visits import ANSWERS, PERIODS, PlannedVisit, answers, planned_visits
from approdo.networks.rules import instant
from approdo.recognition.rules.prompting import ADVISED_SILENCE, MODE_STEPS, Mode

TODAY = date(2026, 11, 24)
STAFF = {period.department: 3 for period in PERIODS}


@pytest.fixture(scope="module")
def visits() -> tuple[PlannedVisit, ...]:
    return planned_visits(seed=1, today=TODAY, staff=STAFF)


def test_the_same_seed_and_day_give_the_same_visits(visits: tuple[PlannedVisit, ...]) -> None:
    assert planned_visits(seed=1, today=TODAY, staff=STAFF) == visits
    assert planned_visits(seed=2, today=TODAY, staff=STAFF) != visits


def test_none_is_of_today_and_none_before_its_department_began(visits: tuple[PlannedVisit, ...]) -> None:
    for period in PERIODS:
        whole = [one for one in PERIODS if one.department == period.department]
        first = instant(TODAY - timedelta(days=max(one.begins for one in whole)), time(0))
        mine = [visit.arrival.arrived_at for visit in visits if visit.department == period.department]
        assert first <= min(mine)
        assert max(mine) < instant(TODAY, time(0))


def test_every_visit_has_its_own_number_and_a_woman_one_year_of_birth(visits: tuple[PlannedVisit, ...]) -> None:
    assert len({visit.arrival.visit for visit in visits}) == len(visits)
    years: dict[str, set[int | None]] = defaultdict(set)
    for visit in visits:
        years[visit.arrival.person].add(visit.arrival.birth_year)
    assert all(len(found) == 1 for found in years.values())
    assert len(visits) > len(years), "some come back"


@pytest.mark.parametrize("department", sorted(STAFF))
def test_a_department_goes_from_silence_to_questions_as_the_product_lets_it(department: str) -> None:
    periods = [one for one in PERIODS if one.department == department]
    before = Mode.OFF
    for period in periods:
        assert period.mode in MODE_STEPS[before]
        if before is Mode.SILENT:
            assert timedelta(days=periods[0].begins - period.begins) >= ADVISED_SILENCE
        before = period.mode


def test_of_nine_questions_each_answer_comes_as_often_as_said() -> None:
    given = [*islice(answers(seed=1), 18)]
    for nine in (given[:9], given[9:]):
        assert {one: nine.count(one) for one in ANSWERS} == {one: ANSWERS.count(one) for one in ANSWERS}
    assert given[:9] != given[9:]
    assert [*islice(answers(seed=1), 18)] == given
