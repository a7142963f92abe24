# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the job queue is doing."""

from dataclasses import dataclass

from django.db import connection

_QUERY = """
SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(coalesce(job.scheduled_at, event.at))), 0)
FROM procrastinate_jobs AS job
LEFT JOIN procrastinate_events AS event ON event.job_id = job.id AND event.type = 'deferred'
WHERE job.status = 'todo' AND (job.scheduled_at IS NULL OR job.scheduled_at <= clock_timestamp())
"""


@dataclass(frozen=True, slots=True)
class Backlog:
    """Jobs that could start now and have not: how many, and how long the oldest has waited."""

    jobs: int
    oldest_seconds: float


def backlog() -> Backlog:
    """Read the waiting jobs from the queue's own tables."""
    with connection.cursor() as cursor:
        cursor.execute(_QUERY)
        jobs, seconds = cursor.fetchone()
    return Backlog(int(jobs), float(seconds))
