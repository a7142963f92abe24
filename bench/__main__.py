# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""`make bench`: the table of what is promised about speed, each figure a ratio inside this one run."""

import argparse
import contextlib
import json
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import django
import psycopg

from bench.browsing import Browser
from bench.ground import Calibration, Ground, free_port, ground, machine, percentile, wait_for
from bench.table import table

if TYPE_CHECKING:  # needs Django, which needs the environment that the ground makes
    from bench.data import Caller


_STAND_DOWN = (
    """
    UPDATE activations_activation SET state = 'stood_down', end_reason = 'help_arrived', ended_at = now(),
           ended_by_id = operator_id
     WHERE state = 'open' AND id NOT IN (SELECT id FROM activations_activation ORDER BY activated_at LIMIT 3)
    """,
    """
    UPDATE activations_call SET state = 'stood_down', due_at = NULL, taken_at = NULL, taken_by_id = NULL,
           taken_service_id = NULL
      FROM activations_activation a WHERE a.id = activation_id AND a.state = 'stood_down'
    """,
    "UPDATE notifications_message SET state = 'cancelled', code = '' WHERE state IN ('queued', 'held')",
)
_BUSY = """
    SELECT (SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing'))
         + (SELECT count(*) FROM notifications_message
             WHERE state IN ('queued', 'sending') OR (state = 'sent' AND channel IN ('sms', 'voice')))
         + (SELECT count(*) FROM activations_call WHERE due_at <= now())
"""
_REST = 0.4  # seconds


