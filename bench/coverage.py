# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m bench.coverage`: the coverage proof of 27 networks, 1,503 municipalities and 170 services.

The floor reads the same shifts, sorts them and sweeps once over each service and position: what anybody would do who
asks only "is somebody on the rota". The proof says for each municipality and each step whether a telephone rings.
"""

import argparse
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import django
import psycopg

from bench.ground import Calibration, Ground, ground, machine, percentile
from bench.table import table

NETWORKS, SERVICES = 27, 170
KINDS = (
    "support_centre", "shelter", "social_emergency", "child_protection", "outreach_desk", "network_coordination"
)  # fmt: skip
_WORLD = """
INSERT INTO networks_network (id, code, name)
    SELECT n, 'rete-' || n, 'Rete ' || n FROM generate_series(1, %(networks)s) n;
INSERT INTO networks_networkterritory (network_id, municipality_id)
    SELECT 1 + row_number() OVER (ORDER BY istat_code) %% %(networks)s, istat_code FROM networks_municipality;
INSERT INTO networks_organisation (id, name, kind)
    SELECT n, 'Ente ' || n, 'association' FROM generate_series(1, %(services)s) n;
INSERT INTO networks_organisation_networks (organisation_id, network_id)
    SELECT n, 1 + n %% %(networks)s FROM generate_series(1, %(services)s) n;
INSERT INTO networks_service (id, organisation_id, name, kind, code, phone, capabilities, languages, rank, always_open,
                              active, address)
    SELECT n, n, 'Servizio ' || n, (%(kinds)s::text[])[1 + (n / %(networks)s) %% 6],
           CASE WHEN (n / %(networks)s) %% 6 = 1 THEN 'CR-' || n ELSE '' END, '+39001' || lpad(n::text, 7, '0'),
           '{}', '{}', 1, n %% 3 = 0, true, ''
      FROM generate_series(1, %(services)s) n;
INSERT INTO networks_openinghours (service_id, days, opens, closes)
    SELECT n, '{0,1,2,3,4}', '09:00', '17:00' FROM generate_series(1, %(services)s) n WHERE n %% 3 <> 0;
INSERT INTO networks_serviceterritory (service_id, municipality_id)
    SELECT s.id, t.municipality_id FROM networks_service s JOIN networks_networkterritory t
        ON t.network_id = 1 + s.id %% %(networks)s;
INSERT INTO accounts_operator (id, email, password, display_name, is_active, language, joined_at)
    SELECT n, 'o' || n || '@misura.example', '!', 'Operatrice ' || n, true, 'it', now()
      FROM generate_series(1, %(services)s * 6) n;
INSERT INTO networks_contactpoint (service_id, operator_id, position, channel, address, hours)
    SELECT 1 + n / 6, n + 1, 1, 'sms', '+39002' || lpad(n::text, 7, '0'), 'always'
      FROM generate_series(0, %(services)s * 6 - 1) n;
-- nights and days in turn, by six people; one shift in fifty was forgotten
INSERT INTO networks_shift (service_id, operator_id, position, starts_at, ends_at, note)
    SELECT s, (s - 1) * 6 + p + 2 * ((n + 184) %% 3), p, date_trunc('day', now()) + n * interval '12 hours',
           date_trunc('day', now()) + (n + 1) * interval '12 hours', ''
      FROM generate_series(1, %(services)s) s, generate_series(1, 2) p, generate_series(-184, 184) n
     WHERE (s * 7919 + p * 104729 + (n + 184) * 31) %% 50 <> 0
"""
_PAST = """
CREATE TEMPORARY TABLE past AS
    SELECT n, md5('past' || n)::uuid AS id, now() - n * (interval '80 days' / %(count)s) AS at,
           (SELECT array_agg(id ORDER BY id) FROM networks_service WHERE 1 + id %% 27 = %(network)s) AS services,
           (SELECT min(municipality_id) FROM networks_networkterritory WHERE network_id = %(network)s) AS place
      FROM generate_series(1, %(count)s) n;
