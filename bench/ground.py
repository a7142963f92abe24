# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ground everything is measured on: our own PostgreSQL, granian processes, the machine's mood."""

import contextlib
import os
import platform
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from approdo.kit import processes
from approdo.kit.postgres import Server

ROOT = Path(__file__).resolve().parent.parent
SECRET = "only-for-the-benchmark-and-forgotten-with-it"


def percentile(values: list[float], part: float) -> float:
    """The value below which this part of the values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def calibrate() -> float:
    """Seconds a fixed piece of work takes now; its spread over the run says how far figures can be trusted."""
    started = time.perf_counter()
    total = 0
    for number in range(5_000_000):  # half a second and more: one slice taken away by another tenant is not the run
        total += number * number & 0xFF
    return time.perf_counter() - started


class Calibration:
    """Calibrations through a run."""

    LIMIT = 2.5

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def take(self) -> None:
        """Calibrate once."""
        self.seconds.append(calibrate())

    @property
    def spread(self) -> float:
        """Slowest over fastest."""
        return max(self.seconds) / min(self.seconds)

    def line(self) -> str:
        """How calm the machine was, and whether the run counts."""
        verdict = "valid" if self.spread <= self.LIMIT else f"VOID (over {self.LIMIT})"
        median = statistics.median(self.seconds)
        low, high = min(self.seconds), max(self.seconds)
        return f"calibration {low:.3f} … {high:.3f} s, median {median:.3f}: spread {self.spread:.2f}, {verdict}"


def free_port() -> int:
    """A port that nobody listens on."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as found:
        return int(found.getsockname()[1])


def machine() -> str:
    """One paragraph about this machine."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} × {model}, {memory:.1f} GiB, {platform.platform(terse=True)}, "
        f"Python {platform.python_version()}; load before the run {os.getloadavg()[0]:.2f}"
    )


class Ground:
    """A database of our own and the environment of every process that is measured."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._running: list[subprocess.Popen[bytes]] = []
        self._server = Server(home)
        urls = self._server.start()
        self.application, self.owner, self.administrator = urls.application, urls.owner, urls.administrator
        self.observer = make_conninfo(urls.administrator, dbname=conninfo_to_dict(urls.owner)["dbname"])
        """Above row-level security: for what the benchmark looks at or arranges behind the product's back."""
        self.pages_port, self.live_port = free_port(), free_port()
        self.gateway_port, self.mail_port = free_port(), free_port()
        self.public = f"http://localhost:{self.pages_port}"
        os.environ.update(
            APPRODO_HOME=str(home),
            APPRODO_SECRET_KEY=SECRET,
            APPRODO_GATEWAY_SECRET=SECRET,
            APPRODO_DEMO="1",
            APPRODO_PUBLIC_URL=self.public,
            APPRODO_LIVE_URL=f"http://localhost:{self.live_port}",
            APPRODO_HOSTS="localhost,127.0.0.1",
            APPRODO_GATEWAY_URL=f"http://127.0.0.1:{self.gateway_port}",
            APPRODO_SMTP_URL=f"smtp://127.0.0.1:{self.mail_port}",
            DATABASE_URL=urls.application,
            DATABASE_OWNER_URL=urls.owner,
            DJANGO_SETTINGS_MODULE="approdo.config.settings",
            PYTHONPATH=f"{ROOT / 'src'}:{ROOT}",
        )

    def prepare(self) -> None:
        """Schema and static files."""
        for arguments in (["-m", "approdo.cli", "migrate"], ["-m", "django", "collectstatic", "--noinput", "-v0"]):
            subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a process that ends with us."""
        process = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, preexec_fn=processes.die_with_parent(signal.SIGKILL)
        )
        self._running.append(process)
        return process

    def start_product(self) -> None:
        """Pages, live events, worker, sweep and the local gateway, each as `approdo up` starts it."""
        self.start("-m", "approdo.cli", "serve", "--port", str(self.pages_port))
        self.start("-m", "approdo.cli", "live", "--port", str(self.live_port))
        self.start("-m", "approdo.cli", "worker")
        self.start("-m", "approdo.cli", "sweep")
        ports = ["--port", str(self.gateway_port), "--smtp-port", str(self.mail_port)]
        self.start("-m", "approdo.cli", "local-gateway", *ports)
        wait_for(f"http://127.0.0.1:{self.pages_port}/healthz")
        wait_for(f"http://127.0.0.1:{self.live_port}/healthz")

    def close(self) -> None:
        """Stop what was started, the database last."""
        for process in reversed(self._running):
            process.terminate()
        for process in self._running:
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._server.stop()


@contextlib.contextmanager
def ground() -> Iterator[Ground]:
    """A ground in a temporary directory, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="approdo-bench-") as place:
        os.chmod(place, 0o755)
        made = Ground(Path(place))
        try:
            yield made
        finally:
            made.close()


def wait_for(address: str, seconds: float = 30) -> None:
    """Wait until an address answers 200."""
    limit = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            pass
        if time.monotonic() > limit:
            raise TimeoutError(address)
        time.sleep(0.1)