def main() -> None:
    """Measure round after round in rotated order, then print medians of per-round ratios."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--presses", type=int, default=40, help="activations of eight per round")
    options.add_argument("--seconds", type=float, default=6, help="how long a page is asked for, per round")
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    print(machine(), flush=True)
    with ground() as made:
        made.prepare()
        django.setup()
        figures = _Run(made, chosen).go()
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1))


class _Run:
    def __init__(self, made: Ground, options: argparse.Namespace) -> None:
        from bench import data
        from bench.activation import Screens
        from bench.floors.raw import Floor

        self.options, self.ground = options, made
        print("loading the data, opening 2,000 screens …", flush=True)
        self.data = data.load()
        made.start_product()
        self.floor_port = free_port()
        arguments = ["--interface", "wsgi", "--workers", "2", "--blocking-threads", "2", "--log-level", "error"]
        made.start("-m", "granian", "bench.floors.page:application", "--port", str(self.floor_port), *arguments)
        wait_for(f"http://127.0.0.1:{self.floor_port}/")
        self.screens = Screens(made, self.data.watchers)
        print(f"open: {self.screens.open}, refused: {self.screens.refused}", flush=True)
        self.floor = Floor(made.owner)
        self.calibration = Calibration()
        self.ratios: dict[str, list[float]] = {}

    def go(self) -> dict:
        """All rounds, then the burst and the escalations, then the table."""
        self.warm()
        self.paths = self._paths()
        parts: list[Callable[[], None]] = [self.eight, self.sixty_services, self.pages]
        for number in range(self.options.rounds):
            self.calibration.take()
            self._note("raw floor, one after another: p50, ms", percentile(self.floors(200), 0.5) * 1000)
            for part in parts[number % len(parts) :] + parts[: number % len(parts)]:
                self.calm()
                part()
                self.calm()  # what is timed is how fast the machine is, not how busy the product still is
                self.calibration.take()
            print(f"round {number + 1} of {self.options.rounds} done", flush=True)
        self.calm()
        self.burst()
        self.escalations()
        self.calm()
        self.calibration.take()
        self._note("screens open at the end", float(self.screens.close()))
        self.weights()
        self.paint()
        return self.table()

    def warm(self) -> None:
        """Let each page process plan its statements on each of its connections, as the one of the floor has long done.

        Left cold, some of the presses that are measured would be the first of their connection (seen: 80 ms instead of
        53 with sixty services), and which of the runs they fall in is chance.
        """
        from bench.activation import burst

        eight = self.data.eight
        burst(self.screens, self.ground.pages_port, eight, self.data.called_by_eight, activations=64, connections=8)
        self.calm()

    def calm(self) -> None:
        """Stand down all activations but the first three, which somebody follows, and let the worker come to rest."""
        with psycopg.connect(self.ground.observer, autocommit=True) as writer:
            for statement in _STAND_DOWN:
                writer.execute(statement)
        self.rest()

    def rest(self) -> None:
        """Wait until everybody is alerted, every message has left and is known to have arrived."""
        limit = time.monotonic() + 60
        with psycopg.connect(self.ground.observer, autocommit=True) as reader:
            while time.monotonic() < limit and reader.execute(_BUSY).fetchone() != (0,):
                time.sleep(0.1)
        time.sleep(_REST)

    def press(self, caller: "Caller", called: Sequence[int], times: int) -> list[tuple[float, float]]:
        """Activate now and then; return, press by press, seconds of the raw floor and until every screen has it.

        Before each of the two the press before was stood down, its messages have left and the machine has rested as
        long: emergencies of one network are minutes apart, and what runs after a rest is slower than what runs in a
        loop. Left open, its second wave (a telephone call after two minutes) would run into a later press.
        """
        from bench.activation import until_all_have_it

        browser = Browser(self.ground.pages_port, caller.cookie)
        browser.get("/healthz")
        took = []
        for _each in range(times):
            self.calm()
            bare = self.floor.once()
            self.rest()
            took.append((bare, until_all_have_it(self.screens, browser, caller, called)))
        browser.close()
        return took

    def floors(self, times: int) -> list[float]:
        """The raw floor one after another, as fast as it can."""
        return [self.floor.once() for _each in range(times)]

    def eight(self) -> None:
        """Eight services."""
        self._latency("8 services", self.press(self.data.eight, self.data.called_by_eight, self.options.presses))

    def sixty_services(self) -> None:
        """Sixty services."""
        times = self.options.presses // 2
        self._latency("60 services", self.press(self.data.sixty, self.data.called_by_sixty, times))

    def _latency(self, name: str, took: list[tuple[float, float]]) -> None:
        base, screens = percentile([bare for bare, _seen in took], 0.5), [seen for _bare, seen in took]
        for part in (0.5, 0.99):
            self._note(f"{name}: press to screens p{part * 100:.0f} / raw floor p50", percentile(screens, part) / base)
        self._note(f"{name}: raw floor p50, ms", base * 1000)
        self._note(f"{name}: press to screens p50, ms", percentile(screens, 0.5) * 1000)

    def pages(self) -> None:
        """Each page beside the bare page, in this very minute."""
        from bench.pages import beside

        for users in (1, 20):
            floors = []
            for name, path in self.paths.items():
                floor = (self.floor_port, self.data.bare, "/")
                page = (self.ground.pages_port, self.data.eight.cookie, path)
                bare, found = beside(floor, page, users=users, for_seconds=self.options.seconds)
                floors.append(bare[0])
                for part, value, base in zip(("p50", "p95"), found, bare, strict=True):
                    self._note(f"page {name}, {users} users: {part} / bare page", value / base)
            self._note(f"bare page, {users} users: p50, ms", percentile(floors, 0.5) * 1000)

    def _paths(self) -> dict[str, str]:
        with psycopg.connect(self.ground.observer) as reader:
            row = reader.execute(
                "SELECT id, case_id FROM activations_activation ORDER BY activated_at LIMIT 1"
            ).fetchone()
        assert row is not None
        return {"today": "/", "board": f"/attivazioni/{row[0]}/", "case": f"/casi/{row[1]}/", "directory": "/rete/"}

    def burst(self) -> None:
        """Five hundred activations on sixteen connections."""
        from bench.activation import burst

        place = (self.data.eight, self.data.called_by_eight)
        rate, behind, missed = burst(self.screens, self.ground.pages_port, *place, 500, 16)
        self._note("burst of 500: answered per second", rate)
        self._note("burst of 500: last screen behind the last answer, s", behind)
        self._note("burst of 500: screens that heard nothing", float(missed))

    def escalations(self) -> None:
        """Three hundred calls fall due over five seconds; how late the sweep alerts the next people."""
        statement = """
            WITH chosen AS (SELECT id FROM activations_call WHERE state = 'calling' AND step = 1 ORDER BY id LIMIT 300)
            UPDATE activations_call AS call SET due_at = clock_timestamp() + make_interval(secs => 1 + 5 * random())
            FROM chosen WHERE call.id = chosen.id RETURNING call.id, call.due_at
        """
        late = """
            SELECT min(created_at) FROM activations_alert WHERE call_id = %s AND step = 2
        """
        with psycopg.connect(self.ground.observer) as writer:
            due = writer.execute(statement).fetchall()
        time.sleep(9)
        with psycopg.connect(self.ground.observer) as reader:
            fired = [(reader.execute(late, [call]).fetchone(), at) for call, at in due]
        lateness = [(row[0] - at).total_seconds() for row, at in fired if row and row[0]]
        self._note("escalations fired within 9 s / due", len(lateness) / len(due))
        if lateness:
            self._note("escalations: late at p99, s", percentile(lateness, 0.99))

    def weights(self) -> None:
        """Compressed documents."""
        from bench.pages import weight

        for name, path in {**self.paths, "activation": "/attiva/"}.items():
            kilobytes = weight(self.ground.pages_port, self.data.eight.cookie, path) / 1000
            self._note(f"document of {name}, compressed, kB", kilobytes)

    def paint(self) -> None:
        """First visits on slow 4G in a real browser, beside a stock page."""
        from bench.paint import measure

        paths = {"list": "/casi/", "case": self.paths["case"], "activation": "/attiva/"}
        for name, value in measure(self.ground, self.data.eight.cookie, paths, between=self.calibration.take):
            self._note(name, value)

    def _note(self, name: str, value: float) -> None:
        self.ratios.setdefault(name, []).append(value)

    def table(self) -> dict:
        """Print the medians, with the lowest and highest round, beside what is promised."""
        print(f"\n{table(self.ratios)}\n\n{self.calibration.line()}")
        return {"figures": self.ratios, "calibration": self.calibration.seconds}


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        random.seed(1)
        main()
