# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Five hundred activations while processes are killed with -9 at random: none is lost, none is made twice."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from tests.journeys import installation
from tests.journeys.installation import LIVE, PAGES, SWEEP, WATCHDOG, WORKER, Installation

pytestmark = pytest.mark.fault
ACTIVATIONS = 500
PATIENCE_SECONDS = 240
KILLINGS = 20  # the supervisor waits up to ten seconds before it starts again what keeps dying
PROGRAMS = [PAGES, LIVE, WORKER, SWEEP, WATCHDOG]

_COUNT = """
import json, sys
from django.db.models import Count
from approdo.activations.models import Activation, Alert, Call
from approdo.audit.models import Entry
from approdo.cases.models import Case
from approdo.notifications.models import Message
json.dump({
    "ids": [str(pk) for pk in Activation.objects.values_list("pk", flat=True)],
    "keys": Activation.objects.values("idempotency_key").distinct().count(),
    "cases": Case.objects.count(),
    "audited": Entry.objects.filter(verb="activation.create").values("subject").distinct().count(),
    "calls": sorted(set(Activation.objects.annotate(n=Count("calls")).values_list("n", flat=True))),
    "steps": {
        str(row["step"]): row["n"] for row in Call.objects.values("step").annotate(n=Count("id")).order_by("step")
    },
    "doubled": Alert.objects.values("call", "step", "operator").annotate(n=Count("id")).filter(n__gt=1).count(),
    "alerts_by_step": {
        str(row["step"]): row["n"] for row in Alert.objects.values("step").annotate(n=Count("id")).order_by("step")
    },
    "unsent": Message.objects.filter(state__in=["queued", "sending"]).count(),
    "without_message": Alert.objects.exclude(pk__in=Message.objects.values("reference")).count(),
}, sys.stdout)
"""
_MAKE_DUE = """
from approdo.activations.models import Call
from approdo.kit import clock
Call.objects.filter(state="calling").update(due_at=clock.now())
"""


@pytest.fixture
def product() -> Iterator[Installation]:
    with installation.running() as running:
        yield running


def press(product: Installation, number: int) -> str:
    """Activate, and insist with the same key until it is answered."""
    until = time.monotonic() + PATIENCE_SECONDS
    headers = {"Authorization": f"Bearer {product.token}", "Idempotency-Key": f"press-{number:06d}"}
    body = {
        "municipality": product.municipality,
        "needs": ["talk_now", "safe_place"],
        "consent": "given",
        "context": "emergency_department",
    }
    while time.monotonic() < until:
        try:
            url = f"{product.address}/api/v1/activations"
            answer = httpx.post(url, headers=headers, json=body, timeout=10, trust_env=False)
        except httpx.HTTPError:
            time.sleep(0.2)
            continue
        if answer.status_code in {200, 201}:
            return str(answer.json()["id"])
        assert answer.status_code >= 500, answer.text
        time.sleep(0.2)
    raise AssertionError(f"press {number} was never answered")


def kill_at_random(product: Installation, stop: threading.Event, killed: Counter[str]) -> None:
    """Kill somebody every second or so; now and then everybody, and the database itself twice."""
    chance = random.Random(20261124)
    order = chance.sample(PROGRAMS, len(PROGRAMS))
    rounds = 0
    while rounds < KILLINGS and not stop.wait(chance.uniform(1.0, 3.0)):
        rounds += 1
        if rounds in {4, 12}:
            product.kill_database_server()
            continue
        victims = PROGRAMS if rounds % 8 == 0 else [order[rounds % len(order)]]
        killed.update(name for name in victims if product.kill(name))


def settle(product: Installation, wanted: str, seconds: float) -> dict:
    """Count again and again until every call is at the wanted step and nothing waits to be sent."""
    until = time.monotonic() + seconds
    while True:
        counted = json.loads(product.run(_COUNT))
        if (set(counted["steps"]) == {wanted} and counted["unsent"] == 0) or time.monotonic() > until:
            return counted
        time.sleep(1)


def test_none_is_lost_and_none_is_doubled_and_every_due_escalation_fires_once(product: Installation) -> None:
    stop, killed = threading.Event(), Counter()
    killer = threading.Thread(target=kill_at_random, args=(product, stop, killed))
    killer.start()
    try:
        with ThreadPoolExecutor(8) as pool:
            answered = list(pool.map(lambda number: press(product, number), range(ACTIVATIONS)))
    finally:
        stop.set()
        killer.join()
    assert {PAGES, WORKER, SWEEP} <= killed.keys(), f"each was really killed: {killed}"
    product.wait_ready()
    counted = settle(product, "1", 120)  # the sweep, or the worker in its place, has alerted the first people
    assert sorted(answered) == sorted(counted["ids"]), "what was answered is there, and nothing else"
    assert len(set(answered)) == counted["keys"] == counted["cases"] == counted["audited"] == ACTIVATIONS
    assert counted["calls"] == [2]
    assert counted["without_message"] == 0

    product.kill(SWEEP, WORKER)
    product.run(_MAKE_DUE)
    product.kill(SWEEP, PAGES, WORKER)
    product.wait_ready()
    counted = settle(product, "2", 300)
    assert counted["steps"] == {"2": 2 * ACTIVATIONS}, "every due escalation fired"
    assert counted["alerts_by_step"] == {"1": 2 * ACTIVATIONS, "2": 2 * ACTIVATIONS}, "and fired once"
    assert counted["doubled"] == 0
    assert counted["unsent"] == 0
