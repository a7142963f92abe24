# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The column engine says what the rules of one visit say, line by line, whatever comes."""

import csv
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from tests.factories.histories import (
    COLUMNS,
    DOCUMENT,
    MAPPING,
    NOW,
    WORDS,
    Row,
    in_line,
    rows,
    scored,
    told,
    write_parquet,
)  # fmt: skip

from approdo.recognition.gateways import batch as batches
from approdo.recognition.gateways.batch import Batch, run
from approdo.recognition.gateways.columns import score, weigh
from approdo.recognition.gateways.rows import Rows, Unusable, Words
from approdo.recognition.rules import Evidence, parse_mapping
from approdo.recognition.rules.importing import SENTENCES, Reason
from approdo.recognition.selectors import table

Line = tuple[str, datetime, int, str, tuple[Evidence, ...]]
SOURCE = {"person": "p", "visit": "v", "site": "Nord", "arrived": "2026-01-01 10:00:00", "sex": "F", "born": None,
          "first": "802.0", "second": None, "cause": "", "trauma": None, "state": None, "note": ""}  # fmt: skip


def row(**cells: Any) -> Row:
    return SOURCE | cells


def agree(found: Sequence[Row], source: Path, place: Path, **options: Any) -> int:
    """Assert that both engines say the same of every visit and reject the same rows; return how many lines they say."""
    done, visits, rejected = scored(source, place, **options)
    verdicts, refused = in_line(found)
    batch = sorted(
        (
            one["visit"],
            one["arrived_at"].replace(tzinfo=UTC),
            one["points"],
            one["band"],
            tuple(map(told, one["evidence"])),
        )
        for one in visits
    )
    single = sorted(
        (visit, instant, verdict.points, str(verdict.band), verdict.evidence)
        for (_person, visit, instant), verdict in verdicts.items()
    )
    assert batch == single
    assert {line for line, _column, _reason in rejected} == refused
    assert (done.scored, done.rejected) == (len(single), len(refused))
    return sum(len(one[4]) for one in single)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=some.integers(0, 2**32))
def test_both_engines_say_the_same_of_random_histories(tmp_path: Path, seed: int) -> None:
    found = rows(Random(seed), 40)
    assert agree(found, write_parquet(found, tmp_path / "visits.parquet"), tmp_path)


@pytest.mark.walk
def test_both_engines_say_the_same_of_a_hundred_thousand_histories(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "_PART", 100_000)
    found = rows(Random(20261128), 100_000)
    assert agree(found, write_parquet(found, tmp_path / "visits.parquet"), tmp_path) > 500_000


def test_parts_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_PART", 100)
    found = rows(Random(7), 100)
    assert agree(found, write_parquet(found, tmp_path / "visits.parquet"), tmp_path)


