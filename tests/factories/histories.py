# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Random histories made to be hard: instants that meet, edges of windows to the second, two systems, men, children."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from approdo.recognition.gateways.batch import Batch, Done, run
from approdo.recognition.gateways.rows import Words
from approdo.recognition.rules import Detector, Evidence, Verdict, Visit, parse_mapping, read_row, recognise
from approdo.recognition.selectors import table

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
ROME = ZoneInfo("Europe/Rome")
DOCUMENT: dict[str, Any] = {
    "format": 1,
    "title": "Invented",
    "usual_system": "ICD-9-CM",
    "columns": {
        "person": "person",
        "visit": "visit",
        "site": "site",
        "arrived_at": {"column": "arrived", "form": "YYYY-MM-DD hh:mm:ss"},
        "women": {"column": "sex", "values": ["F"]},
        "born": {"column": "born", "form": "YYYY-MM-DD"},
        "codes": [{"column": "first"}, {"column": "second"}, {"column": "cause", "separator": ";"}],
        "signs": {
            "violence_by_others": [{"column": "trauma", "values": ["4"]}],
            "self_harm": [{"column": "trauma", "values": ["5"]}],
            "pregnant": [{"column": "state", "values": ["G"]}],
            "cause_verified": [{"column": "state", "values": ["V"]}],
            "known_to_network": [{"column": "state", "values": ["K"]}],
            "delayed_care": [{"column": "state", "values": ["D"]}],
            "vague_explanation": [{"column": "state", "values": ["X"]}],
        },
        "note": "note",
    },
}
MAPPING = parse_mapping(DOCUMENT)
COLUMNS = ("person", "visit", "site", "arrived", "sex", "born", "first", "second", "cause", "trauma", "state", "note")
CODES = (
    *("802.0", "8020", "S02.2", "873.4", "s00.5", "920", "S13.4"),
    *("813.41", "S52.5", "881.0", "807.0", "S22.3", "922.1", "845.00", "S93.4", "824.8", "T14.1", "919.0", "T00.6"),
    *("995.81", "99580", "T74.1", "E967.3", "V61.11", "V6112", "E960.1", "Y05", "X85", "E968.2", "V71.6", "Z04.5"),
    *("V15.41", "Z63.0", "994.7", "T71", "X91", "E963", "E969", "995.54", "Z91.41"),
    *("E950.0", "X61", "311", "F32.1", "309.81", "F43.1", "303.9", "F10.2", "309.0", "300.00", "F41.1", "300.4"),
    *("V22.1", "O26.8", "640.0", "E816.0", "V43.5XXA", "E885.9", "W01", "921.0", "S00.1", "S10", "S00.4"),
    *("789.0", "R10.4", "462", "J02.9", "599.0"),
)
SAID = frozenset(CODES[19:40])
NOTES = ("", "", "", "riferisce pugni", "PUGNI e calci dal compagno", "nega, nessun trauma", "calci")
STEPS = tuple(
    timedelta(days=days, seconds=seconds) for days in (0, 1, 7, 30, 180, 365, 730) for seconds in (-1, 0, 0, 1)
)
WORDS = Words(lambda note: tuple(key for key in ("pugni", "calci") if key in note.lower()), ("pugn", "calc"))

Row = dict[str, Any]


def rows(random: Random, histories: int) -> list[Row]:
    """Rows of so many persons, shuffled, among them men, children and rows that nobody can read."""
    made = [row for person in range(histories) for row in _history(random, f"p{person}")]
    random.shuffle(made)
    return made


def _history(random: Random, person: str) -> list[Row]:
    arrived = datetime(2021, 1, 1, tzinfo=UTC) + timedelta(seconds=random.randrange(2 * 365 * 86400))
    sex = "M" if random.random() < 0.1 else "F"
    born = date(random.choice((1950, 1980, 2000)), 2, 28)
    if random.random() < 0.2:
        born = arrived.date() - timedelta(days=random.choice((0, 365, 3 * 365, 4 * 365 + 1, 13 * 365)))
    quiet = random.random() < 0.6
    codes = random.sample([code for code in CODES if not (quiet and code in SAID)], random.randrange(1, 8))
    found: list[Row] = []
    for number in range(random.choice((1, 1, 2, 3, 5, 8, 12))):
        found.append(_visit(random, person, f"v{random.randrange(3)}{number}", arrived, sex, born, codes))
        arrived += abs(random.choice(STEPS))
    if random.random() < 0.05:
        found.append(dict(random.choice(found)))
    return found


