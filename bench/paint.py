# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a first visit weighs and when it is painted on slow 4G, beside the same words on stock Bootstrap Italia.

`python -m bench.paint` alone, or `measure` inside a run. Real Chromium, nothing in its cache.
"""

import shutil
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import CDPSession, sync_playwright

from bench.browsing import Browser
from bench.floors import stock
from bench.ground import Calibration, Ground, free_port, ground, machine, wait_for

ROUNDS = 5
KILOBYTES, SHIFT, PAINT = 60.0, 0.0, 0.4  # promised
_PHONE = {"width": 360, "height": 740}
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Lighthouse's slow 4G as its DevTools throttling applies it: 150 ms × 3.75, 1.6 Mbit/s × 0.9, 750 kbit/s × 0.9
_SLOW_4G = {
    "offline": False,
    "latency": 562.5,
    "downloadThroughput": 1.6 * 1024 * 0.9 * 1024 / 8,
    "uploadThroughput": 750 * 0.9 * 1024 / 8,
}
_CPU_SLOWDOWN = 4
_SETTLING = 2_500  # ms after the load event: what the page asks for once its script runs, fonts included, has come
_SEEN = """() => new Promise((done) => {
  const seen = {paint: 0, shift: 0};
  const watch = (type, note) =>
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({type, buffered: true});
  watch("largest-contentful-paint", (entry) => { seen.paint = entry.startTime; });
  watch("layout-shift", (entry) => { seen.shift += entry.value; });
  setTimeout(() => done(seen), 200);
})"""

Figure = tuple[str, float, float | None]


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
    """Visit each page and its stock twin, in rotated order; return each round's figures: name, value, limit."""
    figures: list[Figure] = []
    ours = {name: f"http://localhost:{ground.pages_port}{path}" for name, path in paths.items()}
    twins = _stock(ground, cookie, paths)
    turns = [*ours, *(f"{name}, stock" for name in twins)]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_FLAGS)
        for number in range(rounds):
            seen: dict[str, Visit] = {}
            first = number * 2 % len(turns)
            for turn in turns[first:] + turns[:first]:
                address = ours.get(turn) or twins[turn.removesuffix(", stock")]
                seen[turn] = visit(chromium, address, cookie if turn in ours else "")
                between()
            figures += _figures(seen, ours)
        chromium.close()
    return figures


def visit(chromium: Chromium, address: str, cookie: str) -> Visit:
    """Open a page on slow 4G and a slow processor, in a browser that has never been there."""
    context = chromium.new_context(viewport=_PHONE, locale="it-IT")  # type: ignore[arg-type]
    if cookie:
        context.add_cookies([{"name": "approdo", "value": cookie, "domain": "localhost", "path": "/"}])
    page = context.new_page()
    wire = context.new_cdp_session(page)
    weights = _weigh(wire)
    wire.send("Network.emulateNetworkConditions", _SLOW_4G)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": _CPU_SLOWDOWN})
    answer = page.goto(address, wait_until="load")
    if answer is None or answer.status != 200 or page.url != address:
        raise RuntimeError(f"{address} was answered {answer and answer.status} at {page.url}")
    page.wait_for_timeout(_SETTLING)
    seen = page.evaluate(_SEEN)
    context.close()
    return Visit(sum(weights.values()), seen["paint"], seen["shift"])


def _weigh(wire: CDPSession) -> dict[str, int]:
    """Bytes on the wire by request; a stream that never ends counts for what it has sent."""
    weights: dict[str, int] = {}

    def more(event: dict) -> None:
        weights[event["requestId"]] = weights.get(event["requestId"], 0) + event["encodedDataLength"]

    def whole(event: dict) -> None:
        weights[event["requestId"]] = event["encodedDataLength"]

    wire.on("Network.dataReceived", more)
    wire.on("Network.loadingFinished", whole)
    wire.send("Network.enable")
    return weights


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
        figures.append((f"first visit of {name}, compressed, kB", own.bytes / 1000, KILOBYTES))
        figures.append((f"first visit of {name}: layout shift", own.shift, SHIFT))
        figures.append((f"first visit of {name}: largest paint, ms", own.paint, None))
        if twin:
            figures.append((f"first visit of {name}: largest paint / stock", own.paint / twin.paint, PAINT))
            figures.append((f"stock {name}, compressed, kB", twin.bytes / 1000, None))
            figures.append((f"stock {name}: layout shift", twin.shift, None))
            figures.append((f"stock {name}: largest paint, ms", twin.paint, None))
    return figures


def table(figures: list[Figure]) -> str:
    """Median, lowest and highest of each figure over the rounds, beside what is promised."""
    limits = {name: limit for name, _value, limit in figures}
    lines = ["| what | median | lowest | highest | promised |", "|---|---|---|---|---|"]
    for name, limit in limits.items():
        values = [value for one, value, _limit in figures if one == name]
        found = (statistics.median(values), min(values), max(values))
        promised = "" if limit is None else f"{limit:g}"
        shown = " | ".join(f"{value:,.0f}" if value >= 100 else f"{value:.3g}" for value in found)
        lines.append(f"| {name} | {shown} | {promised} |")
    return "\n".join(lines)


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
        with psycopg.connect(made.owner) as reader:
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
        print(table(measure(made, loaded.eight.cookie, paths, between=calibration.take)))
        print(f"\n{calibration.line()}")


if __name__ == "__main__":
    main()
