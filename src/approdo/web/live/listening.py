# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one connection on which the database says what changed."""

import asyncio
import logging
from typing import Any

import psycopg
from django.db import connection

from approdo.kit.live import CHANNEL
from approdo.web.live.hub import Hub

log = logging.getLogger(__name__)

_PULSE_SECONDS = 1.0
_SILENCE_SECONDS = 3.0
_AGAIN_SECONDS = 0.5


async def listen(hub: Hub) -> None:
    """Pass on what the database announces, for ever; connect again whenever the connection is lost or silent."""
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(**_parameters(), autocommit=True) as listening:
                await listening.execute(f"LISTEN {CHANNEL}")
                while True:
                    await _pulse(listening, hub)
                    async for notify in listening.notifies(timeout=_PULSE_SECONDS):
                        hub.announce(notify.payload.split())
        except (psycopg.Error, OSError, TimeoutError) as error:
            log.warning("live events are interrupted: %s", type(error).__name__)
        finally:
            hub.lost()
        await asyncio.sleep(_AGAIN_SECONDS)


async def _pulse(listening: psycopg.AsyncConnection, hub: Hub) -> None:
    """Ask the time: proof that the connection lives, and the instant that beats carry."""
    async with asyncio.timeout(_SILENCE_SECONDS):
        cursor = await listening.execute("SELECT clock_timestamp()")
        row = await cursor.fetchone()
    assert row is not None
    hub.heard(row[0].isoformat(timespec="milliseconds"))


def _parameters() -> dict[str, Any]:
    """The application's own connection, without what belongs to Django's pool and cursors."""
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(name, None)
    return parameters | {"application_name": "approdo live", "keepalives_idle": 5}
