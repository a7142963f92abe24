# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Several workers at once, workers that are killed, gateways that hang: committed rows, real threads and processes."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import connection
from tests.integration.notifications.conftest import NOW, Alert, new

from approdo.jobs import notifications as jobs
from approdo.kit.postgres import Urls
from approdo.networks.rules import Channel
from approdo.notifications import selectors, services
from approdo.notifications.gateways import NotSent, Outgoing
from approdo.notifications.rules import LEASE, Failure, MessageState
from approdo.notifications.services import Result, sending

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 8.0  # seconds a test waits for what should take a fraction of one


@contextmanager
def together(*acts: Callable[[], object]) -> Iterator[None]:
    """Run each act in a thread with a database connection of its own; fail if one of them does."""
    problems: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        try:
            act()
        except BaseException as problem:
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join(30)
    assert problems == []


def state_of(reference: UUID) -> dict[Channel, MessageState]:
    return {view.channel: view.state for view in selectors.messages_of([reference])[reference]}


def eventually(holds: Callable[[], bool], within: float = PATIENCE) -> None:
    until = time.monotonic() + within
    while not holds():
        assert time.monotonic() < until, "it did not come to pass"
        time.sleep(0.02)


def test_two_workers_share_the_work_and_send_nothing_twice(alert: Alert) -> None:
    references = [alert(Channel.EMAIL, Channel.SMS, Channel.VOICE) for _ in range(40)]
    sent: Counter[UUID] = Counter()

    def gateway(outgoing: Outgoing) -> str:
        sent[outgoing.id] += 1
        time.sleep(0.002)
        return str(outgoing.id)

    with together(*[lambda: services.send_due(now=NOW, gateway=gateway)] * 3):
        pass
    assert len(sent) == 120
    assert set(sent.values()) == {1}
    assert all(set(state_of(reference).values()) == {MessageState.SENT} for reference in references)


_WORKER = """
import django, sys, time
django.setup()
from approdo.notifications import services
from datetime import datetime

def gateway(outgoing):
    print(outgoing.id, flush=True)
    time.sleep(60)

services.send_due(now=datetime.fromisoformat(sys.argv[1]), gateway=gateway)
"""


@pytest.mark.fault
def test_a_worker_killed_between_sending_and_recording_costs_a_duplicate_never_a_message(
    alert: Alert, database_urls: Urls, tmp_path: Path
) -> None:
    reference = alert(Channel.SMS)
    environment = os.environ | {"DATABASE_URL": database_urls.application, "APPRODO_TEST": "1"}
    environment |= {"DJANGO_SETTINGS_MODULE": "approdo.config.settings", "APPRODO_HOME": str(tmp_path)}
    command = [sys.executable, "-c", _WORKER, NOW.isoformat()]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        assert UUID(worker.stdout.readline().strip())  # the gateway has it
        worker.send_signal(signal.SIGKILL)
    assert state_of(reference) == {Channel.SMS: MessageState.SENDING}
    services.sweep(now=NOW + LEASE + timedelta(seconds=1))
    again: list[Outgoing] = []
    services.send_due(now=NOW + LEASE + timedelta(seconds=1), gateway=again.append)
    assert [(one.reference, one.attempts, one.code) for one in again] == [(reference, 2, "one-time")]
    assert state_of(reference) == {Channel.SMS: MessageState.SENT}


def test_a_gateway_that_hangs_delays_neither_other_channels_nor_what_comes_later(alert: Alert) -> None:
    hung = [alert(Channel.SMS) for _ in range(sending.LANES[Channel.SMS] + 3)]
    letters = [alert(Channel.EMAIL) for _ in range(20)]
    answer = threading.Event()

    def gateway(outgoing: Outgoing) -> None:
        if outgoing.channel is Channel.SMS:
            answer.wait(20)
            raise NotSent(Failure.TIMEOUT)

    with together(lambda: services.send_due(now=NOW, gateway=gateway)):
        eventually(lambda: all(state_of(one) == {Channel.EMAIL: MessageState.SENT} for one in letters), within=3)
        assert not answer.is_set()
        late = alert(Channel.EMAIL, Channel.VOICE)
        eventually(lambda: set(state_of(late).values()) == {MessageState.SENT}, within=3)
        assert {state_of(one)[Channel.SMS] for one in hung} == {MessageState.SENDING, MessageState.QUEUED}
        answer.set()
    assert {state_of(one)[Channel.SMS] for one in hung} == {MessageState.QUEUED}


