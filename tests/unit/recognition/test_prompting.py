# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether somebody is told to ask her: every mode × every band × every earlier answer, and what wakes a prompt."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from approdo.access.rules import Role
from approdo.recognition.rules import Band, Detector, Evidence, Sign, Verdict
from approdo.recognition.rules.prompting import (
    CORRECTABLE,
    MODE_STEPS,
    SLEEPS,
    TREATING,
    USUAL_SLEEP,
    Answer,
    Mode,
    Past,
    Step,
    may_change,
    mode_faults,
    step,
    waking,
)

NOW = datetime(2026, 11, 24, 1, 12, tzinfo=UTC)
BEFORE = NOW - timedelta(days=40)
FACE = Evidence(BEFORE, "v1", "face", "ICD-9-CM 8730", Detector.SHOWN, 2)
HARM = Evidence(BEFORE, "v1", "self_harm", "ICD-9-CM E9500", Detector.ACCUMULATING, 2)
ASK = Verdict("v2", 4, Band.ASK, (FACE, HARM))
REASON = "Tre mesi in silenzio, riletti con la direzione"


def past(answer: Answer | None = Answer.ASKED_NO, *, silent: bool = False, at: datetime = BEFORE) -> Past:
    """A prompt of before, about what is still all that is known."""
    return Past(silent, at, answer, at if answer else None, (FACE, HARM))


ASKS = {Band.ASK, Band.IMMEDIATE}


@pytest.mark.parametrize("mode", [*Mode])
@pytest.mark.parametrize("band", [*Band])
@pytest.mark.parametrize(("answer", "was_silent"), [(None, True), (None, False), *((one, False) for one in Answer)])
@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("new", [False, True])
def test_the_whole_table_of_what_is_done_with_a_verdict(
    mode: Mode, band: Band, answer: Answer | None, was_silent: bool, old: bool, new: bool
) -> None:
    """Written out once more, the other way round: what a person would say of each line of the table."""
    at = NOW - (USUAL_SLEEP if old else USUAL_SLEEP - timedelta(seconds=1))
    lines = (FACE, HARM, replace(FACE, visit="v2", at=NOW)) if new else (FACE, HARM)
    done = step(mode, Verdict("v2", 4, band, lines), [past(answer, silent=was_silent, at=at)], NOW)
    if mode is Mode.OFF or band not in ASKS:
        assert done is Step.NOTHING
        return
    counts = (mode is Mode.SILENT) if was_silent else answer in {Answer.ASKED_NO, Answer.ASKED_YES, Answer.KNOWN}
    asleep = counts and not old and not new
    assert done is (Step.NOTHING if asleep else Step.SHOWN if mode is Mode.PROMPTING else Step.KEPT)


def test_a_quiet_marker_is_never_a_prompt_even_of_somebody_nobody_ever_asked() -> None:
    assert step(Mode.PROMPTING, replace(ASK, points=3, band=Band.QUIET), [], NOW) is Step.NOTHING


def test_not_possible_now_comes_back_at_her_next_visit_and_so_does_what_nobody_answered() -> None:
    for answer in (Answer.NOT_NOW, None):
        assert step(Mode.PROMPTING, ASK, [past(answer)], NOW) is Step.SHOWN


def test_it_sleeps_as_long_as_the_site_says() -> None:
    for days, expected in ((40, Step.SHOWN), (41, Step.NOTHING)):
        assert step(Mode.PROMPTING, ASK, [past()], NOW, sleep=timedelta(days=days)) is expected


def test_what_several_answered_prompts_told_is_known_together() -> None:
    one, other = replace(past(), evidence=(FACE,)), replace(past(), evidence=(HARM,))
    assert step(Mode.PROMPTING, ASK, [one, other], NOW) is Step.NOTHING
    assert step(Mode.PROMPTING, ASK, [one, replace(other, answer=Answer.NOT_NOW)], NOW) is Step.SHOWN


@pytest.mark.parametrize(
    ("counted", "points", "expected"), [("4", 1, Step.NOTHING), ("5", 2, Step.SHOWN), ("2", 0, Step.NOTHING)]
)
def test_one_visit_more_is_no_news_but_a_higher_step_is(counted: str, points: int, expected: Step) -> None:
    few = Evidence(BEFORE, "v1", "emergency_visits", "3", Detector.ACCUMULATING, 1)
    told = replace(past(), evidence=(FACE, HARM, few))
    line = replace(few, at=NOW, visit="v2", what=counted, points=points)
    assert step(Mode.PROMPTING, Verdict("v2", 5, Band.ASK, (FACE, HARM, line)), [told], NOW) is expected


