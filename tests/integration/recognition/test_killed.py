# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""An import killed in the middle, for real: started again it goes on, nothing twice and nothing lost."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.factories.observers import observer
from tests.factories.visits import a_csv, a_department, a_mapping, a_row

from approdo.kit.postgres import Urls

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]
LINES = 15_000
SECONDS = 60.0


def test_killed_three_times_it_ends_as_if_it_had_never_been(database_urls: Urls, tmp_path: Path) -> None:
    actor = a_department()
    every = 97
    rows = [a_row(number, diagnosi="?" if number % every == 0 else "920") for number in range(1, LINES + 1)]
    path, mapping = a_csv(tmp_path / "a.csv", rows), a_mapping(tmp_path)
    environment = os.environ | {"DATABASE_URL": database_urls.application, "APPRODO_HOME": str(tmp_path)}
    environment |= {"DJANGO_SETTINGS_MODULE": "approdo.config.settings"}
    environment |= {"PYTHONPATH": str(Path(__file__).parents[3] / "src")}
    command = [sys.executable, "-m", "approdo.cli", "import", "visits", "--json", "--service", str(actor.service_id)]
    command += ["--file", str(path), "--mapping", str(mapping)]

    def done() -> int:
        with observer(database_urls) as look:
            found = look.execute("SELECT max(records) FROM recognition_visitimport").fetchone()
        return (found and found[0]) or 0

    for _death in range(3):
        before, until = done(), time.monotonic() + SECONDS
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            while done() < before + 2_000:
                assert process.poll() is None, "it ended before it was killed"
                assert time.monotonic() < until, "it does not go on"
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL
        assert before < done() < LINES

    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 3, ended.stderr
    report = json.loads(ended.stdout)
    assert report["resumed_from"] >= 6_000
    wrong = LINES // every
    assert report["records"] == LINES
    assert {name: number for name, number in report["counts"].items() if number} == {
        "new": LINES - wrong,
        "rejected": wrong,
    }
    with observer(database_urls) as look:
        visits = look.execute("SELECT count(*), count(DISTINCT visit) FROM recognition_storedvisit").fetchone()
        lines = look.execute("SELECT line FROM recognition_rejectedline ORDER BY line").fetchall()
    assert visits == (LINES - wrong, LINES - wrong)
    assert [line for (line,) in lines] == [number + 1 for number in range(every, LINES + 1, every)]
