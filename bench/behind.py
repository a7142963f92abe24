# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whole pages behind every wall beside the bare page, and a case opened in one commit, for `bench.walls`."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

import psycopg

from bench.ground import Ground, free_port, percentile, wait_for

if TYPE_CHECKING:
    from uuid import UUID

    from approdo.access.rules import Actor

WRITTEN = {
    "identity": {"given_name": "Misura", "family_name": "Del Banco"},
    "contact": {"address": "+390001111111"},
    "place": {"address": "Via del Banco 1"},
}


class Pages:
    """The product's pages and the bare page, and somebody signed in for each service that is measured."""

    def __init__(self, made: Ground, services: tuple[int, ...]) -> None:
        from approdo.access.rules import Role
        from approdo.networks.models import Membership, Service
        from bench.data import session_of, signed_in_by_django

        self._port, self._floor = made.pages_port, free_port()
        self._signed_in: dict[int, str] = {}
        self._case: dict[int, UUID] = {}
        for service_id in services:
            service = Service.objects.get(pk=service_id)
            membership = Membership.objects.create(
                operator_id=service_id, service=service, role=Role.CENTRE_OPERATOR, active=True
            )
            self._signed_in[service_id] = session_of(membership, service, None)
            self._case[service_id] = _led(_actor(service_id))
        self._bare = signed_in_by_django(self._signed_in[services[0]])
        made.start("-m", "approdo.cli", "serve", "--port", str(self._port))
        arguments = ["--interface", "wsgi", "--workers", "2", "--blocking-threads", "2", "--log-level", "error"]
        made.start("-m", "granian", "bench.floors.page:application", "--port", str(self._floor), *arguments)
        wait_for(f"http://127.0.0.1:{self._port}/healthz")
        wait_for(f"http://127.0.0.1:{self._floor}/")

    def beside(self, service: int, seconds: float) -> dict[str, tuple[float, float, float]]:
        """For each page its median in seconds, and median and 95th percentile over those of the bare page."""
        from bench.pages import beside

        case = self._case[service]
        paths = {"list of cases": "/casi/", "case": f"/casi/{case}/", "record": f"/casi/{case}/scheda/"}
        found = {}
        for name, path in paths.items():
            page = (self._port, self._signed_in[service], path)
            bare, product = beside((self._floor, self._bare, "/"), page, users=1, for_seconds=seconds)
            found[name] = (product[0], product[0] / bare[0], product[1] / bare[1])
        return found


def _actor(service_id: int) -> Actor:
    from approdo.access.rules import Actor, Role

    return Actor(service_id, service_id, service_id, Role.CENTRE_OPERATOR)


def _led(actor: Actor) -> UUID:
    """Open a case, lead it since the day before yesterday, and write into its record."""
    from approdo.access.services import entered
    from approdo.cases.rules import Arrival
    from approdo.cases.services import open_case, take_lead
    from approdo.kit import clock
    from approdo.persons.rules import Kind
    from approdo.persons.services import add

    then = clock.now() - timedelta(days=2)
    with entered(actor=actor):
        case_id, _alias = open_case(actor=actor, municipality_code="012133", arrival=Arrival.OTHER, now=then)
        take_lead(actor=actor, case_id=case_id, now=then)
        for kind, written in WRITTEN.items():
            add(actor=actor, case_id=case_id, kind=Kind(kind), written=written, declined=(), now=then)
    return case_id


def opening(made: Ground, times: int) -> dict[str, float]:
    """A case with participation, chronology and chained entry, committed, beside two bare rows committed."""
    from django.db import connection

    from approdo.access.services import entered
    from approdo.cases.rules import Arrival
    from approdo.cases.services import open_case
    from approdo.kit import clock

    actor, now = _actor(1), clock.now()
    with psycopg.connect(made.owner, autocommit=True) as owner:
        owner.execute("CREATE TABLE bare_case (LIKE cases_case INCLUDING ALL)")
        owner.execute("CREATE TABLE bare_audit (LIKE audit_entry INCLUDING ALL)")
        owner.execute("GRANT INSERT ON bare_case, bare_audit TO approdo_app")
    bare_case = """
        INSERT INTO bare_case (id, alias, state, municipality_id, arrival, opened_at, exercise, service_ids,
                               supervising_ids)
        VALUES (gen_random_uuid(), %s, 'contact', '012133', 'other', now(), false, '{1}', '{}')"""
    bare_audit = """
        INSERT INTO bare_audit (id, happened_at, operator_id, role, purpose, verb, subject, detail)
        VALUES (%s, now(), 1, '', 'care', 'case.open', 'case:1', '{}')"""
    product, bare = [], []
    for number in range(times):
        began = time.perf_counter()
        with entered(actor=actor):
            open_case(actor=actor, municipality_code="012133", arrival=Arrival.OTHER, now=now)
        product.append(time.perf_counter() - began)
        began = time.perf_counter()
        with entered(actor=actor), connection.cursor() as cursor:
            cursor.execute(bare_case, [f"banco {number}"])
            cursor.execute(bare_audit, [number])
        bare.append(time.perf_counter() - began)
    return {
        "one case opened, committed, ms": percentile(product, 0.5) * 1000,
        "one case opened, committed / bare insert with audit": percentile(product, 0.5) / percentile(bare, 0.5),
    }