@pytest.mark.parametrize("seed", range(5))
def test_since_some_instant_every_visit_has_the_verdict_it_has_among_all(tmp_path: Path, seed: int) -> None:
    found = rows(Random(seed), 200)
    source = write_parquet(found, tmp_path / "visits.parquet")
    _done, every, _rejected = scored(source, tmp_path)
    arrived = sorted(one["arrived_at"] for one in every)
    for at in (len(arrived) // 2, -20, -1):
        since = arrived[at].replace(tzinfo=UTC)
        done, recent, _rejected = scored(source, tmp_path, since=since)
        expected = [one for one in every if one["arrived_at"] >= arrived[at]]
        assert sorted(recent, key=str) == sorted(expected, key=str)
        assert done.scored == len(expected) > 0


def test_since_some_instant_only_what_it_may_depend_on_is_read(tmp_path: Path) -> None:
    days = (-2, 0, 100, 729, 736, 737, 738, 800)
    history = [row(visit=f"v{day}", arrived=str(datetime(2025, 12, 1, 10) - timedelta(days=day))) for day in days]
    history.append(row(person="another", visit="w", arrived="2025-11-01 10:00:00"))
    source = write_parquet(history, tmp_path / "visits.parquet")
    with duckdb.connect() as connection:
        since = datetime(2025, 12, 1, 9, tzinfo=UTC)
        relation = f"read_parquet('{source}', file_row_number = true)"
        read = Rows(connection, relation, "file_row_number + 1", MAPPING, table(), since)
        found = {visit for (visit,) in connection.execute("SELECT visit FROM recent").fetchall()}
    assert table().farthest_days == 737, "two years, and the week after which another injury is another episode"
    assert {"v-2", "v0", "v100", "v729", "v736", "v737"} <= found
    assert not {"v800", "w"} & found
    assert read.visits == len(found)


def test_each_hour_around_a_change_of_the_clock_is_read_as_by_the_rules(tmp_path: Path) -> None:
    starts = (datetime(2025, 3, 29, 22), datetime(2025, 10, 25, 22))
    hours = [start + timedelta(minutes=minutes) for start in starts for minutes in range(0, 52 * 60, 30)]
    found = [row(visit=f"v{number}", arrived=str(hour)) for number, hour in enumerate(hours)]
    assert agree(found, write_parquet(found, tmp_path / "visits.parquet"), tmp_path)


def test_two_women_under_one_identifier_are_not_added_together(tmp_path: Path) -> None:
    two = [row(born="1980-02-28"), row(visit="w", born=None), row(visit="x", born="1951-02-28", trauma="4")]
    done, visits, rejected = scored(write_parquet(two, tmp_path / "visits.parquet"), tmp_path)
    assert rejected == [(3, "born", SENTENCES[Reason.TWO_PEOPLE])]
    assert {one["visit"]: one["band"] for one in visits} == {"v": "none", "w": "none"}
    assert done.scored == 2


def test_a_csv_file_is_read_as_well(tmp_path: Path) -> None:
    found = rows(Random(8), 200)
    source = tmp_path / "visits.csv"
    with source.open("w", newline="", encoding="utf-8-sig") as file:
        write = csv.DictWriter(file, COLUMNS, delimiter="|")
        write.writeheader()
        write.writerows(found)
    done, visits, rejected = scored(source, tmp_path)
    verdicts, refused = in_line(found)
    assert sorted(one["points"] for one in visits) == sorted(one.points for one in verdicts.values())
    assert {line for line, _column, _reason in rejected} == {number + 1 for number in refused}, "after the header"
    assert done.scored == len(verdicts)


def test_instants_and_births_may_have_types_of_their_own(tmp_path: Path) -> None:
    found = [one for one in rows(Random(9), 200) if in_line([one])[0]]
    write_parquet(found, tmp_path / "text.parquet")
    for kind in ("TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMPTZ"):
        source = tmp_path / f"{kind}.parquet"
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'Europe/Rome'")
            connection.execute(
                f"COPY (SELECT * REPLACE (arrived::{kind} AS arrived, born::DATE AS born) "
                f"FROM '{tmp_path / 'text.parquet'}') TO '{source}' (FORMAT parquet)"
            )
        assert agree(found, source, tmp_path)


def test_two_persons_under_one_hash_are_told_apart() -> None:
    """No two texts with one hash are known, so the hash is made blind here: everybody has the same."""
    with duckdb.connect() as connection:
        connection.execute("CREATE MACRO hash(x) AS 7::UBIGINT")
        connection.execute(
            "CREATE TEMP TABLE visit (person TEXT, visit TEXT, site TEXT, instant BIGINT, facts BIGINT, line BIGINT)"
        )
        day = 86_400_000_000
        told_of = table().bit("tier:definite")
        for line, (person, at, facts) in enumerate([("a", 1, told_of), ("b", 2, 0), ("a", 3, 0), ("b", 400, 0)]):
            connection.execute("INSERT INTO visit VALUES ($1, 'v', 's', $2, $3, $4)", [person, at * day, facts, line])
        assert score(connection, table(), explain=True) == []
        weigh(connection, table())
        found = connection.execute("SELECT line, hit FROM scored ORDER BY line").fetchall()
    assert found == [(0, 1), (1, 0), (2, 1), (3, 0)]


def test_a_row_twice_is_one_visit_and_the_second_is_told(tmp_path: Path) -> None:
    twice = [row(), row(), row(visit="w"), row(first="995.81")]
    done, visits, rejected = scored(write_parquet(twice, tmp_path / "visits.parquet"), tmp_path)
    assert (done.scored, done.rejected) == (2, 2)
    assert rejected == [(2, "visit", TWICE), (4, "visit", TWICE)]
    assert {one["band"] for one in visits} == {"none"}, "the code of a row that was refused counts for nothing"


TWICE = "Questo accesso c'è già, in una riga di prima."


def test_what_is_rejected_says_where_and_why_and_nothing_of_what_stood_there(tmp_path: Path) -> None:
    secret = "Maria-canary"
    bad = [row(first=secret), row(visit="w", arrived=secret), row(visit="x", born=secret), row(visit="y", person=" ")]
    _done, visits, rejected = scored(write_parquet([*bad, row(visit="z")], tmp_path / "visits.parquet"), tmp_path)
    assert [(line, column) for line, column, _reason in rejected] == [
        (1, "first"),
        (2, "arrived"),
        (3, "born"),
        (4, "person"),
    ]
    assert [one["visit"] for one in visits] == ["z"]
    assert secret not in (tmp_path / "rejected.csv").read_text()
    assert secret.encode() not in (tmp_path / "flags.parquet").read_bytes()


def test_no_person_and_no_note_is_in_what_is_written(tmp_path: Path) -> None:
    source = write_parquet([row(person="person-canary", note="pugni canary")], tmp_path / "visits.parquet")
    _done, visits, _rejected = scored(source, tmp_path)
    assert [line["key"] for line in visits[0]["evidence"]] == ["head_face_neck", "words:pugni"]
    assert b"canary" not in (tmp_path / "flags.parquet").read_bytes()
    assert [one.name for one in tmp_path.iterdir() if "parts" in one.name] == [], "nothing of the way is left behind"


def test_only_notes_with_a_trigger_are_read(tmp_path: Path) -> None:
    heard: list[str] = []

    def read(note: str) -> tuple[str, ...]:
        heard.append(note)
        return ()

    notes = ["PUGNI in faccia", "mal di gola", "un pu+no", ""]
    source = write_parquet([row(visit=str(n), note=note) for n, note in enumerate(notes)], tmp_path / "visits.parquet")
    scored(source, tmp_path, words=Words(read, ("pugni", "pu+no")))
    assert sorted(heard) == ["PUGNI in faccia", "un pu+no"]


class Broken(Exception):
    """What breaks a run off."""


def test_a_run_that_was_broken_off_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_PART", 80)
    found = rows(Random(10), 100)
    source = write_parquet(found, tmp_path / "visits.parquet")
    options = (source, tmp_path / "flags.parquet", tmp_path / "rejected.csv", MAPPING, table(), NOW, True, WORDS)
    parts: list[int] = []
    score_part = batches._score_part

    def counted(*arguments: Any) -> None:
        parts.append(arguments[4])
        score_part(*arguments)

    def break_off(done: int, _steps: int) -> None:
        if done == 3 * batches._STEPS:
            raise Broken

    monkeypatch.setattr(batches, "_score_part", counted)
    with pytest.raises(Broken):
        run(Batch(*options), break_off)
    assert parts == [0, 1, 2]
    assert not (tmp_path / "flags.parquet").exists()
    (tmp_path / "flags.parquet.parts" / "00003.parquet.half").write_bytes(b"half a part")
    assert agree(found, source, tmp_path)
    assert parts[:4] == [0, 1, 2, 3], "what was done is not done again"


@pytest.mark.parametrize("change", ["the file", "the question"])
def test_what_was_done_of_another_file_or_question_is_thrown_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr(batches, "_PART", 1)
    source = write_parquet([row(visit="a"), row(visit="b", person="q")], tmp_path / "visits.parquet")

    def break_off(done: int, _steps: int) -> None:
        if done == batches._STEPS:
            raise Broken

    options = (source, tmp_path / "flags.parquet", tmp_path / "rejected.csv", MAPPING, table(), NOW)
    with pytest.raises(Broken):
        run(Batch(*options, explain=False), break_off)
    if change == "the file":
        write_parquet([row(visit="c"), row(visit="d", person="q")], source)
        os.utime(source, (1, 1))
    _done, visits, _rejected = scored(source, tmp_path, explain=change == "the question", words=None)
    assert {one["visit"] for one in visits} == ({"c", "d"} if change == "the file" else {"a", "b"})
    assert all(("evidence" in one) is (change == "the question") for one in visits)


def test_a_file_that_does_not_fit_its_mapping_is_refused_whole(tmp_path: Path) -> None:
    source = tmp_path / "visits.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT 1.5 AS person, 'v' AS visit, 's' AS site, true AS arrived, 'F' AS sex, 3 AS born, "
            f"'x' AS first, '' AS second, '' AS cause, '' AS state, 7 AS note) TO '{source}' (FORMAT parquet)"
        )
    with pytest.raises(Unusable) as refused:
        scored(source, tmp_path)
    assert [fault.sentence for fault in refused.value.faults] == ["Nel file non c'è la colonna «trauma»."]
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT *, '' AS trauma FROM '{source}') TO '{source}.2' (FORMAT parquet)")
    os.replace(f"{source}.2", source)
    with pytest.raises(Unusable) as refused:
        scored(source, tmp_path)
    assert [fault.column for fault in refused.value.faults] == ["person", "arrived", "born", "note"]
    assert not (tmp_path / "flags.parquet").exists()
    assert not (tmp_path / "flags.parquet.parts").exists()


