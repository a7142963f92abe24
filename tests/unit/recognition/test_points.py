# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table that ships, row by row, worked out by hand from recognition-and-risk.md, 3a and 3c."""

from datetime import UTC, datetime, timedelta

import pytest

from approdo.recognition.rules import Band, Code, Detector, Sign, System, Verdict, Visit, read_code, recognise
from approdo.recognition.selectors import table

NINE, TEN = System.ICD_9_CM, System.ICD_10
NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)


def visit(*said: str | Sign, at: datetime = NOW, name: str = "now", usual: System = NINE, **more: bool) -> Visit:
    """A visit by what it says, codes as text."""
    codes = frozenset(read_code(one, usual=usual) for one in said if not isinstance(one, Sign))
    return Visit("p", name, "Nord", at, codes, frozenset(one for one in said if isinstance(one, Sign)), **more)


def ago(days: float, *said: str | Sign, **more: bool) -> Visit:
    return visit(*said, at=NOW - timedelta(days=days), name=f"{days} days ago", **more)


def verdict(*visits: Visit, **said: tuple[str, ...]) -> Verdict:
    return recognise(table(), visits, said)


def lines(found: Verdict) -> dict[str, int]:
    return {line.key: line.points for line in found.evidence}


SAID = {
    "definite": ["995.80", "995.81", "995.82", "995.83", "995.84", "995.85", "E967.0", "E967.3", "E967.9", "V61.11",
                 "T74.0", "T74.9", "Y07.0", "Y07.9", "Y06", "T74.1XXA", "Y07.01"],
    "definite_child": ["995.50", "995.54", "995.59", "V61.21"],
    "sexual": ["E960.1", "V71.5", "Y05"],
    "assault": ["E960.0", "E961", "E966", "E968.2", "E969", "X85", "X99", "Y00", "Y04", "Y08", "Y09"],
    "strangulation": ["994.7", "E963", "T71", "X91"],
    "probable": ["V71.6", "V71.81", "Z04.4", "Z04.5", "T76.11", "Z69.11", "O9A.3", "O9A.511"],
}  # fmt: skip


@pytest.mark.parametrize(("key", "code"), [(key, code) for key, codes in SAID.items() for code in codes])
def test_a_code_that_says_it_is_enough(key: str, code: str) -> None:
    found = verdict(visit(code))
    assert found.band is Band.IMMEDIATE
    line = next(line for line in found.evidence if line.key == key)
    assert (line.detector, line.points, line.visit) == (Detector.SAID, 0, "now")
    assert line.what.endswith(code)


@pytest.mark.parametrize("code", ["V15.41", "V15.42", "V15.49", "V61.10", "Z63.0", "Z91.41", "Z91.411"])
def test_a_history_or_something_possible_is_no_reason(code: str) -> None:
    assert verdict(visit(code)) == Verdict("now", 0, Band.NONE, ())


@pytest.mark.parametrize("code", ["V61.12", "V61.22", "V62.83"])
def test_a_code_of_who_does_it_never_counts(code: str) -> None:
    assert verdict(visit(code)) == Verdict("now", 0, Band.NONE, ())
    assert verdict(ago(10, code), visit("462")) == Verdict("now", 0, Band.NONE, ())


def test_the_same_letters_are_somebody_in_a_lorry_where_icd_10_is_usual() -> None:
    assert verdict(visit("V61.11", usual=TEN)) == Verdict("now", 0, Band.NONE, ())
    assert verdict(visit("V71.5", usual=TEN)).band is Band.NONE


@pytest.mark.parametrize("sign", [Sign.VIOLENCE_BY_OTHERS, Sign.KNOWN_TO_NETWORK])
def test_a_field_that_says_it_is_enough(sign: Sign) -> None:
    found = verdict(visit(sign))
    assert found.band is Band.IMMEDIATE
    assert [(line.key, line.what, line.points) for line in found.evidence] == [(sign, sign, 0)]


def test_each_thing_that_a_note_says_is_a_line_and_never_its_words() -> None:
    found = verdict(visit("462"), now=("pushed", "afraid"))
    assert found.band is Band.IMMEDIATE
    assert [(line.key, line.what) for line in found.evidence] == [
        ("words:afraid", "afraid"),
        ("words:pushed", "pushed"),
    ]