def _visit(
    random: Random, person: str, visit: str, arrived: datetime, sex: str, born: date, codes: Sequence[str]
) -> Row:
    local = arrived.astimezone(ROME).replace(tzinfo=None)
    row: Row = {
        "person": person if random.random() < 0.9 else f" {person}\t",
        "visit": visit,
        "site": random.choice(("Nord", "Sud")),
        "arrived": local.strftime("%Y-%m-%d %H:%M:%S"),
        "sex": sex,
        "born": born.isoformat() if random.random() < 0.9 else None,
        "first": random.choice(codes),
        "second": random.choice((None, "", random.choice(codes))),
        "cause": ";".join(random.choices(codes, k=random.randrange(4))),
        "trauma": random.choices((None, "4", "5", "1"), (60, 1, 3, 12))[0],
        "state": random.choices((None, "G", "V", "K", "D", "X"), (60, 9, 9, 1, 6, 3))[0],
        "note": random.choice(NOTES) if random.random() < 0.1 else "",
    }
    if random.random() < 0.02:
        column, cell = random.choice(
            (("first", "banana"), ("arrived", "31/12/2020"), ("arrived", "2023-02-30 10:00:00"), ("person", None),
             ("visit", " "), ("born", "2200-01-01"), ("arrived", "2190-01-01 00:00:00"), ("cause", "V61.1;E96.7"),
             ("arrived", "2022-03-27 02:30:00"), ("visit", "x" * 101), ("sex", None), ("born", "1991-05-05"))
        )  # fmt: skip
        row[column] = cell
    return row


def in_line(found: Sequence[Row]) -> tuple[dict[tuple[str, str, datetime], Verdict], set[int]]:
    """The verdict of each visit, one at a time, with those before it; and the numbers of rows that are rejected."""
    persons: dict[str, dict[tuple[datetime, str], Visit]] = defaultdict(dict)
    births: dict[str, int] = {}
    rejected = set()
    for number, row in enumerate(found, 1):
        reading = read_row(MAPPING, row, NOW)
        if reading.faults:
            rejected.add(number)
        year = reading.subgroup.birth_year
        if reading.visit and year and births.setdefault(reading.visit.person, year) != year:
            rejected.add(number)
        elif reading.visit:
            place = (reading.visit.arrived_at, reading.visit.visit)
            if place in persons[reading.visit.person]:
                rejected.add(number)
            persons[reading.visit.person].setdefault(place, reading.visit)
    verdicts = {}
    for person, visits in persons.items():
        ordered = [visits[place] for place in sorted(visits)]
        said = {one.visit: WORDS.read(one.note) for one in ordered}
        for end, one in enumerate(ordered, 1):
            verdicts[person, one.visit, one.arrived_at] = recognise(table(), ordered[:end], said)
    return verdicts, rejected


def write_parquet(found: Sequence[Mapping[str, Any]], path: Path) -> Path:
    """Write rows as text columns; pandas only carries them over."""
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE made ({', '.join(f'{name} VARCHAR' for name in COLUMNS)})")
        asked = ", ".join(f"unnest(${place}::VARCHAR[])" for place in range(1, len(COLUMNS) + 1))
        connection.execute(f"INSERT INTO made SELECT {asked}", [[row[name] for row in found] for name in COLUMNS])
        connection.execute(f"COPY made TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 20000)")
    return path


def scored(source: Path, place: Path, **options: Any) -> tuple[Done, list[dict[str, Any]], list[tuple[int, str, str]]]:
    """What a batch makes of a file: how it went, its visits, its rejected rows."""
    batch = Batch(
        source, place / "flags.parquet", place / "rejected.csv", MAPPING, table(), NOW,
        **({"explain": True, "words": WORDS} | options),
    )  # fmt: skip
    done = run(batch, lambda _done, _all: None)
    with duckdb.connect() as connection:
        found = connection.execute(f"FROM '{batch.output}'")
        names = [one[0] for one in found.description or ()]
        visits = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        kinds = "columns = {'line': 'BIGINT', 'column': 'VARCHAR', 'reason': 'VARCHAR'}"
        rejected = connection.execute(f"FROM read_csv('{batch.rejected}', header = true, {kinds})").fetchall()
    return done, visits, rejected


def told(line: Mapping[str, Any]) -> Evidence:
    """One line of a batch as the value that the rules make."""
    return Evidence(
        line["at"].replace(tzinfo=UTC), line["visit"], line["key"], line["what"], Detector(line["detector"]),
        line["points"],
    )  # fmt: skip
