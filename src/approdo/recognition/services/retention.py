# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from datetime import datetime

from approdo.access.rules import SYSTEM
from approdo.audit import services as audit
from approdo.kit.rows import read

AT_ONCE = 50_000
"""Rows of each kind at a turn: an old archive goes in a day, and nobody waits for it."""

_VISITS = """
WITH gone AS (
    DELETE FROM recognition_storedvisit
    WHERE id IN (SELECT id FROM recognition_storedvisit WHERE expires_at <= %s ORDER BY expires_at LIMIT %s)
    RETURNING 1
)
SELECT count(*) FROM gone
"""
_LINES = """
WITH gone AS (
    DELETE FROM recognition_rejectedline WHERE id IN (
        SELECT l.id FROM recognition_rejectedline l JOIN recognition_visitimport i ON i.id = l.visit_import_id
        WHERE i.expires_at <= %s LIMIT %s
    ) RETURNING 1
)
SELECT count(*) FROM gone
"""


def delete_expired(*, now: datetime, limit: int = AT_ONCE) -> int:
    """Delete visits and rejected lines whose time is over; return how many. For the sweep, as the system.

    One audit row says how many of each; of what they said nothing is left, and nothing is written.
    """
    visits, lines = (int(read(statement, [now, limit])[0][0]) for statement in (_VISITS, _LINES))
    if visits or lines:
        detail = {"visits": visits, "rejected_lines": lines}
        audit.record(actor=SYSTEM, verb="visits.expire", subject="visits:expired", now=now, detail=detail)
    return visits + lines