def test_codes_that_are_numbers_are_told_row_by_row(tmp_path: Path) -> None:
    source = tmp_path / "visits.parquet"
    write_parquet([row(), row(visit="w", first=None)], tmp_path / "text.parquet")
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT * REPLACE (first::DOUBLE AS first) FROM '{tmp_path / 'text.parquet'}') "
            f"TO '{source}' (FORMAT parquet)"
        )
    _done, visits, rejected = scored(source, tmp_path)
    assert [one["visit"] for one in visits] == ["w"]
    assert [(line, column) for line, column, _reason in rejected] == [(1, "first")]


def test_one_broken_quote_in_many_lines_costs_its_own_line(tmp_path: Path) -> None:
    source, many, broken = tmp_path / "visits.csv", 20_000, 5_000
    document = {"format": 1, "title": "x", "site": "Nord", "columns": {
        "person": "who", "visit": "what", "codes": [{"column": "code"}], "note": "note",
        "arrived_at": {"column": "when", "form": "YYYY-MM-DD hh:mm"}}}  # fmt: skip
    with source.open("w", encoding="utf-8") as file:
        notes = {broken: '"never closed', broken + 1: '"on two\nlines"', broken + 2: '"a ""word"""'}
        file.write("who;what;when;code;note\n")
        for number in range(many):
            note = notes.get(number, "plain")
            file.write(f"p{number};v{number};2026-01-01 10:00;920;{note}\n")
        file.write("too;few;columns\n")
    batch = Batch(source, tmp_path / "f.parquet", tmp_path / "r.csv", parse_mapping(document), table(), NOW)
    done = run(batch, lambda _done, _all: None)
    assert (done.scored, done.rejected) == (many - 1, 2)
    assert (tmp_path / "r.csv").read_text().splitlines()[1:] == [
        f"{broken + 2},,Le virgolette di questa riga non si chiudono.",
        f"{many + 3},,Questa riga non ha tante colonne quante l'intestazione.",
    ]


