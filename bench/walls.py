# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m bench.walls`: what the walls of the record cost among 100,000 cases and among a million.

Cases, participations and grants are invented in the database itself: sixty organisations of very unequal size, four
services around each case. Each figure is the median of statements that take turns, so that what slows the machine meets
both sides; "same filter, no wall" is the very same statement asked by the superuser, whom no policy holds.
"""

import argparse
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

import django
import psycopg
from psycopg.conninfo import conninfo_to_dict

from bench import behind, keys
from bench.ground import Calibration, Ground, ground, machine, percentile
from bench.table import table

ROUNDS, WARM = 6, 6
"""Pairs of connections, and how often each statement is asked on them before it is timed."""
Figures = dict[str, list[float]]
_PEOPLE = """
INSERT INTO networks_organisation (id, name, kind)
    SELECT n, 'Organizzazione ' || n, 'association' FROM generate_series(1, %(services)s::bigint) n;
INSERT INTO networks_service (id, organisation_id, name, kind, code, phone, capabilities, languages, rank, always_open,
                              active, address)
    SELECT n, n, 'Servizio ' || n, 'support_centre', '', '+39001' || lpad(n::text, 7, '0'), '{}', '{}', 1, true, true,
           ''
      FROM generate_series(1, %(services)s::bigint) n;
INSERT INTO accounts_operator (id, email, password, display_name, is_active, language, joined_at)
    SELECT n, 'o' || n || '@misura.example', '!', 'Operatrice ' || n, true, 'it', now()
      FROM generate_series(1, %(services)s::bigint) n
"""
# the n-th case has four services; the square makes the first ones much larger than the last
_CASES = """
CREATE TEMPORARY TABLE around AS
    SELECT n, k, 1 + floor(%(services)s * power(((n * 7919 + k * 104729) %% 100003) / 100003.0, 2))::bigint AS service
      FROM generate_series(%(first)s::bigint, %(last)s::bigint) n, generate_series(0, 3) k;
INSERT INTO cases_case (id, alias, state, municipality_id, arrival, opened_at, closed_at, exercise, service_ids,
                        supervising_ids, lead_service_id, lead_operator_id, next_contact_at)
    SELECT md5('case' || n)::uuid, 'Misura ' || n, CASE WHEN n %% 10 < 3 THEN 'contact' ELSE 'closed' END, '012133',
           'other', now() - n * interval '20 seconds', CASE WHEN n %% 10 < 3 THEN NULL ELSE now() END, false,
           array_agg(DISTINCT service), '{}', min(service), min(service), now() + interval '3 days'
      FROM around GROUP BY n;
INSERT INTO cases_participation (case_id, service_id, since, open)
    SELECT DISTINCT md5('case' || n)::uuid, service, now() - n * interval '20 seconds', n %% 10 < 3 FROM around;
INSERT INTO cases_event (case_id, happened_at, kind, service_id, detail)
    SELECT md5('case' || n)::uuid, now() - n * interval '20 seconds', 'case_opened', min(service), ''
      FROM around GROUP BY n;
INSERT INTO consents_grant (id, case_id, service_id, slices, purpose, basis, valid_from, until, recorded_at,
                            recorded_by_id, language, how, proof, norm, reason)
    SELECT md5('grant' || n || k)::uuid, md5('case' || n)::uuid, service, '{identity,risk}', 'health_care', 'consent',
           now(), now() + interval '90 days', now(), service, 'it', 'read_aloud', 'noted_by_operator', '', ''
      FROM around;
INSERT INTO persons_nametoken (organisation_id, token, case_id, entry_id)
    SELECT DISTINCT service, (n %% 5000) * 10 + k, md5('case' || n)::uuid, md5('case' || n)::uuid FROM around;
