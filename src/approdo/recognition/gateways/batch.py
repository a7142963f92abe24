# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole file scored in parts of the persons: a part is written whole or not at all, and not done again."""

import csv
import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import duckdb

from approdo.kit.words import mark as _
from approdo.recognition.gateways.columns import joined, score, weigh
from approdo.recognition.gateways.explaining import explain
from approdo.recognition.gateways.lines import records
from approdo.recognition.gateways.rows import Rows, Unusable, Words, quoted_text, to_microseconds
from approdo.recognition.rules.mapping import Fault, HospitalMapping
from approdo.recognition.rules.points import Table

_PART = 12_000_000  # visits: about what the memory below holds
_PART_OF_NOTES = 500_000  # visits: their notes take minutes to read, and a run that is broken off loses a part
_MEMORY = "2100MB"
_STEPS = 3
"""Of a part: its rows are read, looked back from, written."""
_LINE = "line of the file"
_TWICE = _("Questo accesso c'è già, in una riga di prima.")


@dataclass(frozen=True, slots=True)
class Batch:
    """What is scored and where to; ``output`` and ``rejected`` are made new, beside them is what is not done yet."""

    source: Path
    """Parquet, or CSV in UTF-8 with a header."""
    output: Path
    rejected: Path | None
    mapping: HospitalMapping
    table: Table
    now: datetime
    explain: bool = False
    words: Words | None = None
    since: datetime | None = None
    """Only visits from then on are scored; those before are read as what came before them."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a batch, in visits by band and lines rejected."""

    scored: int
    bands: dict[str, int]
    rejected: int


