# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The floor of an activation: eight rows and a NOTIFY in one transaction, until a listener has heard it."""

import time

import psycopg

_TABLES = """
CREATE TABLE IF NOT EXISTS floor_activation (id bigserial PRIMARY KEY, at timestamptz DEFAULT now(), body text);
CREATE TABLE IF NOT EXISTS floor_inbox (id bigserial PRIMARY KEY, activation_id bigint, recipient int, body text);
"""
ROWS = 8


class Floor:
    """A writer and a listener, each with a connection of its own."""

    def __init__(self, owner: str) -> None:
        with psycopg.connect(owner, autocommit=True) as maker:
            maker.execute(_TABLES)
        self._writer = psycopg.connect(owner)
        self._listener = psycopg.connect(owner, autocommit=True)
        self._listener.execute("LISTEN floor")

    def once(self) -> float:
        """Seconds from BEGIN until the listener has it."""
        started = time.perf_counter()
        with self._writer.transaction():
            row = self._writer.execute("INSERT INTO floor_activation (body) VALUES ('x') RETURNING id").fetchone()
            assert row is not None
            values = [(row[0], number, "x") for number in range(ROWS)]
            places = ",".join(["(%s,%s,%s)"] * ROWS)
            flat = [value for one in values for value in one]
            self._writer.execute(
                f"INSERT INTO floor_inbox (activation_id, recipient, body) VALUES {places}",  # type: ignore[arg-type]
                flat,
            )
            self._writer.execute("SELECT pg_notify('floor', %s)", [str(row[0])])
        for _notify in self._listener.notifies(stop_after=1, timeout=5):
            return time.perf_counter() - started
        raise TimeoutError("the floor was not heard")

    def close(self) -> None:
        """Give both connections back."""
        self._writer.close()
        self._listener.close()
