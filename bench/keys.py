# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the keys cost: a rotation under readers, and names found by keyed beginnings. `bench.walls` measures with these.

`python -m bench.keys` is the reader of a rotation: it opens case keys until its input ends, and says how it went.
"""

import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg

from bench.ground import ROOT, Ground, percentile

ROTATED, NAMED, TURNS = 900, 1, 400
"""The organisation whose keys are rotated; the largest of `bench.walls`, whose names are looked for; searches timed."""
GIVEN = (
    "Niccolò",
    "Zoë",
    "Anna",
    "Marìa",
    "Željka",
    "Chloé",
    "Noëlle",
    "Fatou",
    "Ana-Lucía",
    "Bích",
    "Ştefana",
    "Ólöf",
)
FAMILY = ("D'Amico", "De Lùca", "Straßer", "Ní Bhriain", "O’Neill", "Damiani", "Łuczak", "Mac an tSaoir", "Nicolini")


def rotation(made: Ground, keys: int) -> dict[str, float]:
    """Rotate an organisation's keys while another process reads through them: rows a second, errors of the reader."""
    from approdo.access.services import system_process
    from approdo.vault import services

    system_process()
    cases = _wrapped(made, keys)
    keys = len(cases)
    with subprocess.Popen(
        [sys.executable, "-m", "bench.keys"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None
        reader.stdin.write(json.dumps([str(one) for one in cases[:2_000]]) + "\n")
        reader.stdin.flush()
        reader.stdout.readline()  # it reads
        spent = _seconds(lambda: _rotated(services, keys))
        reader.stdin.close()
        read = json.loads(reader.stdout.readline())
    name = f"rotation of {keys:,} wrapped keys under a reader"
    return {
        f"{name}: rows per second": keys / spent,
        f"{name}: readings meanwhile": read["readings"],
        f"{name}: readings that failed": read["failures"],
    }


def _rotated(services: Any, keys: int) -> None:
    done = services.rotate(organisation_id=ROTATED, progress=lambda one: print(f"\r{one:,} keys", end="", flush=True))
    print()
    assert done == keys, f"{done} of {keys} were wrapped again"


def _wrapped(made: Ground, keys: int) -> list[UUID]:
    """Case keys as the product wraps them, brought into the table in one go."""
    from approdo.vault.gateways import provider
    from approdo.vault.rules import new_key

    cases = _cases(made, "true", keys)
    columns = "case_id, organisation_id, private, key_id, sealed, made_at"
    with (
        psycopg.connect(made.observer) as above,
        above.cursor().copy(f"COPY vault_wrappedkey ({columns}) FROM STDIN") as copy,
    ):
        for case_id in cases:
            wrapped = provider().wrap(ROTATED, case_id, new_key())
            copy.write_row((case_id, ROTATED, False, wrapped.key_id, wrapped.sealed, "now"))
    return cases


def searching(made: Ground, names: int, samples: int) -> dict[str, float]:
    """Look for names by their beginnings: beside the bare keyed query, and against every name opened and compared."""
    from approdo.access.rules import Actor, Role
    from approdo.access.services import entered
    from approdo.persons.selectors import entries_named
    from approdo.vault.rules import words_of
    from approdo.vault.services import search_tokens

    sealed = _named(made, names)
    names = len(sealed)
    opened = {case_id: words_of(key.open(place, text).decode()) for case_id, (key, place, text) in sealed.items()}
    typed = _beginnings(sorted({word for words in opened.values() for word in words if len(word) >= 3}), samples)
    wrong, took, bare = 0, [], []
    query = "SELECT case_id FROM persons_nametoken WHERE organisation_id = %s AND token = %s LIMIT 500"
    actor = Actor(NAMED, NAMED, NAMED, Role.CENTRE_OPERATOR)
    with psycopg.connect(made.observer, prepare_threshold=0) as above, entered(actor=actor):
        for beginning in typed:
            wanted = [words_of(part) for part in beginning.split()]
            by_name = {
                case_id
                for case_id, words in opened.items()
                if all(any(word.startswith(part[0]) for word in words) for part in wanted)
            }
            wrong += {case_id for case_id, _entry in entries_named(actor, beginning, limit=names)} != by_name
        for beginning in [one for one in typed if " " not in one][:TURNS]:
            (token,) = search_tokens(organisation_id=NAMED, beginning=beginning)
            took.append(_seconds(lambda one=beginning: entries_named(actor, one)))
            bare.append(_seconds(lambda one=token: above.execute(query, (NAMED, one)).fetchall()))
    name = f"names of {names:,} cases by a beginning"
    return {
        f"{name}: ms": percentile(took, 0.5) * 1000,
        f"{name}: / bare keyed query": percentile(took, 0.5) / percentile(bare, 0.5),
        f"{name}: of {len(typed):,} beginnings, other than the names opened say": wrong,
    }


def _named(made: Ground, names: int) -> dict[UUID, tuple[Any, Any, bytes]]:
    """Cases with a sealed name each, and its keyed beginnings in the table."""
    from approdo.vault.rules import CaseKey, Place, new_key
    from approdo.vault.services import name_tokens

    cases = _cases(made, f"{NAMED} = ANY (service_ids)", names)
    chance, sealed = random.Random(7), {}
    with psycopg.connect(made.observer) as above:
        with above.cursor().copy(
            "COPY persons_nametoken (organisation_id, token, case_id, entry_id) FROM STDIN"
        ) as copy:
            for case_id in cases:
                name = f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}{_ending(chance)}"
                key, place = CaseKey(case_id, new_key()), Place(NAMED, case_id, "identity", case_id, 1)
                sealed[case_id] = key, place, key.seal(place, name.encode())
                for token in name_tokens(organisation_id=NAMED, name=name):
                    copy.write_row((NAMED, token, case_id, case_id))
        above.execute("ANALYZE persons_nametoken")
    return sealed


def _cases(made: Ground, which: str, limit: int) -> list[UUID]:
    """Cases that are there: the walls hide what belongs to none."""
    with psycopg.connect(made.observer) as above:
        found = above.execute(f"SELECT id FROM cases_case WHERE {which} ORDER BY id LIMIT {limit}")
        return [case_id for (case_id,) in found]


def _ending(chance: random.Random) -> str:
    """Letters that make some family names rare and long: longer than the longest beginning that is kept."""
    return "".join(chance.choices("aeilnoàüç", k=chance.choice((0, 0, 3, 22))))


def _beginnings(words: list[str], samples: int) -> list[str]:
    """What people type: beginnings of three letters or more, whole words, capitals, accents, two words, and misses."""
    chance, typed = random.Random(11), []
    for number in range(samples):
        one = chance.choice(words)  # of three letters at least: shorter ones find nothing
        start = one[: chance.randint(3, max(3, len(one)))]
        other = chance.choice(words)
        typed.append((start, start.upper(), f"{start} {other[:3]}", f"{start[:3]}zz")[number % 4])
    return typed


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def read() -> None:
    """Open case keys, one after another, until the input ends."""
    import django

    django.setup()
    from approdo.access.services import as_system
    from approdo.vault import services

    cases = [UUID(one) for one in json.loads(sys.stdin.readline())]
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    readings = failures = 0
    print("reading", flush=True)
    while not ended.is_set():
        try:
            with as_system():
                services.case_key(organisation_id=ROTATED, case_id=cases[readings % len(cases)])
        except Exception as error:
            failures += 1
            print(type(error).__name__, file=sys.stderr)
        readings += 1
    print(json.dumps({"readings": readings, "failures": failures}), flush=True)


if __name__ == "__main__":
    read()
