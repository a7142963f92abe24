# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ten million visits scored: the product beside a hand-written query, PostgreSQL and pandas, in turns, same answers.

Each turn is a process of its own, so that its memory is its own; what is timed begins after it has started. All
answers are compared visit by visit. `python -m bench.recognition_speed --scale 0.02` is a quick look.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from bench.floors.visits import CODES, by_pandas, query
from bench.ground import ROOT, Calibration, machine
from bench.table import table

VISITS, PERSONS, NIGHT = 10_000_000, 2_400_000, 20_000
NOW = datetime(2026, 1, 1, tzinfo=UTC)
_TENTH, _HUNDREDTH = "tenth.parquet", "hundredth.parquet"
_MAPPING: dict[str, Any] = {
    "format": 1,
    "title": "Invented",
    "usual_system": "ICD-9-CM",
    "columns": {
        "person": "person",
        "visit": "visit",
        "site": "site",
        "arrived_at": {"column": "arrived", "form": "YYYY-MM-DD hh:mm:ss", "zone": "UTC"},
        "codes": [{"column": column} for column in CODES],
        "signs": {
            "violence_by_others": [{"column": "trauma", "values": ["4"]}],
            "self_harm": [{"column": "trauma", "values": ["5"]}],
        },
    },
}
_INJURIES = (
    "920 8020 8730 95901 8509 81341 8830 9233 84200 8472 92231 9221 80700 84500 8910 92411 8245 8449 9598 9198 8270 "
    "8830 88100 9100 9110 9130 9160 8711 83100 8360 8460 9240 9594 9597 94120 94500"
)
_HISTORY = "E9500 E9503 E9589 311 30981 29620 3004 30390 30500 5712 3090 30000 30009 308"
_CAUSES = "E8859 E8889 E8160 E8199 E8120 E9179 E9289 E8490 E8800"
_SAID = "99581 E9673 E9600 V7181 99580 E9682 99585 V6111 E9601"
_OTHER = "460 461 462 463 464 465 466 7890 78650 7804 5990 4659 7245 4019 25000 486 4660 5589"
_PREGNANT = "V220 64003 6469 V234 65903"


def main() -> None:
    """Make the visits, take turns, print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--scale", type=float, default=1.0)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--turn", choices=sorted(_TURNS), help=argparse.SUPPRESS)
    options.add_argument("--place", type=Path, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.turn:
        print(json.dumps(_TURNS[chosen.turn](chosen.place)))
        return
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory(prefix="approdo-bench-") as place:
        make(Path(place), chosen.scale)
        figures, calibration = _rounds(Path(place), chosen.rounds)
    print(table(figures))
    print(calibration.line())


def make(place: Path, scale: float) -> None:
    """Write the visits, a tenth and a hundredth of the women, and what a night brings with what came before it."""
    visits, persons = int(VISITS * scale), int(PERSONS * scale)
    started = time.perf_counter()
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({_invented(visits, persons)}) TO '{place}/visits.parquet' (FORMAT parquet)")
        whole = f"'{place}/visits.parquet'"
        for name, parts in ((_TENTH, 10), (_HUNDREDTH, 100)):
            chosen = f"SELECT * FROM {whole} WHERE hash(person, 1) % {parts} = 0"
            connection.execute(f"COPY ({chosen}) TO '{place}/{name}' (FORMAT parquet)")
        last = f"SELECT person, arrived FROM {whole} ORDER BY arrived DESC LIMIT {max(1, int(NIGHT * scale))}"
        night = f"SELECT * FROM {whole} WHERE person IN (SELECT person FROM ({last}))"
        connection.execute(f"COPY ({night}) TO '{place}/night.parquet' (FORMAT parquet)")
        (since,) = connection.execute(f"SELECT min(arrived) FROM ({last})").fetchone() or (None,)
        (place / "since").write_text(since.isoformat())
        each = f"SELECT count(*) AS visits FROM {whole} GROUP BY person"
        found = connection.execute(f"SELECT sum(visits), count(*), max(visits) FROM ({each})").fetchone()
    said = "{:,} visits of {:,} women, at most {} of one".format(*found)
    print(f"{said}; made in {time.perf_counter() - started:.0f} s", flush=True)


def _invented(visits: int, persons: int) -> str:
    """Return SQL of so many visits, the same each time: a few women come often, no two visits at one instant."""

    def one_of(codes: str, salt: int) -> str:
        listed = codes.split()
        return f"list_extract({listed}, 1 + (hash(i, {salt}) % {len(listed)})::INTEGER)"

    often = f"((hash(i, 2) / 18446744073709551616.0) ** 1.6 * {persons})::BIGINT"
    return f"""
        SELECT lpad(to_hex(hash(p, 3)), 16, '0') AS person, lpad(i::VARCHAR, 9, '0') AS visit,
            'PS' || (hash(p, 4) % 60)::VARCHAR AS site, arrived,
            CASE WHEN kind < 30 THEN {one_of(_INJURIES, 5)} WHEN kind < 33 THEN {one_of(_HISTORY, 6)}
                 WHEN kind < 35 THEN {one_of(_PREGNANT, 7)} ELSE {one_of(_OTHER, 8)} END AS first,
            CASE WHEN hash(i, 9) % 100 < 35 THEN
                CASE WHEN kind >= 30 THEN {one_of(_OTHER, 10)} WHEN hash(i, 11) % 3 = 0 THEN {one_of(_INJURIES, 12)}
                     ELSE {one_of(_CAUSES, 13)} END END AS second,
            CASE WHEN hash(i, 14) % 100 < 12 THEN CASE WHEN hash(i, 15) % 10 = 0 THEN {one_of(_HISTORY, 16)}
                 ELSE {one_of(_OTHER, 17)} END END AS third,
            CASE WHEN hash(i, 18) % 100 < 4 THEN CASE WHEN hash(i, 19) % 10 = 0 THEN {one_of(_SAID, 20)}
                 ELSE {one_of(_OTHER, 21)} END END AS fourth,
            CASE WHEN hash(i, 22) % 100 < 1 THEN {one_of(_PREGNANT, 23)} END AS fifth,
            CASE WHEN kind < 30 THEN (1 + hash(i, 24) % 3)::VARCHAR WHEN hash(i, 25) % 200 = 0 THEN '5' END AS trauma
        FROM (
            SELECT *, TIMESTAMP '2021-01-01' + to_seconds(seconds) AS arrived FROM (
                SELECT i, {often} AS p, (hash(i, 1) % (5 * 365 * 86400))::BIGINT AS seconds, hash(i, 26) % 100 AS kind
                FROM range({visits}) every(i)
            ) QUALIFY row_number() OVER (PARTITION BY p, seconds ORDER BY i) = 1
        ) ORDER BY arrived
    """


# a turn: what it reads, what it writes, how long it took and with how much memory


def _timed(done: Callable[[], object]) -> dict[str, float]:
    started = time.perf_counter()
    done()
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "memory": _most_memory()}


def _most_memory() -> float:
    """Return the most memory of this process in MB; what ``getrusage`` says of it may be of the one that started it."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) / 1024