DROP TABLE around
"""


@dataclass
class _Statement:
    """One statement, asked through the wall or above it."""

    sql: str
    values: tuple[Any, ...]


def grow(made: Ground, services: int, first: int, last: int) -> None:
    """Add cases, four participations and four grants each, and let the planner know."""
    with psycopg.connect(made.observer, autocommit=True) as above:
        above.execute("SET session_replication_role = replica")
        for start in range(first, last + 1, 50_000):
            numbers = {"services": services, "first": start, "last": min(last, start + 49_999)}
            with above.transaction():
                for statement in _CASES.split(";\n"):
                    above.execute(statement, numbers)
            print(f"\r{min(last, start + 49_999):,} cases", end="", flush=True)
        above.execute("VACUUM ANALYZE")
    print()


@contextmanager
def wall(service: int) -> Iterator[Callable[[_Statement], None]]:
    """The application's own connection, within the claim of somebody of a service; the driver's cursor, as above it."""
    from django.db import connection

    from approdo.access.rules import Actor, Role
    from approdo.access.services import entered

    with entered(actor=Actor(service, service, service, Role.CENTRE_OPERATOR)):
        cursor = psycopg.Cursor(connection.connection)
        yield lambda statement: cursor.execute(statement.sql, statement.values, prepare=True).fetchall() and None


def statements(service: int) -> dict[str, _Statement]:
    """What the pages ask, with the service's own filter, as the product wrote it."""
    from approdo.cases.selectors import pages, waiting

    sql, slots, _finish = pages._CASES._written
    page = _Statement(sql, tuple(_fill(slots, {"service": service, "before": pages._EVER})))
    sql, slots, _finish = waiting._ADRIFT._written
    from approdo.kit import clock

    adrift = _Statement(sql, tuple(_fill(slots, {"service": service, "at": clock.now()})))
    named = _Statement(
        "SELECT case_id FROM persons_nametoken WHERE organisation_id = %s AND token = %s LIMIT 500", (service, 420)
    )
    return {"list of cases": page, "without a next step": adrift, "search by a beginning": named}


def _fill(slots: list[Any], values: dict[str, Any]) -> list[Any]:
    from approdo.kit.rows import _filled

    return [_filled(slot, values) for slot in slots]


def beside(made: Ground, service: int, times: int) -> dict[str, tuple[float, ...]]:
    """Median seconds of each statement through the wall, with its filter written out, and without any; in turns.

    In rounds with connections of their own: where in memory a server process has its plans is worth a tenth.
    """
    from django.db import connections

    took: dict[str, tuple[list[float], ...]] = {}
    asked = statements(service)
    for _round in range(ROUNDS):
        with (
            psycopg.connect(made.observer, prepare_threshold=0) as above,
            psycopg.connect(made.observer, prepare_threshold=0) as by_hand,
            wall(service) as through,
        ):
            for one in (by_hand, above):
                one.execute("SET plan_cache_mode = force_generic_plan")  # as the product's own connection
            written_out(by_hand, service)
            acts = through, *(lambda one, at=at: at.execute(one.sql, one.values).fetchall() for at in (by_hand, above))
            for each in range(-WARM, times // ROUNDS):
                for name, statement in asked.items():
                    for act, spent in zip(acts, took.setdefault(name, ([], [], [])), strict=True):
                        seconds = _seconds(lambda act=act, one=statement: act(one))
                        if each >= 0:
                            spent.append(seconds)
        connections["default"].close()
    return {name: tuple(percentile(spent, 0.5) for spent in held) for name, held in took.items()}


def of_the_models(made: Ground, service: int, times: int) -> dict[str, tuple[float, float]]:
    """Median seconds of the same reads asked of the models: through the wall, and above it with the filter; in turns.

    This is what a page costs whose developer filters by hand in the ORM: the statement is written anew on both sides.
    """
    from django.db import connections

    from approdo.access.rules import Actor, Role
    from approdo.access.services import entered
    from approdo.cases.selectors import pages, waiting
    from approdo.kit import clock
    from approdo.persons.models import NameToken

    as_superuser = conninfo_to_dict(made.observer)
    connections.databases["written"] = connections.databases["default"] | {
        **{"USER": as_superuser["user"], "PASSWORD": as_superuser.get("password", "")},
        "OPTIONS": {"options": "-c search_path=written,public"},
    }
    with psycopg.connect(made.observer) as above:
        written_out(above, service)
    tokens = NameToken.objects.filter(organisation_id=service, token=420).values_list("case_id")[:500]
    asked = {
        "list of cases": lambda: pages._page(service, pages._EVER),
        "without a next step": lambda: waiting._going_nowhere(service, clock.now()),
        "search by a beginning": tokens.all,
    }
    took: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in asked}
    with entered(actor=Actor(service, service, service, Role.CENTRE_OPERATOR)):
        for each in range(-WARM, times):
            for (name, found), alias in product(asked.items(), ("default", "written")):
                seconds = _seconds(lambda found=found, alias=alias: list(found().using(alias)))
                if each >= 0:
                    took[name][alias == "written"].append(seconds)
    for alias in ("default", "written"):
        connections[alias].close()
    return {name: (percentile(walled, 0.5), percentile(by_hand, 0.5)) for name, (walled, by_hand) in took.items()}