SHOWN = [
    ("the face", ["802.0"], {"head_face_neck": 2}),
    ("a whiplash", ["S13.4"], {"head_face_neck": 2}),
    ("the face, in a road accident", ["802.0", "E816.0"], {}),
    ("the face, in a road accident of the other system", ["S02.2", "V43.5XXA"], {}),
    ("the face, as a fall that nobody saw", ["802.0", "E885.9"], {"head_face_neck": 2}),
    ("the face, its cause established", ["802.0", Sign.CAUSE_VERIFIED], {}),
    ("an arm", ["813.41"], {}),
    ("the trunk", ["807.0"], {}),
    ("an arm and the trunk", ["S52.5", "S22.3"], {"body_regions": 1}),
    ("the face and an arm", ["802.0", "S52.5"], {"body_regions": 1, "head_face_neck": 2}),
    ("one code for arm and leg", ["T00.6"], {"body_regions": 1}),
    ("twice the face", ["802.0", "S00.5"], {"head_face_neck": 2}),
    ("only a leg", ["845.00"], {"lower_limb_only": -2}),
    ("a leg and who knows where else", ["845.00", "919.0"], {}),
    ("a leg and an arm", ["S93.4", "S52.5"], {"body_regions": 1}),
    ("pregnant, with a bruise", ["V22.1", "922.1"], {"pregnant": 1}),
    ("pregnant by a sign, with what does not fit", [Sign.PREGNANT, Sign.VAGUE_EXPLANATION], {"pregnant": 1}),
    ("pregnant and well", ["V22.1", "640.0"], {}),
    ("what does not fit, and no pregnancy", [Sign.VAGUE_EXPLANATION], {}),
    ("cues that are counted only", [Sign.DELAYED_CARE, Sign.LEFT_BEFORE_SEEN, Sign.INTRUSIVE_COMPANION],
     {"delayed_care": 0, "left_before_seen": 0, "intrusive_companion": 0}),
    ("a sore throat", ["462"], {}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "said", "expected"), SHOWN, ids=[name for name, *_rest in SHOWN])
def test_what_a_visit_shows(name: str, said: list[str | Sign], expected: dict[str, int]) -> None:
    found = verdict(visit(*said))
    assert lines(found) == expected
    assert found.points == sum(expected.values())
    assert all(line.detector is Detector.SHOWN for line in found.evidence)


HISTORY = [
    *[("self_harm", one, 2) for one in ("E950.0", "E958.9", "X61", "X84", "T14.91", Sign.SELF_HARM)],
    *[("psychiatric", one, 2) for one in ("311", "309.81", "296.2", "F32.1", "F43.1", Sign.PSYCHIATRIC_ADMISSION)],
    *[("alcohol", one, 2) for one in ("303.9", "305.0", "571.2", "E860.0", "F10.2", "K70.3", "T51.0")],
    *[("adjustment_anxiety", one, 1) for one in ("309.0", "300.00", "308", "F41.1", "F43.2")],
]


@pytest.mark.parametrize(("key", "said", "points"), HISTORY)
def test_what_accumulates_counts_for_24_months_to_the_second(key: str, said: str | Sign, points: int) -> None:
    assert lines(verdict(visit(said))) == {key: points}
    edge = verdict(ago(730, said), visit("462"))
    assert [(line.key, line.visit, line.points) for line in edge.evidence] == [(key, "730 days ago", points)]
    assert verdict(ago(730 + 1 / 86400, said), visit("462")).evidence == ()


def test_the_four_rows_add_four_at_most_and_the_last_ones_lose() -> None:
    found = verdict(ago(3, "E950.0"), ago(2, "311"), visit("303.9", "309.0"))
    assert lines(found) == {
        "self_harm": 2,
        "psychiatric": 2,
        "alcohol": 0,
        "adjustment_anxiety": 0,
        "emergency_visits": 1,
    }
    assert lines(verdict(visit("E950.0", "309.0", "303.9"))) == {"self_harm": 2, "alcohol": 2, "adjustment_anxiety": 0}
    assert lines(verdict(visit("E950.0", "309.0"))) == {"self_harm": 2, "adjustment_anxiety": 1}


