# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a protocol proposes first on leaving the department: read, refused in words, compared in words, adopted."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories.protocols import document, parsed

from approdo.networks.rules import ServiceKind
from approdo.persons.rules import LEVELS, OPTIONS, SHAPES, Kind
from approdo.protocols.rules import (
    EXIT_LEVEL_LABELS,
    NOT_ASSESSED,
    USUAL_EXITS,
    ExitOption,
    Problem,
    RiskLevel,
    StayHours,
    adopted,
    compare,
    examine,
    place_of,
    plain,
    problems,
)
from approdo.protocols.rules.composing import in_order, shape_problems, sound_exits, with_exits
from approdo.protocols.rules.sheet import exit_lines, side_by_side
from approdo.protocols.selectors import shipped
from approdo.risk.rules import Outcome

ALL = ["informed", "centre", "network", "safe_place", "stay"]
USUAL = {"low": ["informed", "centre"], "medium": ALL, "high": ALL, "extreme": ALL, "not_assessed": ALL}
OWN = {
    "low": ["centre", "informed"],
    "medium": ["network", "informed", "centre", "safe_place"],
    "high": ["network", "safe_place", "centre", "informed"],
    "extreme": ["network", "safe_place", "centre", "informed", "stay"],
    "not_assessed": ["informed", "centre", "network", "safe_place", "stay"],
    "stay_hours": {"at_least": 12, "at_most": 36},
}
SECTION = "Che cosa si propone all'uscita dal pronto soccorso"


def written(**changed: Any) -> dict[str, Any]:
    """A document with a way out of its own; a change to None leaves an entry out."""
    return document(exits={name: said for name, said in (OWN | changed).items() if said is not None})


def wrong(made: dict[str, Any]) -> list[Problem]:
    return [one for one in problems(made) if one.path.startswith("exits")]


def without(level: str, *options: str) -> dict[str, Any]:
    return written(**{level: [one for one in OWN[level] if one not in options]})


def test_what_a_protocol_says_holds_in_its_order_and_what_it_does_not_say_is_usual() -> None:
    own = parsed(exits=OWN).exits
    assert own.first["medium"] == (
        ExitOption.NETWORK,
        ExitOption.INFORMED,
        ExitOption.CENTRE,
        ExitOption.SAFE_PLACE,
    )
    assert own.stay_hours == StayHours(12, 36)
    assert parsed().exits == USUAL_EXITS
    assert wrong(written()) == wrong(document()) == []


def test_the_usual_is_what_the_decree_says_and_says_no_hours() -> None:
    assert {level: [*map(str, said)] for level, said in USUAL_EXITS.first.items()} == USUAL
    assert USUAL_EXITS.stay_hours is None
    assert parsed(exits=USUAL).exits == USUAL_EXITS
    assert wrong(document(exits=USUAL)) == []


def test_a_protocol_an_exit_and_an_assessment_know_the_same_codes() -> None:
    assert list(OPTIONS) == [*ExitOption]
    assert list(LEVELS) == list(EXIT_LEVEL_LABELS) == [*RiskLevel, NOT_ASSESSED]
    assert {f"option_{code}" for code in ExitOption} <= {field.name for field in SHAPES[Kind.EXIT].fields}
    assert {*map(str, RiskLevel)} <= {*map(str, Outcome)}


