# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is said to the database at the beginning of each transaction, and forgotten by it at the end (ADR 0012).

Outside a transaction nothing is said: row-level security then shows nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection
from psycopg.pq import TransactionStatus

Claim = Callable[[int], str]
"""What is said on the connection whose database process has this number: a claim is good on no other."""

SETTING = "approdo.claim"

_in_force: ContextVar[Claim | None] = ContextVar("claim", default=None)
_otherwise: list[Claim] = []


def hold_always(claim: Claim) -> None:
    """Let this process hold a claim whenever no other is in force: for processes that serve nobody in particular."""
    _otherwise[:] = [claim]


def current() -> Claim | None:
    """Return the claim in force, if there is one."""
    return _in_force.get() or next(iter(_otherwise), None)


@contextmanager
def held(claim: Claim) -> Iterator[None]:
    """Hold a claim for a while; a transaction that is under way is told at once, and again when the while is over."""
    under_way = connection.in_atomic_block
    token = _in_force.set(claim)
    try:
        if under_way:
            state(connection.connection)
        yield
    finally:
        _in_force.reset(token)
        if under_way and connection.connection.info.transaction_status != TransactionStatus.INERROR:
            state(connection.connection)


def state(raw: Any) -> None:
    """Say the claim in force to a connection of the driver, until its transaction ends; none at all takes it back."""
    claim = current()
    with raw.pipeline():  # so that the claim travels with the BEGIN that the driver puts before it
        raw.execute("SELECT set_config(%s, %s, true)", [SETTING, claim(raw.info.backend_pid) if claim else ""])