@pytest.mark.parametrize(("days", "expected"), [
    ([], {}), ([7], {}), ([7 + 1 / 86400], {2: 1}), ([14, 7], {}), ([16, 8], {3: 2}), ([40, 30, 20], {4: 2}),
    ([730], {2: 1}), ([730 + 1 / 86400], {}), ([733, 728], {2: 1}),
])  # fmt: skip
def test_episodes_are_injuries_more_than_seven_days_apart(days: list[float], expected: dict[int, int]) -> None:
    found = verdict(*(ago(day, "813.41") for day in days), visit("S52.5"))
    told = {int(line.what): line.points for line in found.evidence if line.key == "injury_episodes"}
    assert told == expected


@pytest.mark.parametrize(("visits", "points"), [(1, 0), (2, 0), (3, 1), (4, 1), (5, 2), (9, 2)])
def test_visits_of_twelve_months_count_this_one_too(visits: int, points: int) -> None:
    before = [ago(365 - number, "462") for number in range(visits - 1)]
    found = verdict(*before, ago(365 + 1 / 86400, "462"), visit("462"))
    assert [(line.what, line.points) for line in found.evidence] == ([(str(visits), points)] if points else [])


@pytest.mark.parametrize(("said", "points", "band"), [
    (["813.41", "807.0"], 1, Band.NONE), (["802.0"], 2, Band.NONE), (["802.0", "813.41"], 3, Band.QUIET),
    (["802.0", "813.41", "309.0"], 4, Band.ASK), (["802.0", "311"], 4, Band.ASK), (["845.00"], -2, Band.NONE),
])  # fmt: skip
def test_three_are_a_quiet_marker_and_four_ask(said: list[str], points: int, band: Band) -> None:
    found = verdict(visit(*said))
    assert (found.points, found.band) == (points, band)


@pytest.mark.parametrize("code", ["921.1", "922.1", "372.72", "S00.1", "S00.4", "S10.0", "S20.2", "S30.1", "H11.3"])
def test_a_bruise_where_small_children_do_not_fall_is_a_rule(code: str) -> None:
    assert verdict(visit(code, infant=True)).band is Band.IMMEDIATE
    assert verdict(visit(code, child=True)).band is Band.NONE
    assert "small_child" not in lines(verdict(visit(code)))


@pytest.mark.parametrize("young", ["infant", "child"])
def test_of_a_child_only_what_is_said_is_read(young: str) -> None:
    history = [ago(30 * number, "311", "802.0", **{young: True}) for number in range(1, 6)]
    assert verdict(*history, visit("920", "E950.0", **{young: True})) == Verdict("now", 0, Band.NONE, ())
    assert verdict(visit("995.54", **{young: True})).band is Band.IMMEDIATE


def test_every_code_of_the_table_is_one_that_can_be_read() -> None:
    for system, beginning in [*table().sets, *table().tiers]:
        assert read_code(beginning, told=system) == Code(system, beginning)


def test_regions_of_the_body_share_no_code_but_those_that_name_two() -> None:
    regions = ["injury_head_face_neck", "injury_upper_limb", "injury_trunk", "injury_lower_limb", "injury_elsewhere"]
    mask = sum(table().bit(name) for name in regions)
    both = {place[1] for place, facts in table().sets.items() if (facts & mask).bit_count() > 1}
    assert both == {"T006", "T016", "T026", "T034", "T044"}


def test_nothing_of_who_she_is_can_be_asked_for() -> None:
    allowed = {"age:infant", "age:child", "words"}
    assert {name for name in table().facts if ":" in name and name.split(":")[0] not in {"sign", "tier"}} <= allowed


def test_every_row_says_where_it_comes_from() -> None:
    rows = [*table().rows, *table().counts]
    assert all(row.source for row in rows)
    assert len({row.key for row in rows}) == len(rows)
    assert all(row.points == 0 for row in table().rows if row.immediate)
    assert (table().quiet, table().ask, dict(table().caps)) == (3, 4, {"history": 4})
