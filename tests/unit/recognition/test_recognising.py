# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What holds of every verdict: order does not matter, time is elapsed time, what is said is never unsaid."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.factories.histories import CODES

from approdo.recognition.rules import Band, Sign, System, Verdict, Visit, read_code, recognise
from approdo.recognition.selectors import table

BEGIN = datetime(2022, 1, 1, tzinfo=UTC)
ORDER = [Band.NONE, Band.QUIET, Band.ASK, Band.IMMEDIATE]
READ = [read_code(code, usual=System.ICD_9_CM) for code in CODES]

visits = some.builds(
    Visit,
    person=some.just("p"),
    visit=some.uuids().map(str),
    site=some.just("Nord"),
    arrived_at=some.integers(0, 3 * 365).map(lambda days: BEGIN + timedelta(days=days)),
    codes=some.frozensets(some.sampled_from(READ), max_size=4),
    signs=some.frozensets(some.sampled_from(Sign), max_size=2),
    infant=some.just(False),
)
histories = some.lists(visits, min_size=1, max_size=8)


def verdict(*history: Visit, **said: tuple[str, ...]) -> Verdict:
    return recognise(table(), history, said)


@given(histories, some.randoms())
def test_the_order_in_which_visits_come_does_not_matter(history: list[Visit], random: Random) -> None:
    shuffled = random.sample(history, len(history))
    assert verdict(*shuffled) == verdict(*history)


@given(histories, some.sampled_from(["Europe/Rome", "America/New_York", "Asia/Kathmandu"]))
def test_the_zone_in_which_an_instant_is_written_does_not_matter(history: list[Visit], zone: str) -> None:
    moved = [replace(one, arrived_at=one.arrived_at.astimezone(ZoneInfo(zone))) for one in history]
    assert verdict(*moved) == verdict(*history)


@given(histories, visits, some.sampled_from(["995.81", "E960.1", "X85", "994.7"]))
def test_what_was_said_is_never_unsaid_by_another_visit(history: list[Visit], another: Visit, code: str) -> None:
    last = max(history, key=lambda one: (one.arrived_at, one.visit))
    told = replace(last, codes=last.codes | {read_code(code)})
    earlier = replace(another, arrived_at=min(another.arrived_at, last.arrived_at - timedelta(seconds=1)))
    assert verdict(*(one for one in history if one is not last), told, earlier).band is Band.IMMEDIATE


@given(histories, visits)
def test_a_visit_more_before_it_never_makes_a_verdict_weaker(history: list[Visit], another: Visit) -> None:
    first = min(one.arrived_at for one in history)
    with_one_more = verdict(
        *history, replace(another, arrived_at=min(another.arrived_at, first - timedelta(seconds=1)))
    )
    alone = verdict(*history)
    assert with_one_more.points >= alone.points
    assert ORDER.index(with_one_more.band) >= ORDER.index(alone.band)


@given(histories)
def test_lines_are_in_order_add_up_and_are_no_later_than_the_visit(history: list[Visit]) -> None:
    found = verdict(*history)
    last = max(history, key=lambda one: (one.arrived_at, one.visit))
    assert found.visit == last.visit
    assert list(found.evidence) == sorted(found.evidence)
    assert found.points == sum(line.points for line in found.evidence)
    assert all((line.at, line.visit) <= (last.arrived_at, last.visit) for line in found.evidence)
    assert len({line.key for line in found.evidence}) == len(found.evidence)


@given(histories)
def test_a_perpetrators_code_changes_nothing(history: list[Visit]) -> None:
    marked = [replace(one, codes=one.codes | {read_code("V61.12", usual=System.ICD_9_CM)}) for one in history]
    assert verdict(*marked) == verdict(*history)


def test_a_year_is_elapsed_time_where_the_clock_changed() -> None:
    """From winter to summer time the same hour of the wall is an hour less: windows do not ask the wall."""
    rome, half_an_hour = ZoneInfo("Europe/Rome"), timedelta(minutes=30)
    now = datetime(2026, 3, 29, 12, tzinfo=rome)  # summer time since this morning; a year ago it came a day later
    told = Visit("p", "a", "Nord", now - timedelta(days=365) - half_an_hour, frozenset({read_code("995.81")}))
    assert verdict(told, Visit("p", "b", "Nord", now)).band is Band.IMMEDIATE
    broken = frozenset({read_code("813.41")})
    before = Visit("p", "a", "Nord", now - timedelta(days=7) - half_an_hour, broken)
    assert verdict(before, Visit("p", "b", "Nord", now, broken)).evidence == (), "one episode: less than seven days"


def test_a_line_is_told_by_the_latest_visit_and_its_first_code() -> None:
    both = frozenset({read_code("F33.1"), read_code("311"), read_code("309.81")})
    history = [
        Visit("p", name, "Nord", BEGIN + timedelta(days=day), both) for name, day in (("b", 0), ("a", 3), ("c", 3))
    ]
    found = verdict(*history, Visit("p", "d", "Nord", BEGIN + timedelta(days=4)))
    assert [(line.visit, line.what) for line in found.evidence if line.key == "psychiatric"] == [("c", "ICD-10 F33.1")]


def test_of_two_visits_at_one_instant_the_later_name_is_the_last() -> None:
    first = Visit("p", "a", "Nord", BEGIN, frozenset({read_code("311")}))
    second = Visit("p", "b", "Nord", BEGIN, frozenset({read_code("995.81")}))
    assert verdict(second, first).visit == "b"
    assert verdict(first).band is Band.NONE, "what comes after in order is not known yet"


def test_what_notes_said_a_year_ago_still_counts_once_for_each_key() -> None:
    history = [Visit("p", str(day), "Nord", BEGIN + timedelta(days=day)) for day in (0, 100, 365)]
    found = verdict(*history, **{"0": ("pushed",), "100": ("pushed", "afraid")})
    assert [(line.key, line.visit) for line in found.evidence if line.key.startswith("words")] == [
        ("words:afraid", "100"), ("words:pushed", "100"),
    ]  # fmt: skip
    later = Visit("p", "later", "Nord", BEGIN + timedelta(days=466))
    assert verdict(*history, later, **{"0": ("pushed",)}).band is Band.NONE


def test_without_a_visit_there_is_no_verdict() -> None:
    with pytest.raises(ValueError, match="no visit"):
        verdict()
