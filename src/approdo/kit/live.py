# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Announce to open screens that something they show has changed."""

from collections.abc import Iterable

from django.db import connection

CHANNEL = "live"
_LIMIT = 7_900  # bytes; PostgreSQL refuses a NOTIFY payload of 8,000


def announce(topics: Iterable[str]) -> None:
    """Notify every listener of these topics when the current transaction commits.

    Topics carry identifiers only: ``a:<activation>``, ``s:<service>``, ``o:<operator>``.
    """
    payloads: list[str] = []
    current = ""
    for topic in dict.fromkeys(topics):
        grown = f"{current} {topic}" if current else topic
        if len(grown) > _LIMIT:
            payloads.append(current)
            grown = topic
        current = grown
    if current:
        payloads.append(current)
    if payloads:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, payload) FROM unnest(%s::text[]) AS payload", [CHANNEL, payloads])