def _product(source: str, *, night: bool = False) -> Callable[[Path], dict[str, float]]:
    def turn(place: Path) -> dict[str, float]:
        from approdo.recognition.gateways.batch import Batch, run
        from approdo.recognition.rules import parse_mapping
        from approdo.recognition.selectors import table as points

        output = place / f"product-{'night-' if night else ''}{source}"
        since = datetime.fromisoformat((place / "since").read_text()).replace(tzinfo=UTC) if night else None
        batch = Batch(place / source, output, None, parse_mapping(_MAPPING), points(), NOW, since=since)
        return _timed(lambda: run(batch, lambda _done, _parts: None))

    return turn


def _by_hand(place: Path) -> dict[str, float]:
    def done() -> None:
        with duckdb.connect() as connection:
            connection.execute("SET preserve_insertion_order = false")
            found = query(f"'{place}/visits.parquet'")
            connection.execute(f"COPY ({found}) TO '{place}/by_hand.parquet' (FORMAT parquet)")

    return _timed(done)


def _by_postgresql(place: Path) -> dict[str, float]:
    """A tenth of the women; loading is not counted."""
    import psycopg

    from approdo.kit.postgres import Server

    columns = ("person", "visit", "site", "arrived", *CODES, "trauma")
    home = place / "postgresql"
    home.mkdir(exist_ok=True)
    place.chmod(0o755)
    home.chmod(0o755)
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT {', '.join(columns)} FROM '{place}/{_TENTH}') "
            f"TO '{place}/tenth.csv' (FORMAT csv, HEADER false)"
        )
    server = Server(home)
    try:
        with psycopg.connect(server.start().owner, autocommit=True) as writer:
            writer.execute("SET work_mem = '512MB'; SET max_parallel_workers_per_gather = 2; SET jit = off")
            kinds = ", ".join(f"{name} {'timestamp' if name == 'arrived' else 'text'}" for name in columns)
            writer.execute(f"CREATE TEMP TABLE every_visit ({kinds})")
            with writer.cursor().copy("COPY every_visit FROM STDIN (FORMAT csv)") as copy:
                copy.write((place / "tenth.csv").read_bytes())
            writer.execute("ANALYZE every_visit")
            made = "CREATE TEMP TABLE found AS " + query("every_visit", "code ~ '{}'")
            taken = _timed(lambda: writer.execute(made))
            with writer.cursor().copy("COPY found TO STDOUT (FORMAT csv)") as copy:
                (place / "by_postgresql.csv").write_bytes(b"".join(bytes(one) for one in copy))
    finally:
        server.stop()
    names = "{'visit': 'VARCHAR', 'points': 'INTEGER', 'band': 'VARCHAR'}"
    with duckdb.connect() as connection:
        read = f"read_csv('{place}/by_postgresql.csv', header = false, columns = {names})"
        connection.execute(f"COPY (FROM {read}) TO '{place}/by_postgresql.parquet' (FORMAT parquet)")
    return {"seconds": taken["seconds"]}