def written_out(above: psycopg.Connection[Any], service: int) -> None:
    """Put before each walled table a view of what one service sees, and ask of those from now on.

    The views say what the policies say with the values written out, and nothing of the claim and its proof: the same
    statement is then what a developer writes who filters by hand. The planner takes such views apart.
    """
    found = above.execute("SELECT polrelid::regclass::text, pg_get_expr(polqual, polrelid) FROM pg_policy")
    filters = {name: str(filter_) for name, filter_ in found}
    above.execute("DROP SCHEMA IF EXISTS written CASCADE")
    above.execute("CREATE SCHEMA written")
    above.execute("SET search_path = written, public")
    values = {
        "( SELECT access_genuine() AS access_genuine)": "true",
        "( SELECT cases_kept_out() AS cases_kept_out)": (
            f"ARRAY(SELECT case_id FROM public.consents_block WHERE operator_id = {service} AND lifted_at IS NULL)"
        ),
        "( SELECT (0 = ANY (access_services())))": "false",  # the system's own claim, which nobody writes into a page
        "( SELECT access_services() AS access_services)": f"ARRAY[{service}]::bigint[]",
        "access_services()": f"ARRAY[{service}]::bigint[]",
        "access_organisation()": f"{service}::bigint",
    }
    for name in ("cases_case", "cases_participation", "cases_event", "persons_nametoken"):
        filter_ = filters[name]
        for said, value in values.items():
            filter_ = filter_.replace(said, value)
        if "access_" in filter_ or "kept_out" in filter_:
            raise AssertionError(f"the policy of {name} asks for more than is written out here: {filter_}")
        above.execute(f"CREATE VIEW {name} AS SELECT * FROM public.{name} WHERE {filter_}")


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def sealing(times: int) -> dict[str, float]:
    """Microseconds of one value sealed and opened."""
    from uuid import UUID

    from approdo.vault.rules import CaseKey, Place, new_key

    key, place, clear = CaseKey(UUID(int=1), new_key()), Place(1, UUID(int=1), "identity", UUID(int=2), 1), b"x" * 200
    sealed = key.seal(place, clear)
    acts = {"sealed": lambda: key.seal(place, clear), "opened": lambda: key.open(place, sealed)}
    return {
        f"one value of 200 bytes {name}, µs": percentile([_seconds(act) for _each in range(times)], 0.5) * 1e6
        for name, act in acts.items()
    }


def register(made: Ground, times: int) -> dict[str, float]:
    """An entry of the register with its link, beside the bare insert; and how fast a register is verified."""
    from django.db import transaction

    from approdo.access.rules import Actor, Role
    from approdo.access.services import as_system
    from approdo.audit import selectors, services
    from approdo.audit.models import Entry
    from approdo.audit.rules import examine
    from approdo.kit import clock, rows

    now, actor = clock.now(), Actor(1, 1, 1, Role.CENTRE_OPERATOR)
    with psycopg.connect(made.owner, autocommit=True) as owner:
        owner.execute("CREATE TABLE bare_entry (LIKE audit_entry INCLUDING ALL)")
        owner.execute("GRANT INSERT ON bare_entry TO approdo_app")
    insert = (
        "INSERT INTO bare_entry (id, happened_at, operator_id, role, purpose, verb, subject, detail)"
        " VALUES (%s, now(), 1, '', 'care', 'case.read', 'case:1', '{}')"
    )
    chained, bare = [], []
    for number in range(times):

        def one() -> None:
            with as_system():
                services.record(actor=actor, verb="case.read", subject="case:1", now=now)

        def without(pk: int = number) -> None:
            with as_system(), transaction.get_connection().cursor() as cursor:
                cursor.execute(insert, [pk])

        chained.append(_seconds(one))
        bare.append(_seconds(without))
    with as_system():
        entry = {"happened_at": now, "role": "", "purpose": "care", "verb": "case.read", "detail": {}}
        rows.insert(Entry, [{**entry, "subject": f"case:{number}"} for number in range(20_000)])
    length = selectors.length()
    with selectors.chain() as links:
        spent = _seconds(lambda: list(examine(links)))
    return {
        "one entry with its link, committed / bare insert": percentile(chained, 0.5) / percentile(bare, 0.5),
        "one entry with its link, committed, ms": percentile(chained, 0.5) * 1000,
        "audit verify, rows per second": length / spent,
    }