def run(batch: Batch, progress: Callable[[int, int], None]) -> Done:
    """Score a file; ``progress`` is told steps done and steps in all. A run that was broken off goes on.

    Raises ``Unusable`` for a file that its mapping does not fit, ``OSError`` and ``duckdb.Error`` for one that cannot
    be read or written.
    """
    place = batch.output.with_name(f"{batch.output.name}.parts")
    _begin(place, batch)
    connection = duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": str(place / "spill")})
    with connection:
        connection.execute(
            "SET TimeZone = 'UTC'; SET preserve_insertion_order = false; SET enable_progress_bar = false"
        )
        try:
            relation, line = _opened(connection, place, batch.source)
            rows = Rows(connection, relation, line, batch.mapping, batch.table, batch.since)
        except Unusable:
            shutil.rmtree(place)
            raise
        parts = max(1, -(-rows.visits // _part_of(batch)))
        for part in range(parts):
            told = partial(_tell, progress, part, parts)
            told(0)
            if not _part_file(place, part).exists():
                _score_part(connection, place, batch, rows, part, parts, told)
        done = _finish(connection, place, batch)
        _tell(progress, parts, parts, 0)
    shutil.rmtree(place)
    return done


def _part_of(batch: Batch) -> int:
    """Return how many visits are scored at a time."""
    return min(_PART, _PART_OF_NOTES) if batch.words and batch.mapping.note else _PART


def _tell(progress: Callable[[int, int], None], part: int, parts: int, step: int) -> None:
    progress(part * _STEPS + step, parts * _STEPS)


def _begin(place: Path, batch: Batch) -> None:
    """Make the place of the parts, or keep one that a run of the very same things left behind."""
    state = batch.source.stat()
    same = [
        *(str(batch.source.resolve()), state.st_size, state.st_mtime_ns, repr(batch.table)),
        *(asdict(batch.mapping), batch.explain, batch.words is not None, str(batch.since), _PART),
    ]
    mark = hashlib.sha256(json.dumps(same, default=sorted).encode()).hexdigest()
    if place.exists() and (not (place / "run").exists() or (place / "run").read_text() != mark):
        shutil.rmtree(place)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    (place / "run").write_text(mark)


def _part_file(place: Path, part: int) -> Path:
    return place / f"{part:05d}.parquet"


def _opened(connection: duckdb.DuckDBPyConnection, place: Path, source: Path) -> tuple[str, str]:
    """Return SQL of the rows of a source and of their lines; a CSV file is first read line by line."""
    if source.suffix.lower() != ".csv":
        return f"read_parquet({quoted_text(str(source))}, file_row_number = true)", "file_row_number + 1"
    clean = place / "source.parquet"
    if not clean.exists():
        lines = place / "source.csv"
        names = _copy_records(source, lines, place / "source.rejected.csv")
        if double := [name for name, times in Counter(names).items() if times > 1]:
            raise Unusable([Fault(name, _("Nel file questa colonna c'è due volte.")) for name in double])
        _written(connection, f"SELECT * FROM {_csv(lines, {name: 'VARCHAR' for name in names})}", clean)
        lines.unlink()
    return f"read_parquet({quoted_text(str(clean))})", f'"{_LINE}"::BIGINT'


def _copy_records(source: Path, copy: Path, rejected: Path) -> list[str]:
    """Copy the records that are whole, each after its line; return the names of the columns."""
    names: list[str] = []
    with copy.open("w", encoding="utf-8", newline="") as made, Rejects(rejected) as rejects:
        write = csv.writer(made, quoting=csv.QUOTE_ALL)
        for line, cells in records(source):
            if isinstance(cells, str):
                rejects.add(line, "", cells)
            elif names:
                write.writerow([line, *cells])
            else:
                names = [_LINE, *(name.strip() for name in cells)]
    return names


def _csv(pattern: Path, columns: Mapping[str, str]) -> str:
    """Return SQL of CSV files that were written here."""
    kinds = ", ".join(f"{quoted_text(name)}: '{kind}'" for name, kind in columns.items())
    return (
        f"read_csv({quoted_text(str(pattern))}, auto_detect = false, header = false, delim = ',', quote = '\"', "
        f"escape = '\"', columns = {{{kinds}}})"
    )


class Rejects:
    """Rejected rows as they are found: line, column, reason, nothing of what the row said."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> "Rejects":
        self._file = self._path.open("w", encoding="utf-8", newline="")
        self._write = csv.writer(self._file, quoting=csv.QUOTE_ALL)
        return self

    def __exit__(self, *_raised: object) -> None:
        self._file.close()

    def add(self, line: int, column: str, reason: str) -> None:
        """Write one reason."""
        self._write.writerow([line, column, reason])

    def report(self, line: int, fault: Fault) -> None:
        """Write one fault."""
        self.add(line, fault.column, fault.sentence)


def _score_part(
    connection: duckdb.DuckDBPyConnection,
    place: Path,
    batch: Batch,
    rows: Rows,
    part: int,
    parts: int,
    told: Callable[[int], None],
) -> None:
    with Rejects(place / f"{part:05d}.rejected.csv") as rejects:
        rows.load(part, parts, batch.now, rejects.report, batch.words)
        told(1)
        for line in score(connection, batch.table, explain=batch.explain):
            rejects.add(line, batch.mapping.visit, _TWICE)
    told(2)
    weigh(connection, batch.table)
    evidence = lines = ""
    if batch.explain:
        rows.name_items()
        explain(connection, batch.table)
        evidence, lines = ", coalesce(evidence, []) AS evidence", " LEFT JOIN explained ON explained.line = scored.line"
    chosen = f"scored.visit, site, make_timestamp(instant) AS arrived_at, points, band{evidence}"
    recent = f" WHERE instant >= {to_microseconds(batch.since)}" if batch.since else ""
    _written(connection, f"SELECT {chosen} FROM {joined(batch.table)}{lines}{recent}", _part_file(place, part))


def _written(connection: duckdb.DuckDBPyConnection, query: str, path: Path, form: str = "FORMAT parquet") -> None:
    """Write a query to a file, whole or not at all."""
    half = path.with_name(f"{path.name}.half")
    connection.execute(f"COPY ({query}) TO {quoted_text(str(half))} ({form})")
    os.replace(half, path)


def _finish(connection: duckdb.DuckDBPyConnection, place: Path, batch: Batch) -> Done:
    """Put the parts together and count."""
    parts = sorted(place.glob("[0-9]*.parquet"))
    if len(parts) == 1:
        os.replace(parts[0], batch.output)
    else:
        listed = ", ".join(quoted_text(str(part)) for part in parts)
        _written(connection, f"FROM read_parquet([{listed}])", batch.output)
    found = f"FROM read_parquet({quoted_text(str(batch.output))})"
    bands = dict(connection.execute(f"SELECT band, count(*) {found} GROUP BY band").fetchall())
    reasons = _csv(place / "*.rejected.csv", {"line": "BIGINT", "column": "VARCHAR", "reason": "VARCHAR"})
    (rejected,) = connection.execute(f"SELECT count(DISTINCT line) FROM {reasons}").fetchone() or (0,)
    if batch.rejected:
        _written(connection, f'SELECT * FROM {reasons} ORDER BY line, "column"', batch.rejected, "FORMAT csv, HEADER")
    return Done(sum(bands.values()), bands, rejected)