INSERT INTO cases_case (id, alias, state, municipality_id, arrival, opened_at, exercise, service_ids, supervising_ids)
    SELECT id, 'Misura ' || n, 'contact', place, 'other', at, false, services, '{}' FROM past;
INSERT INTO activations_activation (id, case_id, municipality_id, context, needs, consent, exercise, activated_at,
                                    operator_id, service_id, service_ids, protocol_version_id, protocol_copy, state,
                                    ended_at, ended_by_id, end_reason, idempotency_key, request_digest)
    SELECT id, id, place, 'emergency_department', '{safe_place,talk_now}', 'given', false, at, 1, services[1], services,
           %(version)s, (SELECT document FROM protocols_protocolversion WHERE id = %(version)s), 'closed', at, 1, '',
           'past-' || n, '' FROM past;
-- one call in ten went a step further; answers come within forty minutes
INSERT INTO activations_call (id, activation_id, key, position, service_id, service_ids, state, step, started_at,
                              answer_by, taken_at, taken_by_id, taken_service_id, reached)
    SELECT md5('call' || n || k)::uuid, id, (ARRAY['centro', 'rifugio'])[k], k, services[k], services, 'taken',
           CASE WHEN n %% 10 = 0 THEN 2 ELSE 1 END, at, at + interval '15 minutes',
           at + (n * k %% 40) * interval '1 minute', 1, services[k], true FROM past, generate_series(1, 2) k;
INSERT INTO activations_alert (id, call_id, step, service_id, operator_id, target, created_at, decline_reason,
                               code_digest, code_expires_at)
    SELECT md5('alert' || c.id || s)::uuid, c.id, s, c.service_id, s, 'first_on_call', c.started_at, '',
           md5('code' || c.id || s), c.started_at FROM activations_call c, generate_series(1, c.step) s;
INSERT INTO cases_event (case_id, happened_at, kind, service_id, subject, detail)
    SELECT a.case_id, c.taken_at, 'taken', c.service_id, c.id, ''
      FROM activations_call c JOIN activations_activation a ON a.id = c.activation_id;
INSERT INTO cases_event (case_id, happened_at, kind, service_id, subject, detail)
    SELECT id, at, 'activated', services[1], id, '' FROM past;
INSERT INTO cases_event (case_id, happened_at, kind, service_id, detail)
    SELECT id, at + interval '1 day', 'case_moved', services[1], 'reception' FROM past WHERE n %% 2 = 0
"""
_COUNTED = """
SELECT c.key, c.service_id, count(*) FROM activations_call c JOIN activations_activation a ON a.id = c.activation_id
 WHERE a.activated_at > now() - interval '90 days' AND a.service_ids @> ARRAY[%s]::bigint[] GROUP BY c.key, c.service_id
"""
_NOBODY = """
DELETE FROM networks_shift WHERE service_id IN (
    SELECT s.id FROM networks_service s JOIN networks_organisation_networks o USING (organisation_id)
      JOIN networks_network n ON n.id = o.network_id WHERE n.code = 'rete-1')
"""
_KEPT = """
SELECT c.key, count(*), count(*) FILTER (WHERE c.taken_at <= c.answer_by)
  FROM activations_call c JOIN activations_activation a ON a.id = c.activation_id
 WHERE a.activated_at > now() - interval '90 days' AND a.protocol_version_id = %s GROUP BY c.key
"""
_FLOOR = """
SELECT service_id, position, starts_at, ends_at FROM networks_shift
 WHERE starts_at < %s AND ends_at > %s AND service_id IN (
     SELECT s.id FROM networks_service s JOIN networks_organisation_networks o USING (organisation_id)
       JOIN networks_network n ON n.id = o.network_id WHERE n.code = %s)
