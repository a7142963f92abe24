# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m bench.today`: the *Oggi* page of a service with 500 open cases, among twenty such services.

One open case in five has no next contact, one in ten an activation of which a call still waits, and each a step of the
protocol to do, one in three of them late. The floor counts the same rows by one SQL query, above the walls; it draws
nothing, knows nobody's role, and asks neither for referrals, nor swaps, nor emergency accesses.
"""

import argparse
from typing import Any

import django
import psycopg

from bench.coverage import seconds
from bench.ground import Calibration, Ground, ground, machine
from bench.table import table
from bench.walls import _PEOPLE

SERVICES = 20
_CASES = """
CREATE TEMPORARY TABLE opened AS
    SELECT n, 1 + n %% %(services)s AS service, md5('case' || n)::uuid AS id
      FROM generate_series(1, %(services)s * %(each)s) n;
INSERT INTO cases_case (id, alias, state, municipality_id, arrival, opened_at, exercise, service_ids, supervising_ids,
                        lead_service_id, lead_operator_id, next_contact_at)
    SELECT id, 'Misura ' || n, 'contact', '012133', 'other', now() - n * interval '1 minute', false, ARRAY[service],
           '{}', service, service, CASE WHEN (n / %(services)s) %% 5 = 0 THEN NULL ELSE now() + interval '3 days' END
      FROM opened;
INSERT INTO cases_participation (case_id, service_id, since, open)
    SELECT id, service, now() - n * interval '1 minute', true FROM opened;
INSERT INTO activations_activation (id, case_id, municipality_id, context, needs, consent, exercise, activated_at,
                                    operator_id, service_id, service_ids, protocol_version_id, protocol_copy, state,
                                    end_reason, idempotency_key, request_digest)
    SELECT id, id, '012133', 'other', '{talk_now}', 'given', false, now() - interval '1 minute', service, service,
           ARRAY[service], 1, '{}', 'open', '', 'today-' || n, '' FROM opened WHERE (n / %(services)s) %% 10 = 1;
INSERT INTO activations_call (id, activation_id, key, position, service_id, service_ids, state, step, started_at,
                              answer_by, due_at, reached)
    SELECT md5('call' || n)::uuid, id, 'centro', 1, service, ARRAY[service], 'calling', 1,
           now() - interval '1 minute', now() + interval '1 hour', now() + interval '1 hour', true
      FROM opened WHERE (n / %(services)s) %% 10 = 1;
INSERT INTO tasks_stretch (id, case_id, phase, begun_at)
    SELECT n, id, 'reception', now() - n * interval '1 minute' FROM opened;
INSERT INTO tasks_task (id, stretch_id, case_id, exercise, step, key, service_id, for_lead, status, reached_at, due_at,
                        escalate_at, end_reason, instrument)
    SELECT md5('task' || n)::uuid, n, id, false, jsonb_build_object('key', 'listen', 'phase', 'reception', 'what',
               'Primo colloquio', 'within_hours', 72, 'escalate_after_hours', 96, 'tell', 'lead'),
           'listen', service, true, 'requested', now() - n * interval '1 minute', due, due + interval '1 day', '', ''
      FROM (SELECT *, now() + CASE WHEN (n / %(services)s) %% 3 = 0 THEN - n * interval '1 minute'
                                   ELSE interval '9 days' END AS due FROM opened) dated
"""
_COUNTED = """
SELECT (SELECT count(*) FROM cases_case WHERE service_ids @> ARRAY[%(service)s]::bigint[] AND closed_at IS NULL
           AND next_contact_at IS NULL),
       (SELECT count(*) FROM activations_call c JOIN activations_activation a ON a.id = c.activation_id
         WHERE c.service_id = %(service)s AND c.state = 'calling' AND a.state = 'open'),
       (SELECT count(*) FROM tasks_task WHERE service_id = %(service)s AND ended_at IS NULL AND due_at < now())
"""


def invent(made: Ground, each: int) -> None:
    """Twenty services, each with so many open cases."""
    values = {"services": SERVICES, "each": each}
    with psycopg.connect(made.observer, autocommit=True) as above:
        above.execute("SET session_replication_role = replica")
        for statement in (*_PEOPLE.split(";\n"), *_CASES.split(";\n")):
            above.execute(statement, values)
        above.execute("VACUUM ANALYZE")


def measured(made: Ground, each: int, times: int) -> dict[str, float]:
    """What waits, what waits drawn as the page draws it, and the same rows counted by one query."""
    from django.template.loader import render_to_string

    from approdo.access.rules import Actor, Role
    from approdo.access.services import entered
    from approdo.kit import clock
    from approdo.tasks.selectors import SHOWN
    from approdo.usecases import overview

    actor = Actor(1, 1, 1, Role.CENTRE_OPERATOR)

    def read() -> Any:
        return overview.day(actor, clock.now())

    with psycopg.connect(made.observer, autocommit=True) as above:
        adrift, waiting, late = above.execute(_COUNTED, {"service": 1}).fetchone() or (0, 0, 0)
        floor = seconds(lambda: above.execute(_COUNTED, {"service": 1}).fetchone(), times)
    with entered(actor=actor):
        day = read()
        shown = len(day.calling) + len(day.late) + len(day.waiting)
        if shown != waiting or len(day.adrift) < min(adrift, 1) or len(day.to_do.late) != min(late, SHOWN):
            raise AssertionError(f"the page shows {shown} calls and {len(day.adrift)} cases of {waiting} and {adrift}")
        took = seconds(read, times)
        drawn = seconds(lambda: render_to_string("web/_today.html", {"day": read()}), times)
    name = f"Oggi with {each:,} open cases per service"
    return {
        f"{name}: what waits, ms": took * 1000,
        f"{name}: drawn, ms": drawn * 1000,
        f"{name}: one query that counts the same rows, ms": floor * 1000,
        f"{name}: drawn / that": drawn / floor,
    }


def main() -> None:
    """Invent, look, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--times", type=int, default=51)
    options.add_argument("--cases", type=int, default=500, help="open, of each service")
    chosen = options.parse_args()
    print(machine(), flush=True)
    calibration = Calibration()
    with ground() as made:
        made.prepare()
        django.setup()
        invent(made, chosen.cases)
        calibration.take()
        figures = {name: [value] for name, value in measured(made, chosen.cases, chosen.times).items()}
        calibration.take()
    print(f"\n{table(figures)}\n\n{calibration.line()}")


if __name__ == "__main__":
    main()