def test_a_quote_that_closes_far_below_does_not_swallow_what_lies_between(tmp_path: Path) -> None:
    source = tmp_path / "visits.csv"
    notes = ['"opened here', *["plain"] * 60, 'and closed here"']
    lines = [
        ",".join(str(cell or "") for cell in row(visit=str(n), note=note).values()) for n, note in enumerate(notes)
    ]
    source.write_text("\n".join([",".join(COLUMNS), *lines]) + "\n", encoding="utf-8")
    done, _visits, rejected = scored(source, tmp_path)
    assert (done.scored, [line for line, *_rest in rejected]) == (60, [2, 63])


def test_a_line_that_is_no_text_is_told_and_the_others_go_in(tmp_path: Path) -> None:
    source = tmp_path / "visits.csv"
    lines = [",".join(COLUMNS), *(",".join(str(cell or "") for cell in row(visit=name).values()) for name in "ab")]
    source.write_bytes("\n".join([*lines, lines[1].replace("Nord", "Forlì")]).encode("latin-1"))
    done, _visits, rejected = scored(source, tmp_path)
    assert done.scored == 2
    assert rejected == [(4, None, "Questa riga non è scritta in UTF-8.")]


def test_progress_ends_where_all_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_PART", 10)
    told_of: list[tuple[int, int]] = []
    source = write_parquet([row(visit=str(n), person=str(n)) for n in range(35)], tmp_path / "visits.parquet")
    run(Batch(source, tmp_path / "f.parquet", None, MAPPING, table(), NOW), lambda *one: told_of.append(one))
    assert told_of == [(done, 12) for done in range(13)], "four parts of three steps"