"""


def invent(made: Ground) -> None:
    """Networks of very plain people, each with the protocol of a city, the services spread over six kinds."""
    from approdo.accounts.models import Operator
    from approdo.kit import clock
    from approdo.networks.models import Network
    from approdo.protocols.models import Protocol, ProtocolVersion
    from approdo.protocols.rules import digest, examine
    from approdo.protocols.selectors import shipped
    from approdo.protocols.services import addressed

    with psycopg.connect(made.observer, autocommit=True) as above:
        for statement in _WORLD.split(";\n"):
            above.execute(statement, {"networks": NETWORKS, "services": SERVICES, "kinds": list(KINDS)})
        above.execute("VACUUM ANALYZE")
    for network in Network.objects.all():
        text = addressed(shipped()["citta-centro-24-ore"], network.code)
        document = examine(text).document or {}
        ProtocolVersion.objects.create(
            protocol=Protocol.objects.create(network=network, code="urgenza"),
            number=1,
            name="Urgenza",
            source=text,
            document=document,
            digest=digest(document),
            municipality_codes=[],
            contexts=[],
            effective_from=clock.now(),
            published_at=clock.now(),
            published_by=Operator.objects.earliest("pk"),
        )


def sweep(above: psycopg.Connection[Any], code: str, starts: datetime, ends: datetime) -> int:
    """The floor: how many holes the rotas of a network have, by one sort and one walk."""
    rows = sorted(above.execute(_FLOOR, [ends, starts, code]).fetchall())
    holes, at, line = 0, starts, None
    for service, position, begins, stops in rows:
        if (service, position) != line:
            holes += line is not None and at < ends
            line, at = (service, position), starts
        holes += begins > at
        at = max(at, stops)
    return holes + (line is not None and at < ends)


def remember(made: Ground, activations: int) -> None:
    """Activations of the last weeks in the first network, each with its calls to the centre and the shelter."""
    from approdo.networks.models import Network
    from approdo.protocols.models import ProtocolVersion

    network = Network.objects.get(code="rete-1")
    version = ProtocolVersion.objects.get(protocol__network=network)
    values = {"count": activations, "network": network.pk, "version": version.pk}
    with psycopg.connect(made.observer, autocommit=True) as above:
        above.execute("SET session_replication_role = replica")
        for statement in _PAST.split(";\n"):
            above.execute(statement, values)
        above.execute("VACUUM ANALYZE")


def replayed(made: Ground, times: int) -> dict[str, float]:
    """A dry run over so many activations, beside one query that counts the same calls."""
    from approdo.access.rules import Actor, Role
    from approdo.access.services import as_system, entered
    from approdo.activations.selectors import dry_run
    from approdo.kit import clock
    from approdo.networks.models import Service
    from approdo.protocols.rules import examine
    from approdo.protocols.selectors import shipped
    from approdo.protocols.services import addressed

    with as_system():
        hers = Service.objects.get(organisation__networks__code="rete-1", kind="network_coordination")
    document = examine(addressed(shipped()["citta-centro-24-ore"], "rete-1")).parsed
    if document is None:
        raise AssertionError("the shipped protocol of a city cannot be read")
    actor = Actor(1, hers.organisation_id, hers.pk, Role.NETWORK_COORDINATOR)
    with entered(actor=actor):
        found = dry_run(actor, "rete-1", document, clock.now()).outcome
        took = seconds(lambda: dry_run(actor, "rete-1", document, clock.now()), times)
    with psycopg.connect(made.observer, autocommit=True) as above:
        floor = seconds(lambda: above.execute(_COUNTED, [hers.pk]).fetchall(), times)
        above.execute(_NOBODY)
    with entered(actor=actor):
        silent = dry_run(actor, "rete-1", document, clock.now()).outcome
        if sum(line.unheard for line in silent.lines) != sum(line.calls for line in silent.lines):
            raise AssertionError("somebody is still on call")
        nobody = seconds(lambda: dry_run(actor, "rete-1", document, clock.now()), times)
    name = f"dry run over {found.activations:,} activations"
    return {
        f"{name}: s": took,
        f"{name}: one query that counts their calls, s": floor,
        f"{name}: / that": took / floor,
        f"{name}: with nobody ever on call, s": nobody,
    }


def conformed(made: Ground, times: int) -> dict[str, float]:
    """How those activations went, with their cases' pathway, beside one query that counts calls and those in time."""
    from approdo.access.rules import Actor, Role
    from approdo.access.services import as_system, entered
    from approdo.activations.selectors import measured
    from approdo.kit import clock
    from approdo.networks.models import Service
    from approdo.protocols.models import ProtocolVersion

    with as_system():
        hers = Service.objects.get(organisation__networks__code="rete-1", kind="network_coordination")
        version = ProtocolVersion.objects.get(protocol__network__code="rete-1")
    actor = Actor(1, hers.organisation_id, hers.pk, Role.NETWORK_COORDINATOR)
    with entered(actor=actor):
        found = measured(actor, "rete-1", 90, clock.now())
        took = seconds(lambda: measured(actor, "rete-1", 90, clock.now()), times)
    real = found.found.real
    if real.whole.calls != 2 * real.activations or found.stages[0].reached != real.activations:
        raise AssertionError("the activations that were made are not those that were measured")
    with psycopg.connect(made.observer, autocommit=True) as above:
        floor = seconds(lambda: above.execute(_KEPT, [version.pk]).fetchall(), times)
    name = f"conformance of {real.activations:,} activations"
    return {f"{name}: s": took, f"{name}: one query that counts, s": floor, f"{name}: / that": took / floor}