def at_size(
    made: Ground, pages: behind.Pages, chosen: argparse.Namespace, size: int, before: dict[str, float]
) -> Figures:
    """What statements and pages cost for the largest, the middle and the smallest service; ``before`` is kept."""
    figures: Figures = {}
    for service, label in measured(chosen.services).items():
        of = f"{label} of {chosen.services:,} services"
        for name, (through, by_hand, above_it) in beside(made, service, chosen.times).items():
            title = f"{name}, {of}, {size:,} cases"
            figures[f"{title}: ms"] = [through * 1000]
            figures[f"{title}: with the wall / the same filter written out"] = [through / by_hand]
            figures[f"{title}: with the wall / unsecured"] = [through / above_it]
            if (name + label) in before:
                figures[f"{title}: / at the size before"] = [through / before[name + label]]
            before[name + label] = through
        for name, (through, by_hand) in of_the_models(made, service, chosen.times).items():
            title = f"{name} asked of the models, {of}, {size:,} cases"
            figures[f"{title}: ms"] = [through * 1000]
            figures[f"{title}: with the wall / the same filter in the ORM"] = [through / by_hand]
        for name, (took, middle, late) in pages.beside(service, chosen.seconds).items():
            title = f"page {name}, {of}, {size:,} cases"
            figures[f"{title}: p50, ms"] = [took * 1000]
            figures[f"{title}: p50 / bare page"] = [middle]
            figures[f"{title}: p95 / bare page"] = [late]
            if (title_before := f"page {name}{label}") in before:
                figures[f"{title}: in bare pages / at the size before"] = [middle / before[title_before]]
            before[title_before] = middle
    return figures


def measured(services: int) -> dict[int, str]:
    """Which services are asked for: the square of the numbers makes the first the largest."""
    return {1: "largest", services // 2: "middle", services: "smallest"}


def main() -> None:
    """Grow, measure, grow, measure, print."""
    from approdo.vault.gateways import provider

    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=int, nargs="+", default=[100_000, 1_000_000])
    options.add_argument("--services", type=int, default=60, help="each of an organisation of its own")
    options.add_argument("--times", type=int, default=60)
    options.add_argument("--seconds", type=float, default=6, help="how long a page is asked for")
    options.add_argument("--keys", type=int, default=100_000, help="wrapped keys that are rotated")
    options.add_argument("--names", type=int, default=20_000, help="cases whose names are looked for")
    chosen = options.parse_args()
    print(machine(), flush=True)
    figures: Figures = {}
    calibration = Calibration()
    os.environ["APPRODO_UNWRAPS_A_MINUTE"] = str(10**9)  # readers of a rotation open more than people can read
    with ground() as made:
        made.prepare()
        django.setup()
        provider().install()
        with psycopg.connect(made.observer, autocommit=True) as above:
            above.execute("SET session_replication_role = replica")
            for statement in _PEOPLE.split(";\n"):
                above.execute(statement, {"services": chosen.services})
        pages = behind.Pages(made, tuple(measured(chosen.services)))
        before: dict[str, float] = {}
        for done, size in pairwise([0, *sorted(chosen.cases)]):
            grow(made, chosen.services, done + 1, size)
            calibration.take()
            figures |= at_size(made, pages, chosen, size, before)
            calibration.take()
        for measure in (
            lambda: sealing(2_000),
            lambda: register(made, chosen.times * 3),
            lambda: behind.opening(made, chosen.times * 3),
            lambda: keys.searching(made, chosen.names, 1_000),
            lambda: keys.rotation(made, chosen.keys),
        ):
            figures |= {name: [value] for name, value in measure().items()}
            calibration.take()
    print(f"\n{table(figures)}\n\n{calibration.line()}")


if __name__ == "__main__":
    main()