def test_no_transaction_is_open_while_a_message_flies(alert: Alert, database_urls: Urls) -> None:
    alert(Channel.SMS)
    busy: list[object] = []

    def gateway(outgoing: Outgoing) -> None:
        import psycopg

        with psycopg.connect(database_urls.administrator) as administrator:
            busy.extend(
                administrator.execute(
                    "SELECT pid FROM pg_stat_activity WHERE datname = %s AND state LIKE 'idle in transaction%%'",
                    [connection.settings_dict["NAME"]],
                ).fetchall()
            )

    services.send_due(now=NOW, gateway=gateway)
    assert busy == []


def test_a_try_that_never_ends_is_given_up_and_tried_again(alert: Alert, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "PATIENCE", timedelta(seconds=0.3))
    reference = alert(Channel.SMS)
    forever = threading.Event()
    began = time.monotonic()
    services.send_due(now=NOW, gateway=lambda outgoing: forever.wait(10))
    assert time.monotonic() - began < 3
    (view,) = selectors.messages_of([reference])[reference]
    assert (view.state, view.failure) == (MessageState.QUEUED, Failure.TIMEOUT)
    forever.set()


@pytest.mark.parametrize("turn", range(3))
def test_two_last_failures_at_the_same_instant_still_let_the_next_wave_go(alert: Alert, turn: int) -> None:
    references = [alert(Channel.EMAIL, Channel.SMS, later=(Channel.VOICE,)) for _ in range(10)]
    claimed = services.claim(now=NOW, room={Channel.EMAIL: 10, Channel.SMS: 10})
    halves = [[one for one in claimed if one.channel is channel] for channel in (Channel.EMAIL, Channel.SMS)]
    start = threading.Barrier(2)

    def fail(half: list[Outgoing]) -> None:
        start.wait()
        for one in half:
            services.record(results=[Result(one, failure=Failure.REFUSED, final=True)], now=NOW)

    with together(*[lambda half=half: fail(half) for half in halves]):
        pass
    assert [state_of(reference)[Channel.VOICE] for reference in references] == [MessageState.QUEUED] * 10


def test_answers_eyes_receipts_and_failures_at_once_never_wait_in_a_circle(alert: Alert) -> None:
    references = [alert(Channel.APP, Channel.EMAIL, Channel.SMS, later=(Channel.VOICE,)) for _ in range(30)]
    claimed = services.claim(now=NOW, room={Channel.EMAIL: 30, Channel.SMS: 30})
    backwards = list(reversed(references))
    with together(
        lambda: services.record(results=[Result(one, failure=Failure.REFUSED, final=True) for one in claimed], now=NOW),
        lambda: [services.mark_read(references=some, now=NOW) for some in (references, backwards)],
        lambda: [services.cancel(references=some, now=NOW) for some in (backwards, references)],
        lambda: [services.mark_shown(references=some, now=NOW) for some in (backwards, references)],
        lambda: [services.sweep(now=NOW + timedelta(seconds=120)) for _ in range(5)],
    ):
        pass
    for reference in references:
        assert state_of(reference)[Channel.APP] is MessageState.DELIVERED
        assert state_of(reference)[Channel.VOICE] in {MessageState.CANCELLED, MessageState.QUEUED}


def test_an_emergency_never_waits_for_another_to_commit(alert: Alert) -> None:
    from django.db import transaction

    with transaction.atomic():
        services.enqueue(messages=[new(uuid4(), Channel.SMS)], now=NOW)  # not committed yet
        began = time.monotonic()
        with together(lambda: services.enqueue(messages=[new(uuid4(), Channel.SMS)], now=NOW)):
            pass
        assert time.monotonic() - began < 2


# -- the jobs ---------------------------------------------------------------------------------------------------------


def test_a_job_that_finds_a_run_under_way_asks_it_to_look_again_and_does_not_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs: list[float] = []
    entered, leave = threading.Event(), threading.Event()

    def slow_run(**_: object) -> int:
        runs.append(time.monotonic())
        entered.set()
        leave.wait(PATIENCE)
        return 0

    monkeypatch.setattr(services, "send_due", slow_run)
    with together(jobs.send_due):
        assert entered.wait(PATIENCE)
        began = time.monotonic()
        jobs.send_due()
        assert time.monotonic() - began < 1
        assert len(runs) == 1
        leave.set()
    assert len(runs) == 2


def test_the_job_sends_what_is_due_on_the_database_clock(alert: Alert, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = alert(Channel.SMS)
    monkeypatch.setattr(sending, "send", lambda outgoing: None)
    monkeypatch.setattr("approdo.kit.clock.now", lambda: NOW + timedelta(seconds=1))
    jobs.send_due()
    assert state_of(reference) == {Channel.SMS: MessageState.SENT}