def seconds(act: Callable[[], object], times: int) -> float:
    """The median of so many runs."""
    took = []
    for _each in range(times):
        began = time.perf_counter()
        act()
        took.append(time.perf_counter() - began)
    return percentile(took, 0.5)


def main() -> None:
    """Invent, prove, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--times", type=int, default=7)
    options.add_argument("--activations", type=int, default=100_000, help="measured, and played again under a draft")
    options.add_argument("--past-only", action="store_true", help="leave the proof out")
    chosen = options.parse_args()
    print(machine(), flush=True)
    calibration, figures = Calibration(), {}
    with ground() as made:
        made.prepare()
        django.setup()
        from approdo.access.services import as_system
        from approdo.activations.selectors import ahead, proof_of
        from approdo.kit import clock

        with as_system():
            invent(made)
        codes = [f"rete-{number}" for number in range(1, NETWORKS + 1)]
        with psycopg.connect(made.observer, autocommit=True) as above:
            calibration.take()
            for days in () if chosen.past_only else (14, 30, 90):
                with as_system():
                    whole = ahead(clock.now(), days)
                    found = [proof_of(code, code, whole) for code in codes]
                    took = seconds(lambda whole=whole: [proof_of(code, code, whole) for code in codes], chosen.times)
                    half = seconds(
                        lambda whole=whole: [proof_of(code, code, whole) for code in codes[::2]], chosen.times
                    )
                floor = seconds(
                    lambda whole=whole: [sweep(above, code, whole.starts_at, whole.ends_at) for code in codes],
                    chosen.times,
                )
                name = f"{NETWORKS} networks, {days} days"
                figures[f"{name}: proof, s"] = [took]
                figures[f"{name}: plain sweep over the shifts, s"] = [floor]
                figures[f"{name}: proof / plain sweep"] = [took / floor]
                figures[f"{name}: proof of every second network / of all"] = [half / took]
                figures[f"{name}: steps looked at"] = [float(sum(one.steps for one in found))]
                figures[f"{name}: holes"] = [float(sum(len(one.silent) + len(one.passed_by) for one in found))]
                calibration.take()
            with as_system():
                remember(made, chosen.activations)
            for name, value in conformed(made, 3).items():
                figures[name] = [value]
            for name, value in replayed(made, 3).items():
                figures[name] = [value]
            calibration.take()
    print(f"\n{table(figures)}\n\n{calibration.line()}")


if __name__ == "__main__":
    main()
