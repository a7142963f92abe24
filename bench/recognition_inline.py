# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m bench.recognition_inline`: one visit in line, at a million stored histories.

The floor is one indexed read of a woman's history behind the same wall: the same statement, prepared, its rows fetched
and not looked at. *Scored*: the history read by the product and its verdict. *Whole*: what the door does, from the
identifier to the prompt: pseudonyms, the visit kept, the reading counted, the history, the verdict, the prompt.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django
import psycopg

from bench.ground import Calibration, Ground, ground, machine
from bench.table import table
from bench.walls import _PEOPLE

_VISITS = """
INSERT INTO recognition_storedvisit (id, organisation_id, service_id, person, visit, arrived_at, codes, signs, said,
                                     infant, child, age_band, citizenship, recorded_at, expires_at)
    SELECT md5('v' || n || '.' || k)::uuid, 1, 1, md5('p' || n), md5('v' || n || '.' || k),
           now() - (n::bigint * 7919 + k * 104729) %% 1700 * interval '1 day' - k * interval '1 hour',
           CASE (n + k) %% 6 WHEN 0 THEN '{ICD-9-CM 920,ICD-9-CM E8889}' WHEN 1 THEN '{ICD-9-CM 30000}'
                             WHEN 2 THEN '{ICD-9-CM 8472}' ELSE '{ICD-9-CM 7890}' END::varchar[],
           '{}', '{}', false, false, '', '', now(), now() + interval '5 years'
      FROM generate_series(%(first)s::int, %(last)s::int) n, generate_series(1, 1 + n %% 7) k
"""
_READ = """
SELECT person, visit, service_id, arrived_at, codes, signs, said, infant, child FROM recognition_storedvisit
WHERE organisation_id = %s AND person = %s AND arrived_at <= %s ORDER BY arrived_at, visit
"""


def invent(made: Ground, women: int) -> None:
    """Store so many histories of one to seven visits, of one organisation."""
    with psycopg.connect(made.observer, autocommit=True) as above:
        above.execute("SET session_replication_role = replica")
        for statement in _PEOPLE.split(";\n"):
            above.execute(statement, {"services": 1, "each": 1})
        above.execute("UPDATE networks_service SET kind = 'emergency_department'")
        for first in range(1, women + 1, 100_000):
            above.execute(_VISITS, {"first": first, "last": min(first + 99_999, women)})
        above.execute("VACUUM ANALYZE")


def measured(women: int, times: int) -> dict[str, float]:
    """Each way for other women each time, in turns; medians of what each took, in milliseconds."""
    from approdo.access.rules import Actor, Role
    from approdo.access.services import as_system, entered
    from approdo.kit import clock
    from approdo.kit.rows import read
    from approdo.recognition import selectors, services
    from approdo.recognition.models import SiteMode
    from approdo.recognition.rules import Code, System, recognise
    from approdo.recognition.services import Arrival
    from approdo.vault import services as vault

    actor = Actor(1, 1, 1, Role.EMERGENCY_OPERATOR)
    vault.install_keys()
    with as_system():
        SiteMode.objects.get_or_create(
            service_id=1,
            number=1,
            defaults={"mode": "prompting", "reason": "bench", "since": clock.now(), "operator_id": 1},
        )
    chance, took = random.Random(5), {"read": [], "scored": [], "whole": []}
    rules = selectors.table()

    def floor(person: str, now: Any) -> None:
        read(_READ, [1, person, now])

    def scored(person: str, now: Any) -> None:
        held = selectors.history(actor, person, now)
        recognise(rules, held.visits, held.said)

    def whole(person: str, now: Any) -> None:
        codes = frozenset({Code(System.ICD_9_CM, "920"), Code(System.ICD_9_CM, "E8889")})
        number = f"{person}{chance.random()}"
        arrival = Arrival(person, number, now, codes, note="Riferisce caduta dalle scale, accompagnata dal marito.")
        services.read_visit(actor=actor, arrival=arrival, now=now)

    ways: dict[str, Callable[[str, Any], None]] = {"read": floor, "scored": scored, "whole": whole}
    for number in range(times + 50):
        for name in chance.sample(sorted(ways), 3):
            person = _person(chance.randint(1, women))
            with entered(actor=actor):
                now = clock.now() + timedelta(seconds=1)
                began = time.perf_counter()
                ways[name](person, now)
                if number >= 50:
                    took[name].append((time.perf_counter() - began) * 1000)
    return {name: statistics.median(each) for name, each in took.items()}


def _person(number: int) -> str:
    import hashlib

    return hashlib.md5(f"p{number}".encode(), usedforsecurity=False).hexdigest()


def main() -> None:
    """Invent, take turns, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--women", type=int, default=1_000_000)
    options.add_argument("--times", type=int, default=500)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    print(machine(), flush=True)
    calibration, figures = Calibration(), {}
    with ground() as made:
        made.prepare()
        django.setup()
        invent(made, chosen.women)
        for _round in range(chosen.rounds):
            calibration.take()
            found = measured(chosen.women, chosen.times)
            name = f"one visit in line at {chosen.women:,} histories"
            for line, value in (
                (f"{name}: one indexed read, ms", found["read"]),
                (f"{name}: read and scored, ms", found["scored"]),
                (f"{name}: the whole door, ms", found["whole"]),
                (f"{name}: read and scored / one indexed read", found["scored"] / found["read"]),
                (f"{name}: the whole door / one indexed read", found["whole"] / found["read"]),
            ):
                figures.setdefault(line, []).append(value)
        calibration.take()
    print(f"\n{table(figures)}\n\n{calibration.line()}")


if __name__ == "__main__":
    main()
