# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The figures of recognition, each worked out by hand beside."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from bench.recognition import figures, report
from bench.recognition.generate import Row, Truth
from bench.recognition.judge import Answer, Judged, awake, judge
from bench.recognition.measures import area, predictive, share

from approdo.recognition.rules.evidence import Band, Verdict
from approdo.recognition.rules.visit import Code, Sign, System, Visit

BAND = {"n": Band.NONE, "q": Band.QUIET, "a": Band.ASK, "i": Band.IMMEDIATE}
INDEX = datetime(2025, 6, 1, tzinfo=UTC)


def answer(days_before: int, letter: str, points: int | None = None) -> Answer:
    usual = {"n": 0, "q": 3, "a": 4, "i": 0}[letter]
    return Answer(INDEX - timedelta(days=days_before), usual if points is None else points, BAND[letter])


def woman(answers: str, *, abused: bool, apart: int = 100, began: int = 10_000, **groups: str) -> Judged:
    """Answers of visits ``apart`` days from each other, the last the index visit; violence ``began`` days ago."""
    given = tuple(answer(apart * (len(answers) - 1 - n), letter) for n, letter in enumerate(answers))
    first = INDEX - timedelta(days=began) if abused else None
    named = {"age_band": "25-34", "citizenship": "italian", **groups}
    return Judged(Truth("w", abused, first, INDEX, False), named["age_band"], named["citizenship"], given)


def test_a_share_has_the_interval_of_wilson():
    assert share(8, 10) == pytest.approx((0.8, 0.4902, 0.9433), abs=1e-4)
    assert share(0, 20).low == pytest.approx(0.0, abs=1e-9)
    assert math.isnan(share(0, 0).value)


def test_the_area_counts_pairs_and_ties_by_half():
    cases, others = [3.0, 5.0, 4.0, 4.0], [1.0, 4.0, 2.0, 3.0, 0.0]
    pairs = [(a > b) + (a == b) / 2 for a in cases for b in others]
    measured = area(cases, others)
    assert measured.value == pytest.approx(sum(pairs) / len(pairs))
    assert measured.low < measured.value < measured.high <= 1.0


def test_the_interval_of_the_area_is_that_of_delong_by_hand():
    """Cases 2, 4 against 1, 3: structural components 1/2, 1 and 1, 1/2; each variance 1/8 over two: 1/8 in all."""
    measured = area([2.0, 4.0], [1.0, 3.0])
    assert measured.value == 0.75
    assert measured.low == pytest.approx(0.75 - 1.959964 * math.sqrt(1 / 8))
    assert measured.high == 1.0


def test_an_area_of_nothing_is_nothing():
    assert math.isnan(area([], [1.0, 2.0]).value)


def test_precision_follows_prevalence():
    assert predictive(0.3, 0.95, 0.01) == pytest.approx(0.003 / (0.003 + 0.0495))
    assert math.isnan(predictive(0.0, 1.0, 0.01))


def test_sensitivity_specificity_and_lead_are_counted_by_woman():
    women = [
        woman("nna", abused=True),
        woman("ann", abused=True),
        woman("nnn", abused=True),
        woman("nqn", abused=True),
        woman("nan", abused=False),
        *[woman("nnq", abused=False)] * 3,
    ]
    found = figures.of_histories(women)
    assert found["points ≥ 4: sensitivity by the index visit, %"] == 50
    assert found["points ≥ 4: sensitivity before the index visit, %"] == 25
    assert found["points ≥ 4: specificity, %"] == 75
    assert found["median lead of those flagged before the index visit, months"] == pytest.approx(200 / 30.44)
    assert found["points ≥ 4: precision at 8 %, %"] == pytest.approx(100 * 0.04 / (0.04 + 0.23))


def test_a_code_of_violence_is_no_points():
    women = [woman("nni", abused=True), woman("nnn", abused=True), woman("inn", abused=False)]
    found = figures.of_histories(women)
    assert found["points ≥ 4: sensitivity by the index visit, %"] == 0
    assert found["points or codes: sensitivity by the index visit, %"] == 50
    assert found["points ≥ 4: specificity, %"] == 100
    assert found["points or codes: specificity, %"] == 0


