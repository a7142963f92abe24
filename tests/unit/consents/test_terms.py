# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is typed when she says yes: every mistake has its own sentence."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approdo.access.rules import Slice
from approdo.consents.rules import (
    Basis,
    BlockReason,
    BreakGlassReason,
    BreakGlassState,
    GrantState,
    HowGiven,
    LegalReason,
    Norm,
    Norms,
    NotSharedReason,
    Outcome,
    Proof,
    SharingPurpose,
    Terms,
    Told,
    check_norms,
    check_told,
    code_of,
    default_end,
    label_of,
    labels_of,
    latest_end,
    read_terms,
)
from approdo.kit.errors import Invalid

NOW = datetime(2026, 11, 24, 11, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def problems(**changes) -> dict[str, str]:
    """What is wrong with terms that are right but for these changes."""
    good = {"slices": ["risk"], "purpose": "protection"}
    try:
        read_terms(Terms(**(good | changes)), now=NOW, days=90)
    except Invalid as refusal:
        return refusal.problems
    return {}


def test_terms_that_say_little_hold_from_now_and_for_the_usual_time():
    agreed = read_terms(Terms(["risk", "identity", "risk"], "protection"), now=NOW, days=90)
    assert agreed.slices == (Slice.IDENTITY, Slice.RISK), "in the order of the record, each once"
    assert (agreed.valid_from, agreed.until) == (NOW, default_end(NOW, 90))


def test_a_usual_time_beyond_the_longest_is_cut():
    assert read_terms(Terms(["risk"], "protection"), now=NOW, days=10_000).until == latest_end(NOW)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"slices": []}, "slices"),
        ({"slices": ["everything"]}, "slices"),
        ({"slices": ["risk", "Risk"]}, "slices"),
        ({"slices": ["risk", None]}, "slices"),
        ({"slices": ["risk", ""]}, "slices"),
        ({"purpose": ""}, "purpose"),
        ({"purpose": "curiosity"}, "purpose"),
        ({"starts_at": NOW - SECOND}, "starts_at"),
        ({"starts_at": NOW + 366 * DAY}, "starts_at"),
        ({"starts_at": datetime(9999, 12, 31, 23, tzinfo=UTC)}, "starts_at"),
        ({"starts_at": NOW + DAY, "until": NOW + DAY}, "until"),
        ({"starts_at": NOW + DAY, "until": NOW + DAY - SECOND}, "until"),
        ({"until": NOW}, "until"),
        ({"until": NOW - DAY}, "until"),
        ({"until": latest_end(NOW) + SECOND}, "until"),
        ({"until": datetime(9999, 12, 31, 23, tzinfo=UTC)}, "until"),
        ({"until": datetime(2026, 12, 1)}, "until"),
        ({"starts_at": datetime(2026, 12, 1)}, "until"),
    ],
)
def test_every_mistake_has_a_sentence_at_its_field(changes, field):
    found = problems(**changes)
    assert set(found) == {field}
    assert found[field].endswith(".")


def test_the_longest_period_itself_holds_and_mistakes_are_said_together():
    assert problems(until=latest_end(NOW)) == {}
    assert problems(until=NOW + SECOND) == {}
    assert set(problems(slices=[], purpose="x", until=NOW)) == {"slices", "purpose", "until"}


@given(
    slices=st.lists(st.text(max_size=12) | st.sampled_from(Slice)),
    purpose=st.text(max_size=12) | st.sampled_from(SharingPurpose),
    until=st.none() | st.datetimes(timezones=st.none() | st.just(UTC)),
    starts_at=st.none() | st.datetimes(timezones=st.none() | st.just(UTC)),
)
def test_whatever_is_typed_either_holds_or_has_sentences(slices, purpose, until, starts_at):
    terms = Terms(slices, purpose, starts_at, until)
    found = problems(slices=slices, purpose=purpose, starts_at=starts_at, until=until)
    if found:
        assert all(sentence.endswith(".") for sentence in found.values())
        return
    agreed = read_terms(terms, now=NOW, days=90)
    assert NOW <= agreed.valid_from < agreed.until <= latest_end(agreed.valid_from)
    assert agreed.slices


@pytest.mark.parametrize(
    ("told", "fields"),
    [
        (Told("it", "read_aloud", "signed_form"), set()),
        (Told("ise", "interpreter", "interpreter_signed"), set()),
        (Told("xx", "read_aloud", "signed_form"), {"language"}),
        (Told("", "written", "signed_form"), {"language"}),
        (Told("it", "whispered", "signed_form"), {"how"}),
        (Told("it", "written", "none"), {"proof"}),
        (Told("", "", ""), {"language", "how", "proof"}),
    ],
)
def test_how_she_said_yes_is_one_of_the_ways_we_know(told, fields):
    if not fields:
        check_told(told)
        return
    with pytest.raises(Invalid) as refusal:
        check_told(told)
    assert set(refusal.value.problems) == fields


@pytest.mark.parametrize(
    ("norms", "fields"),
    [
        (Norms("court_order", "ordered", 1), set()),
        (Norms("because", "ordered", 1), {"norm"}),
        (Norms("court_order", "", 1), {"reason"}),
        (Norms("", "", 1), {"norm", "reason"}),
    ],
)
def test_without_consent_a_norm_and_a_reason_are_named(norms, fields):
    if not fields:
        check_norms(norms)
        return
    with pytest.raises(Invalid) as refusal:
        check_norms(norms)
    assert set(refusal.value.problems) == fields


def test_a_code_is_read_or_refused_at_its_field():
    assert code_of(Outcome, "justified", "outcome") is Outcome.JUSTIFIED
    for typed in ("", "JUSTIFIED", "maybe", None, 3, ["justified"]):
        with pytest.raises(Invalid) as refusal:
            code_of(Outcome, typed, "outcome")
        assert set(refusal.value.problems) == {"outcome"}


@pytest.mark.parametrize(
    "words",
    [
        Slice,
        SharingPurpose,
        HowGiven,
        Proof,
        Norm,
        LegalReason,
        NotSharedReason,
        BlockReason,
        BreakGlassReason,
        Outcome,
        GrantState,
        BreakGlassState,
    ],
)
def test_every_code_that_a_person_reads_has_its_italian_word(words):
    assert [code for code, label in labels_of(words) if not label] == []
    assert len({label_of(word) for word in words}) == len(words)


def test_an_enum_without_words_is_an_error_of_the_caller():
    with pytest.raises(KeyError):
        label_of(Basis.CONSENT)