REFUSED = {
    "an unknown option": (written(low=["informed", "centre", "taxi"]), "exits.low[2]", "«taxi» non è una parola"),
    "an option twice": (written(low=["informed", "centre", "centre"]), "exits.low", "voce ripetuta"),
    "a class left out": (written(high=None), "exits", "Manca la voce «high»"),
    "nobody has assessed left out": (written(not_assessed=None), "exits", "Manca la voce «not_assessed»"),
    "a class of nobody": (written(severe=ALL), "exits.severe", "La voce «severe» non esiste"),
    "no centre": (without("low", "centre"), "exits.low", "manca «centre»"),
    "no information": (without("extreme", "informed"), "exits.extreme", "manca «informed»"),
    "no network at a medium risk": (without("medium", "network"), "exits.medium", "manca «network»"),
    "no network while nobody has assessed": (
        without("not_assessed", "network"),
        "exits.not_assessed",
        "Rischio «not_assessed»: manca «network»",
    ),
    "nowhere to be tonight": (without("medium", "safe_place"), "exits.medium", "manca dove stare stanotte"),
    "less at a worse risk": (
        written(high=["network", "centre", "informed", "stay"]),
        "exits.high",
        "manca «safe_place», che si propone con un rischio «medium»",
    ),
    "less while nobody has assessed": (
        without("not_assessed", "stay"),
        "exits.not_assessed",
        "manca «stay», che si propone con un rischio «extreme»",
    ),
    "hours the wrong way round": (written(stay_hours={"at_least": 72, "at_most": 36}), "exits.stay_hours", "ordine"),
    "half the hours": (written(stay_hours={"at_least": 36}), "exits.stay_hours", "Manca la voce «at_most»"),
    "no hour": (written(stay_hours={"at_least": 0, "at_most": 3}), "exits.stay_hours.at_least", "il minimo è 1"),
    "half an hour": (written(stay_hours={"at_least": 1.5, "at_most": 3}), "exits.stay_hours.at_least", "intero"),
    "more than two weeks": (written(stay_hours={"at_least": 1, "at_most": 337}), "exits.stay_hours.at_most", "336"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_would_be_dangerous_is_refused_at_its_place(case: str) -> None:
    made, path, sentence = REFUSED[case]
    assert [(one.path, sentence in one.sentence) for one in wrong(made)] == [(path, True)]
    assert place_of(wrong(made)[0]).entry == "exits"
    assert sound_exits(made) == USUAL_EXITS, "a draft is read with the usual meanwhile"


@pytest.mark.parametrize("case", REFUSED)
def test_no_word_of_the_text_is_said_on_a_page(case: str) -> None:
    made = REFUSED[case][0]
    if shape_problems(made):
        return  # no page could show it: it is refused as a text, with the words of the text
    said = plain(wrong(made)[0]).sentence
    assert not any(f"«{word}»" in said for word in (*ExitOption, *EXIT_LEVEL_LABELS)), said


def test_an_empty_class_is_asked_for_with_everything_that_is_always_proposed() -> None:
    said = " ".join(one.sentence for one in wrong(written(high=[])))
    assert "L'elenco è vuoto" in said
    assert all(f"manca «{option}»" in said for option in ("informed", "centre", "network"))


@pytest.mark.parametrize("hours", [None, {"at_least": 24, "at_most": 24}, {"at_least": 1, "at_most": 336}])
def test_hours_may_be_left_out_or_be_one_number(hours: dict[str, int] | None) -> None:
    assert wrong(written(stay_hours=hours)) == []


_LEFT_OUT = st.sampled_from([frozenset(), *(frozenset({one}) for one in ALL), frozenset({"safe_place", "stay"})])


@given(st.fixed_dictionaries(dict.fromkeys(EXIT_LEVEL_LABELS, _LEFT_OUT)))
def test_whatever_is_let_through_leaves_nobody_alone(left_out: dict[str, frozenset[str]]) -> None:
    said = {level: [one for one in ALL if one not in lost] for level, lost in left_out.items()}
    if wrong(document(exits=said)):
        return
    first = [set(parsed(exits=said).exits.first[level]) for level in EXIT_LEVEL_LABELS]
    assert all({"informed", "centre"} <= one for one in first)
    assert all("network" in one and one & {"safe_place", "stay"} for one in first[1:])
    assert all(milder <= worse for milder, worse in pairwise(first))


_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from([*map(str, ExitOption)]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*EXIT_LEVEL_LABELS, "stay_hours", "at_least", "at_most", "x"]), inner)
    ),
    max_leaves=12,
)


@given(_JUNK)
def test_whatever_stands_there_is_refused_and_nothing_breaks(junk: Any) -> None:
    made = document() | {"exits": junk}
    assert wrong(made) or parsed(**made).exits


def test_it_is_written_and_taken_out_again() -> None:
    assert with_exits(document(), OWN)["exits"] == OWN
    assert "exits" not in with_exits(written(), None)
    assert list(in_order(document(exits=dict(reversed(OWN.items()))))["exits"]) == [*EXIT_LEVEL_LABELS, "stay_hours"]


def test_two_protocols_are_compared_in_words_order_and_hours_included() -> None:
    other = OWN | {"low": ["informed", "centre"], "stay_hours": {"at_least": 24, "at_most": 24}}
    sections = side_by_side(parsed(exits=OWN), parsed(exits=other), {})
    (section,) = (one for one in sections if not one.same)
    assert section.title.message == SECTION
    assert [line.label for line in section.lines if not line.same] == ["basso", "Quanto si può restare"]
    said = {line.label: [phrase.message % phrase.values for phrase in line.after] for line in section.lines}
    assert said["basso"][1] == "Che il centro la incontri o la richiami"
    assert said["Quanto si può restare"] == ["per 24 ore"]
    assert exit_lines(parsed(exits=OWN).exits)["Quanto si può restare"][0].values == {"least": 12, "most": 36}
    assert [one.path for one in compare(written(), document(exits=other))] == [
        "exits.low",
        "exits.stay_hours.at_least",
        "exits.stay_hours.at_most",
    ]


def test_without_hours_no_hours_are_said() -> None:
    assert set(exit_lines(USUAL_EXITS)) == set(EXIT_LEVEL_LABELS.values())


@pytest.mark.parametrize("model", sorted(shipped()))
def test_every_shipped_protocol_says_its_own_and_leaves_the_hours_to_the_network(model: str) -> None:
    found = examine(shipped()[model])
    assert found.document is not None
    assert found.parsed is not None
    assert found.problems == []
    assert found.document["exits"]
    assert found.parsed.exits.stay_hours is None


def test_another_networks_options_come_and_its_hospitals_hours_do_not() -> None:
    made, said = adopted(written() | {"network": "river"}, "lake", frozenset(ServiceKind))
    assert made["exits"] == {name: one for name, one in OWN.items() if name != "stay_hours"}
    assert [one.path for one in said] == ["exits.stay_hours"]
    assert wrong(made) == []
