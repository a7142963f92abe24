# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Histories as files that the product reads: visits in the canonical columns, the truth in a file of its own."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields
from pathlib import Path

import duckdb

from bench.recognition.generate import Row, Truth

_VISITS = """
    SELECT person, visit, site, arrived_at::TIMESTAMPTZ AS arrived_at,
           CASE codes WHEN '' THEN [] ELSE string_split(codes, '|') END AS codes,
           CASE signs WHEN '' THEN [] ELSE string_split(signs, '|') END AS signs,
           infant::BOOLEAN AS infant, age_band, citizenship, note
      FROM read_csv(?, header = true, all_varchar = true, nullstr = '\\N')
"""


def write(histories: Iterable[tuple[Truth, Sequence[Row]]], folder: Path) -> None:
    """Write ``visits.csv`` (lists joined by ``|``), ``visits.parquet`` (lists as they are) and ``truth.csv``."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        (folder / "visits.csv").open("w", encoding="utf-8", newline="") as visits,
        (folder / "truth.csv").open("w", encoding="utf-8", newline="") as truth,
    ):
        lines, true = csv.writer(visits), csv.writer(truth)
        lines.writerow([column.name for column in fields(Row)])
        true.writerow([column.name for column in fields(Truth)])
        for one, rows in histories:
            true.writerow(astuple(one))
            lines.writerows(_line(row) for row in rows)
    with duckdb.connect() as engine:
        engine.execute(f"CREATE TABLE visits AS {_VISITS}", [str(folder / "visits.csv")])
        engine.execute(f"COPY visits TO '{folder / 'visits.parquet'}' (FORMAT parquet)")


def _line(row: Row) -> list[str]:
    every = (row.arrived_at.isoformat(), "|".join(row.codes), "|".join(row.signs), str(row.infant).lower())
    return [row.person, row.visit, row.site, *every, row.age_band, row.citizenship, row.note]