@pytest.mark.parametrize(("note", "words", "parts"), [("note", WORDS, 4), ("note", None, 1), (None, WORDS, 1)])
def test_where_notes_are_read_a_part_is_small_as_a_run_that_is_broken_off_loses_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, note: str | None, words: Words | None, parts: int
) -> None:
    monkeypatch.setattr(batches, "_PART_OF_NOTES", 10)
    columns = {name: what for name, what in DOCUMENT["columns"].items() if name != "note" or note}
    mapping = parse_mapping(DOCUMENT | {"columns": columns})
    told_of: list[tuple[int, int]] = []
    source = write_parquet([row(visit=str(n), person=str(n)) for n in range(35)], tmp_path / "visits.parquet")
    batch = Batch(source, tmp_path / "f.parquet", None, mapping, table(), NOW, words=words)
    run(batch, lambda *one: told_of.append(one))
    assert {steps for _done, steps in told_of} == {parts * batches._STEPS}


def test_an_empty_file_is_scored_to_nothing(tmp_path: Path) -> None:
    done, visits, rejected = scored(write_parquet([], tmp_path / "visits.parquet"), tmp_path)
    assert (done.scored, visits, rejected) == (0, [], [])


def test_a_mapping_may_name_one_site_and_nothing_but_what_must_be(tmp_path: Path) -> None:
    columns = {name: DOCUMENT["columns"][name] for name in ("person", "visit", "arrived_at", "codes")}
    document = {"format": 1, "title": "x", "site": "L'Aquila", "usual_system": "ICD-9-CM", "columns": columns}
    mapping = parse_mapping(document)
    source = write_parquet([row(sex="M", note="pugni")], tmp_path / "visits.parquet")
    run(Batch(source, tmp_path / "f.parquet", None, mapping, table(), NOW), lambda *_one: None)
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT site, arrived_at, points FROM '{tmp_path / 'f.parquet'}'").fetchall()
    assert found == [("L'Aquila", datetime(2026, 1, 1, 9), 2)]


def test_the_last_second_before_now_is_past_and_the_next_is_not(tmp_path: Path) -> None:
    at = NOW + timedelta(hours=1)  # of the wall, in winter
    later = [row(visit="a", arrived=at.strftime("%Y-%m-%d %H:%M:%S")),
             row(visit="b", arrived=(at + timedelta(seconds=1)).strftime("%Y-%m-%d %H:%M:%S"))]  # fmt: skip
    _done, visits, rejected = scored(write_parquet(later, tmp_path / "visits.parquet"), tmp_path)
    assert [one["visit"] for one in visits] == ["a"]
    assert rejected == [(2, "arrived", "È nel futuro.")]
