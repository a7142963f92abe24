# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""For machines that watch this one: is the process alive, and can it do its work."""

from datetime import timedelta

from django.db import Error
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from approdo.access import services as access
from approdo.audit import selectors as audit
from approdo.kit import clock, queue

SWEEP_SECONDS = 30
QUEUE_SECONDS = 60


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 while the process can answer at all; asks nothing of anybody else."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, claims, queue and sweep work, else 503; each is named.

    ``claims`` is false when the database does not believe this process: its secret is not the one that was installed.
    """
    checks = {"database": False, "claims": False, "queue": False, "sweep": False}
    try:
        now = clock.now()
        checks["database"] = True
        checks["claims"] = access.is_believed()
        checks["queue"] = queue.backlog().oldest_seconds < QUEUE_SECONDS
        beaten_at = audit.heartbeats().get("sweep")
        checks["sweep"] = beaten_at is not None and now - beaten_at < timedelta(seconds=SWEEP_SECONDS)
    except Error:
        pass  # what was not reached stays false
    ready = all(checks.values())
    return JsonResponse({"status": "ok" if ready else "unavailable", **checks}, status=200 if ready else 503)
