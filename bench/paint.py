# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a first visit weighs and when it is painted on slow 4G, beside the same words on stock Bootstrap Italia.

Lighthouse says so (its mobile form, slow 4G and a slow processor, simulated), as it did for the anchor of the promise;
in real Chromium, with nothing in its cache and the cookie of somebody signed in. `python -m bench.paint` measures it
alone, `measure` inside a run.
"""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench.browsing import Browser
from bench.floors import stock
from bench.ground import Calibration, Ground, free_port, ground, machine, wait_for
from bench.table import table

LIGHTHOUSE = "lighthouse@12.8.2"
ROUNDS = 3
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_ATTEMPTS = 3
_AUDITS = ("total-byte-weight", "largest-contentful-paint", "cumulative-layout-shift")

Figure = tuple[str, float]


@dataclass(frozen=True)
class Visit:
    """One first visit: compressed bytes with headers, largest paint in ms, sum of all layout shifts."""

    bytes: int
    paint: float
    shift: float


def measure(
    ground: Ground,
    cookie: str,
    paths: dict[str, str],
    *,
    rounds: int = ROUNDS,
    between: Callable[[], None] = lambda: None,
) -> list[Figure]:
    """Visit each page and its stock twin, in rotated order; return each round's figures: name, value."""
    program = _lighthouse(ground.home / "lighthouse")
    if program is None:
        return []
    figures: list[Figure] = []
    ours = {name: f"http://localhost:{ground.pages_port}{path}" for name, path in paths.items()}
    twins = _stock(ground, cookie, paths)
    turns = [*ours, *(f"{name}, stock" for name in twins)]
    for number in range(rounds):
        seen: dict[str, Visit] = {}
        first = number * 2 % len(turns)
        for turn in turns[first:] + turns[:first]:
            address = ours.get(turn) or twins[turn.removesuffix(", stock")]
            seen[turn] = visit(program, address, cookie if turn in ours else "")
            time.sleep(1)  # what the browser still does while it ends is no measure of the machine
            between()
        figures += _figures(seen, ours)
    return figures


def _lighthouse(place: Path) -> Path | None:
    """Fetch the tool into the scratch directory of the run; None where its package cannot be fetched."""
    npm = shutil.which("npm")
    if npm is not None:
        command = [npm, "install", "--prefix", str(place), "--no-audit", "--no-fund", "--silent", LIGHTHOUSE]
        if subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode == 0:
            return place / "node_modules" / ".bin" / "lighthouse"
    print(f"{LIGHTHOUSE} cannot be fetched: first visits are not measured", flush=True)
    return None


def visit(program: Path, address: str, cookie: str) -> Visit:
    """Open a page in a browser that has never been there; a visit in which the tool saw no paint is made again."""
    for _attempt in range(_ATTEMPTS):
        with _browser(cookie) as port:
            command = [str(program), address, f"--port={port}", "--quiet", "--output=json", "--max-wait-for-load=5000"]
            command += [f"--only-audits={','.join(_AUDITS)}", "--disable-storage-reset"]
            said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
        report = json.loads(said.stdout)
        if report["finalDisplayedUrl"] != address:
            raise RuntimeError(f"{address} led to {report['finalDisplayedUrl']}")
        values = [report["audits"][name].get("numericValue") for name in _AUDITS]
        if None not in values:
            weight, paint, shift = values
            return Visit(int(weight), paint, shift)
    raise RuntimeError(f"{address} was never painted")


@contextmanager
def _browser(cookie: str) -> Iterator[int]:
    """Start Chromium with an empty profile and perhaps somebody's cookie; yield the port by which it is driven."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="approdo-bench-profile-") as profile, sync_playwright() as playwright:
        chromium = playwright.chromium.launch_persistent_context(
            profile, executable_path=shutil.which("chromium"), args=[*_FLAGS, f"--remote-debugging-port={port}"]
        )
        if cookie:
            chromium.add_cookies([{"name": "approdo", "value": cookie, "domain": "localhost", "path": "/"}])
        yield port
        chromium.close()


def _stock(ground: Ground, cookie: str, paths: dict[str, str]) -> dict[str, str]:
    """Addresses of the same pages on the stock library; none where its package cannot be fetched."""
    browser = Browser(ground.pages_port, cookie)
    documents = {name: browser.get(path)[1].decode() for name, path in paths.items()}
    browser.close()
    try:
        stock.build(ground.home / "stock", documents)
    except (OSError, subprocess.SubprocessError) as error:
        print(f"{stock.PACKAGE} cannot be fetched ({error}): largest paint is not compared", flush=True)
        return {}
    port = free_port()
    options = ["--interface", "wsgi", "--blocking-threads", "2", "--log-level", "error"]
    ground.start("-m", "granian", "bench.floors.stock:application", "--port", str(port), *options)
    addresses = {name: f"http://localhost:{port}/{name}.html" for name in documents}
    for address in addresses.values():
        wait_for(address)
    return addresses


def _figures(seen: dict[str, Visit], ours: dict[str, str]) -> list[Figure]:
    figures: list[Figure] = []
    for name in ours:
        own, twin = seen[name], seen.get(f"{name}, stock")
        figures.append((f"first visit of {name}, compressed, kB", own.bytes / 1000))
        figures.append((f"first visit of {name}: layout shift", own.shift))
        figures.append((f"first visit of {name}: largest paint, ms", own.paint))
        if twin:
            figures.append((f"first visit of {name}: largest paint / stock", own.paint / twin.paint))
            figures.append((f"stock {name}, compressed, kB", twin.bytes / 1000))
            figures.append((f"stock {name}: layout shift", twin.shift))
            figures.append((f"stock {name}: largest paint, ms", twin.paint))
    return figures


def main() -> None:
    """Twenty activations, then the list of cases, one case, its board and the form, on a quiet product."""
    import django
    import psycopg

    print(machine(), flush=True)
    with ground() as made:
        made.prepare()
        django.setup()
        from bench import data
        from bench.activation import press

        loaded = data.load()
        made.start_product()
        browser = Browser(made.pages_port, loaded.eight.cookie)
        for _each in range(20):
            press(browser, loaded.eight)
        browser.close()
        with psycopg.connect(made.observer) as reader:
            row = reader.execute("SELECT id, case_id FROM activations_activation LIMIT 1").fetchone()
        assert row is not None
        paths = {
            "list": "/casi/",
            "case": f"/casi/{row[1]}/",
            "board": f"/attivazioni/{row[0]}/",
            "activation": "/attiva/",
        }
        time.sleep(10)  # the messages leave first
        calibration = Calibration()
        calibration.take()
        figures: dict[str, list[float]] = {}
        for name, value in measure(made, loaded.eight.cookie, paths, between=calibration.take):
            figures.setdefault(name, []).append(value)
        print(f"{table(figures)}\n\n{calibration.line()}")


if __name__ == "__main__":
    main()
