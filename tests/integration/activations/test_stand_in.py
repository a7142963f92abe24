# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A real worker, and no sweep at all."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.factories.activations import a_town, an_activation

from approdo.access.services import as_system
from approdo.activations.models import Call
from approdo.audit import selectors as audit
from approdo.kit.postgres import Urls

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.process]
PATIENCE = 30.0


@pytest.fixture
def worker(database_urls: Urls, tmp_path: Path) -> Iterator[None]:
    environment = os.environ | {"DATABASE_URL": database_urls.application, "APPRODO_TEST": "1"}
    environment |= {"DJANGO_SETTINGS_MODULE": "approdo.config.settings", "APPRODO_HOME": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-m", "approdo.cli", "worker"], env=environment) as process:
        yield
        process.terminate()


@pytest.mark.usefixtures("worker")
def test_when_the_sweep_is_dead_the_worker_alerts_in_its_place() -> None:
    made = an_activation(a_town(), swept=False)
    first = Call.objects.filter(activation_id=made.id, key="centre", started_at__isnull=False)

    @as_system()
    def alerted() -> bool:
        return first.exists()

    until = time.monotonic() + PATIENCE
    while not alerted():
        assert time.monotonic() < until, "nobody was alerted"
        time.sleep(0.1)
    assert "sweep" not in audit.heartbeats()  # of its silence the watchdog hears all the same
