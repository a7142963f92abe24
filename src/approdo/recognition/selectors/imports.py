# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from approdo.access.rules import Actor
from approdo.recognition.models import RejectedLine, VisitImport
from approdo.recognition.rules.importing import COUNTS, SENTENCES, Reason, State


@dataclass(frozen=True, slots=True)
class ImportView:
    """A file that was brought in: when, how far it is, what came of its records."""

    id: uuid.UUID
    begun_at: datetime
    ended_at: datetime | None
    finished: bool
    records: int
    counts: Mapping[str, int]
    """By the names in ``rules.importing.COUNTS``."""
    rejected_until: datetime
    """Until when it is known which lines were rejected."""


@dataclass(frozen=True, slots=True)
class RejectedView:
    """A line that did not go in, and why, in an Italian sentence; never what it said."""

    line: int
    column: str
    reason: Reason
    sentence: str


def recent_imports(actor: Actor, limit: int = 50) -> tuple[ImportView, ...]:
    """Return the imports of the actor's service, the latest first."""
    found = VisitImport.objects.visible_to(actor).order_by("-begun_at", "-id")[:limit]
    return tuple(
        ImportView(
            id=one.pk,
            begun_at=one.begun_at,
            ended_at=one.ended_at,
            finished=one.state == State.FINISHED,
            records=one.records,
            counts=Counter({name: getattr(one, name) for name in COUNTS}),
            rejected_until=one.expires_at,
        )
        for one in found
    )


def rejected_lines(actor: Actor, import_id: uuid.UUID) -> Iterator[RejectedView]:
    """Yield the rejected lines of an import of the actor's service, in the order of the file; of another's none."""
    mine = VisitImport.objects.visible_to(actor).filter(pk=import_id)
    lines = RejectedLine.objects.filter(visit_import__in=mine).order_by("line", "id")
    for one in lines.iterator():
        reason = Reason(one.reason)
        yield RejectedView(one.line, one.column, reason, one.message or SENTENCES[reason])
