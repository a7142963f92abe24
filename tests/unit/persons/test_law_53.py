# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The five data of law 53/2022: from an episode to a row and to FHIR, where unknown stays unknown."""

import json
from datetime import UTC, datetime

import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import given
from hypothesis import strategies as st

from approdo.persons.rules import Answers, law_53
from approdo.persons.rules.codes import relations, violence_types

NOW = datetime(2026, 11, 28, 2, 20, tzinfo=UTC)
ITEMS = ("escalation", "weapon", "could_kill", "beaten_pregnant", "jealousy")
WHOLE = Answers(
    {
        "day": "2026-11-27",
        "relation": "ex_spouse_cohabitant",
        "types": ("physical", "psychological"),
        "children_present": "yes",
        "stalking": "no",
        "account": "Racconto canarino",
    }
)
ALL_SAID = dict.fromkeys(ITEMS, "no") | {"weapon": "yes"}


def test_a_whole_episode_is_a_whole_row() -> None:
    row = law_53.five_data(WHOLE, ITEMS, ALL_SAID)
    assert row.complete
    assert law_53.table("Airone 42", [row]) == [
        ["alias", "day", "relation", "violence_types", "children_present", "stalking", *(f"da5_{x}" for x in ITEMS)],
        ["Airone 42", "2026-11-27", "ex_spouse_cohabitant", "physical,psychological", "yes", "no",
         "no", "yes", "no", "no", "no"],
    ]  # fmt: skip


@pytest.mark.parametrize("episode", [Answers({"day": "2026-11-27"}), Answers({}, frozenset({"relation", "stalking"}))])
def test_what_nobody_said_or_she_would_not_say_is_unknown_and_never_no(episode: Answers) -> None:
    row = law_53.five_data(episode, ITEMS, {})
    assert not row.complete
    assert set(law_53.table("Airone 42", [row])[1][2:]) == {"unknown"}
    items = law_53.fhir("Airone 42", [row], NOW)["entry"][0]["resource"]["item"]
    assert [item["linkId"] for item in items if "answer" in item] == (["day"] if episode.given else [])


@pytest.mark.parametrize("missing", ["relation", "types", "children_present", "stalking"])
def test_one_thing_that_is_missing_makes_it_incomplete(missing: str) -> None:
    given = {name: said for name, said in WHOLE.given.items() if name != missing}
    assert not law_53.five_data(Answers(given), ITEMS, ALL_SAID).complete


def test_an_indicator_that_is_missing_makes_it_incomplete_and_one_of_another_tool_is_left_out() -> None:
    row = law_53.five_data(WHOLE, ITEMS, {"weapon": "yes", "somebody_elses": "yes", "jealousy": "maybe"})
    assert not row.complete
    assert dict(row.indicators) == dict.fromkeys(ITEMS, "unknown") | {"weapon": "yes"}


def test_without_any_indicator_it_is_not_complete() -> None:
    assert not law_53.five_data(WHOLE, (), {}).complete


def test_no_row_has_the_account_nor_has_the_document() -> None:
    row = law_53.five_data(WHOLE, ITEMS, ALL_SAID)
    assert "canarino" not in json.dumps([law_53.table("Airone 42", [row]), law_53.fhir("Airone 42", [row], NOW)])


def test_the_document_is_fhir_and_says_who_she_is_by_alias_only() -> None:
    row = law_53.five_data(WHOLE, ITEMS, ALL_SAID)
    bundle = Bundle.model_validate_json(json.dumps(law_53.fhir("Airone 42", [row], NOW)))
    response = bundle.entry[0].resource
    assert response.status == "completed"
    assert response.subject.identifier.value == "Airone 42"
    assert response.subject.display is None
    said = {item.linkId: item.answer for item in response.item}
    assert said["relation"][0].valueCoding.code == "ex_spouse_cohabitant"
    assert [one.valueCoding.display for one in said["violence_types"]] == ["fisica", "psicologica"]
    assert (said["children_present"][0].valueBoolean, said["da5_jealousy"][0].valueBoolean) == (True, False)


SAID = st.sampled_from(["yes", "no"])


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "day": st.dates().map(lambda day: day.isoformat()),
            "relation": st.sampled_from(sorted(relations())),
            "types": st.lists(st.sampled_from(sorted(violence_types())), min_size=1, unique=True).map(tuple),
            "children_present": SAID,
            "stalking": SAID,
        },
    ),
    st.dictionaries(st.sampled_from(ITEMS), SAID),
)
def test_whatever_was_said_is_valid_fhir_and_only_the_whole_of_it_completed(
    given: dict[str, str | tuple[str, ...]], indicators: dict[str, str]
) -> None:
    row = law_53.five_data(Answers(given), ITEMS, indicators)
    bundle = Bundle.model_validate_json(json.dumps(law_53.fhir("Airone 42", [row, row], NOW)))
    whole = len(given.keys() - {"day"}) == 4 and len(indicators) == len(ITEMS)
    assert [entry.resource.status for entry in bundle.entry] == ["completed" if whole else "in-progress"] * 2
    assert row.complete is whole


def test_no_episode_is_a_head_alone() -> None:
    assert len(law_53.table("Airone 42", [])) == 1