def test_that_a_centre_knows_her_stays_so_and_is_told_once() -> None:
    known = Evidence(BEFORE, "v1", "known", Sign.KNOWN_TO_NETWORK, Detector.SAID, 0)
    told = replace(past(Answer.KNOWN), evidence=(known,))
    again = Verdict("v2", 0, Band.IMMEDIATE, (replace(known, visit="v2", at=NOW),))
    assert step(Mode.PROMPTING, again, [told], NOW) is Step.NOTHING


@pytest.mark.parametrize("points", [0, -2])
def test_what_adds_nothing_wakes_nobody_unless_somebody_said_it(points: int) -> None:
    shown = Evidence(NOW, "v2", "leg", "ICD-9-CM 8910", Detector.SHOWN, points)
    assert step(Mode.PROMPTING, Verdict("v2", 4, Band.ASK, (FACE, HARM, shown)), [past()], NOW) is Step.NOTHING
    said = replace(shown, detector=Detector.SAID, points=0)
    assert step(Mode.PROMPTING, Verdict("v2", 4, Band.IMMEDIATE, (FACE, HARM, said)), [past()], NOW) is Step.SHOWN
    assert waking((shown, said)) == (said,)


def test_what_a_silent_site_kept_puts_nothing_to_sleep_once_it_prompts() -> None:
    kept = past(None, silent=True)
    assert step(Mode.SILENT, ASK, [kept], NOW) is Step.NOTHING
    assert step(Mode.PROMPTING, ASK, [kept], NOW) is Step.SHOWN


LINES = some.builds(
    Evidence,
    at=some.just(BEFORE),
    visit=some.sampled_from(["v1", "v2"]),
    key=some.sampled_from(["a", "b"]),
    what=some.sampled_from(["X1", "3", "4", Sign.KNOWN_TO_NETWORK.value]),
    detector=some.sampled_from([*Detector]),
    points=some.integers(-2, 2),
)
PASTS = some.builds(
    Past,
    silent=some.just(False),
    made_at=some.just(BEFORE),
    answer=some.sampled_from([None, *Answer]),
    answered_at=some.datetimes(datetime(2025, 1, 1), datetime(2026, 11, 24), timezones=some.just(UTC)),
    evidence=some.lists(LINES, max_size=4).map(tuple),
)


@given(some.lists(LINES, max_size=5), some.lists(PASTS, max_size=3), some.lists(LINES, min_size=1, max_size=2))
def test_more_evidence_never_puts_a_prompt_to_sleep(
    lines: list[Evidence], told: list[Past], more: list[Evidence]
) -> None:
    fewer, all_of_it = Verdict("v2", 4, Band.ASK, tuple(lines)), Verdict("v2", 4, Band.ASK, tuple(lines + more))
    if step(Mode.PROMPTING, fewer, told, NOW) is Step.SHOWN:
        assert step(Mode.PROMPTING, all_of_it, told, NOW) is Step.SHOWN


@given(some.lists(LINES, max_size=5), some.lists(PASTS, max_size=3), some.sampled_from([*Band]))
def test_silence_and_prompting_differ_only_in_who_sees_it(lines: list[Evidence], told: list[Past], band: Band) -> None:
    verdict = Verdict("v2", 4, band, tuple(lines))
    loud, quiet = (step(mode, verdict, told, NOW) for mode in (Mode.PROMPTING, Mode.SILENT))
    assert (loud is Step.SHOWN) == (quiet is Step.KEPT)


@pytest.mark.parametrize("answer", [None, *Answer])
@pytest.mark.parametrize("hours", [0, 12, 13, 24 * 400])
def test_a_press_may_be_corrected_for_half_a_day_and_not_now_always(answer: Answer | None, hours: int) -> None:
    at = None if answer is None else NOW - timedelta(hours=hours)
    assert may_change(answer, at, NOW) == (answer in {None, Answer.NOT_NOW} or timedelta(hours=hours) <= CORRECTABLE)


@pytest.mark.parametrize("current", [*Mode])
@pytest.mark.parametrize("chosen", [*Mode])
def test_no_site_prompts_before_it_was_silent(current: Mode, chosen: Mode) -> None:
    allowed = chosen is not current and (current, chosen) != (Mode.OFF, Mode.PROMPTING)
    assert (chosen in MODE_STEPS[current]) == allowed
    assert ("mode" not in mode_faults(current, chosen, REASON)) == allowed


@pytest.mark.parametrize("reason", ["", "   brevissimo   "[:9], "x" * 501])
def test_a_change_of_mode_says_why(reason: str) -> None:
    assert set(mode_faults(Mode.OFF, Mode.SILENT, reason)) == {"reason"}
    assert mode_faults(Mode.OFF, Mode.SILENT, REASON) == {}


def test_who_coordinates_is_not_who_treats() -> None:
    assert not TREATING & {Role.ORGANISATION_COORDINATOR, Role.NETWORK_COORDINATOR, Role.REGIONAL_ANALYST}
    assert Answer.NOT_NOW not in SLEEPS