def _by_pandas(place: Path) -> dict[str, float]:
    """A hundredth of the women."""
    kept = {}

    def done() -> None:
        kept["found"] = by_pandas(place / _HUNDREDTH)

    taken = _timed(done)
    with duckdb.connect() as connection:
        connection.register("found", kept["found"])
        connection.execute(f"COPY (FROM found) TO '{place}/by_pandas.parquet' (FORMAT parquet)")
    return taken


_TURNS: dict[str, Callable[[Path], dict[str, float]]] = {
    "product": _product("visits.parquet"),
    "night": _product("night.parquet", night=True),
    "night_of_all": _product("visits.parquet", night=True),
    "by_hand": _by_hand,
    "by_postgresql": _by_postgresql,
    "by_pandas": _by_pandas,
}


def _rounds(place: Path, rounds: int) -> tuple[dict[str, list[float]], Calibration]:
    figures: dict[str, list[float]] = {}
    calibration = Calibration()
    turns = list(_TURNS)
    for number in range(rounds):
        taken = {}
        first = number % len(turns)
        for turn in turns[first:] + turns[:first]:
            calibration.take()
            command = [sys.executable, "-m", "bench.recognition_speed", "--turn", turn, "--place", str(place)]
            answer = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
            taken[turn] = json.loads(answer.splitlines()[-1])
        for name, value in _figures(taken).items():
            figures.setdefault(name, []).append(value)
        print(f"round {number + 1} of {rounds} done", flush=True)
    _compare(place)
    calibration.take()
    return figures, calibration


def _figures(taken: dict[str, dict[str, float]]) -> dict[str, float]:
    product = taken["product"]["seconds"]
    ratio = "recognition of every visit:"
    return {
        f"{ratio} seconds": product,
        f"{ratio} MB": taken["product"]["memory"],
        f"{ratio} hand-written query, seconds": taken["by_hand"]["seconds"],
        f"{ratio} memory of the hand-written query, in MB": taken["by_hand"]["memory"],
        f"{ratio} product / hand-written query": product / taken["by_hand"]["seconds"],
        f"{ratio} product / PostgreSQL, a tenth × 10": product / (taken["by_postgresql"]["seconds"] * 10),
        f"{ratio} product / pandas, a hundredth × 100": product / (taken["by_pandas"]["seconds"] * 100),
        "recognition of a night: seconds": taken["night"]["seconds"],
        "recognition of a night / of every visit": taken["night"]["seconds"] / product,
        "recognition of a night out of the file of every visit: seconds": taken["night_of_all"]["seconds"],
        "recognition of a night out of the file of every visit / of every visit": taken["night_of_all"]["seconds"]
        / product,
    }


def _compare(place: Path) -> None:
    """Assert that every visit has the same points and band in every answer."""
    with duckdb.connect() as connection:
        for name, part in (
            ("by_hand", "visits.parquet"),
            ("by_postgresql", _TENTH),
            ("by_pandas", _HUNDREDTH),
            ("product-night-night", "product-night-night.parquet"),
            ("product-night-visits", "product-night-night.parquet"),
        ):
            differing = connection.execute(
                f"""
                SELECT count(*) FROM (SELECT visit FROM '{place}/{part}') every
                LEFT JOIN '{place}/product-visits.parquet' product USING (visit)
                LEFT JOIN '{place}/{name}.parquet' other USING (visit)
                WHERE product.points IS DISTINCT FROM other.points OR product.band IS DISTINCT FROM other.band
                """
            ).fetchone()
            assert differing == (0,), f"{name}: {differing} visits have another answer"
            sums = "count(*), sum(points), bit_xor(hash(visit, points::INTEGER, band))"
            found = connection.execute(f"SELECT {sums} FROM '{place}/{name}.parquet'").fetchone()
            print(f"{name}: the same, checksum {found}", flush=True)


if __name__ == "__main__":
    main()