def test_a_flag_before_the_violence_began_found_nothing():
    assert woman("ann", abused=True, began=150).first(lambda one: one.loud) is None
    assert woman("nan", abused=True, began=150).first(lambda one: one.loud) == INDEX - timedelta(days=100)
    assert woman("ann", abused=False).first(lambda one: one.loud) == INDEX - timedelta(days=200)


def test_a_prompt_sleeps_twelve_months_and_a_stronger_one_wakes_it():
    asked = [answer(days, "a") for days in (800, 700, 436, 435, 0)]
    assert [one.at for one in awake(asked, figures.SLEEP)] == [asked[0].at, asked[3].at, asked[4].at]
    louder = [answer(30, "a"), answer(20, "i"), answer(10, "i"), answer(5, "a")]
    assert awake(louder, figures.SLEEP) == louder[:2]
    assert awake(louder, timedelta(0)) == louder
    assert awake([answer(1, "q"), answer(0, "n")], figures.SLEEP) == []


def test_prompts_are_counted_per_visit_once_there_is_a_record_behind():
    others = [woman("aa", abused=False, apart=2000), woman("aann", abused=False)]
    found = figures.of_histories([*others, woman("n", abused=True)])
    assert found["prompts per 100 visits of women without violence, with the sleep of 12 months"] == pytest.approx(40)
    assert found["prompts per 100 visits of women without violence, without any sleep"] == pytest.approx(60)
    mixed = 100 * (0.99 * 1.0) / (0.99 * 2.5 + 0.01 * 1)
    assert found["prompts per 100 visits of women, with the sleep of 12 months"] == pytest.approx(mixed)


def test_every_woman_stands_in_the_group_of_her_age_and_of_her_citizenship():
    found = figures.groups_of([woman("n", abused=False), woman("n", abused=True, citizenship="foreign")])
    assert {name: len(those) for name, those in found.items()} == {"25-34": 2, "foreign": 1, "italian": 1}


def rows_of(*codes: str) -> list[Row]:
    at = [INDEX + timedelta(days=n) for n in range(len(codes))]
    signs = ("pregnant",)
    return [
        Row("w", f"v{n}", "s", at[n], (code,), signs, False, "25-34", "foreign", "") for n, code in enumerate(codes)
    ]


def test_the_product_never_sees_what_comes_later():
    seen: list[Sequence[Visit]] = []

    def recognise(visits: Sequence[Visit]) -> Verdict:
        seen.append(visits)
        return Verdict(visits[-1].visit, len(visits), Band.NONE, ())

    truth = Truth("w", False, None, INDEX, False)
    (judged,) = judge([(truth, rows_of("ICD-9-CM 959.01", "ICD-10 s009", "ICD-9-CM 311"))], recognise)
    assert [[visit.visit for visit in visits] for visits in seen] == [["v0"], ["v0", "v1"], ["v0", "v1", "v2"]]
    assert [one.points for one in judged.answers] == [1, 2, 3]
    assert all(a.at < b.at for a, b in pairwise(judged.answers))
    assert seen[-1][0].codes == {Code(System.ICD_9_CM, "95901")}
    assert seen[-1][1].codes == {Code(System.ICD_10, "S009")}
    assert seen[-1][0].signs == {Sign.PREGNANT}


def test_an_aim_is_ticked_by_the_median_of_the_drawn_worlds():
    name = "points ≥ 4: sensitivity by the index visit, %"
    one, two, three = ({name: value} for value in (10.0, 31.0, 50.0))
    table = report.histories_table({"drawn": [three, one, two], "low": [one], "central": [two], "high": [three]})
    assert f"| *simulated* {name} | 31 ✓ | 10 | 50 | 10 | 31 | 50 | ≥ 30 |" in table
    missed = report.histories_table({"drawn": [one], "low": [one], "central": [one], "high": [one]})
    assert "| 10 ✗ |" in missed


def test_groups_stand_side_by_side_and_nothing_is_a_dash():
    women = [woman("n", abused=False), woman("na", abused=True, citizenship="foreign")]
    found = {name: figures.of_histories(those) for name, those in figures.groups_of(women).items()}
    table = report.groups_table(found)
    assert table.splitlines()[0] == "| simulated, central world | 25-34 | foreign | italian |"
    assert "| *simulated* points ≥ 4: specificity, % | 100 | – | 100 |" in table
