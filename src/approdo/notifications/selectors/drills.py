# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What drills have found; who may read it, the callers (``usecases/drills.py``) decide."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from approdo.networks.rules import Channel
from approdo.notifications.models import Drill, DrillPlan, DrillRing, Message
from approdo.notifications.rules import (
    ANSWERABLE_FOR,
    FAILED,
    OPEN,
    PRESSED_IN,
    DrillState,
    MessageState,
    Moment,
    RingState,
    RingView,
    Template,
)


@dataclass(frozen=True, slots=True)
class DrillView:
    """One drill of a service, with how it went with each person who was tried."""

    id: UUID
    service_id: int
    pressed: bool
    state: DrillState
    begun_at: datetime
    ended_at: datetime | None
    mended_at: datetime | None
    rings: tuple[RingView, ...]

    @property
    def seconds(self) -> int | None:
        """Return how long the first answer in time took."""
        answers = [one.seconds for one in self.rings if one.state is RingState.ANSWERED and one.seconds is not None]
        return min(answers, default=None)

    @property
    def running(self) -> bool:
        """Tell whether it is still under way."""
        return self.state in OPEN

    @property
    def failed(self) -> bool:
        """Tell whether it found something to mend."""
        return self.state in FAILED

    @property
    def to_mend(self) -> bool:
        """Tell whether nobody has said yet that what it found is mended."""
        return self.failed and self.mended_at is None


_FIELDS = ("pk", "service_id", "pressed_by", "state", "begun_at", "ended_at", "mended_at")
_RING_FIELDS = ("pk", "position", "operator_id", "state", "rung_at", "delivered_at", "answered_at")


def code_digest(code: str) -> str:
    """Return the only form in which the code of a drill's link is kept."""
    return hashlib.sha256(code.encode()).hexdigest()


def drills_of(service_id: int, since: datetime) -> tuple[DrillView, ...]:
    """Return the drills of a service since an instant, the newest first."""
    rows = Drill.objects.filter(service=service_id, begun_at__gte=since).order_by("-begun_at", "pk")
    return _views(rows.values_list(*_FIELDS))


def next_drills(service_ids: Collection[int]) -> dict[int, tuple[datetime, DrillView | None]]:
    """Return, of those services that are tried each month, when next and how the last one that ended went."""
    due = dict(DrillPlan.objects.filter(service__in=service_ids).values_list("service_id", "due_at"))
    ended = Drill.objects.filter(service__in=service_ids, ended_at__isnull=False).exclude(state=DrillState.OVERTAKEN)
    rows = ended.order_by("service", "-begun_at", "pk").distinct("service").values_list(*_FIELDS)
    last = {view.service_id: view for view in _views(rows)}
    return {service_id: (at, last.get(service_id)) for service_id, at in due.items()}


def worth_mending(service_ids: Collection[int]) -> tuple[DrillView, ...]:
    """Return, for services whose last drill failed and nobody has said that it is mended, that drill."""
    return tuple(last for _at, last in next_drills(service_ids).values() if last is not None and last.to_mend)


def chosen_moment(service_id: int) -> tuple[Moment, bool, datetime] | None:
    """Return when the drill of a service is each month, whether both are tried, and the next instant; None: never."""
    row = DrillPlan.objects.filter(pk=service_id).values_list("week", "weekday", "at", "both", "due_at").first()
    return (Moment(*row[:3]), row[3], row[4]) if row else None


def drills_pressed(service_id: int, now: datetime) -> list[datetime]:
    """Return when somebody pressed for a drill of a service, as far back as it counts."""
    recent = Drill.objects.filter(service=service_id, pressed_by__isnull=False, begun_at__gt=now - PRESSED_IN)
    return list(recent.values_list("begun_at", flat=True))


def drill_behind(code: str, now: datetime) -> RingView | None:
    """Return whose drill a link belongs to, or None for any other code."""
    row = DrillRing.objects.filter(code_digest=code_digest(code), rung_at__gt=now - ANSWERABLE_FOR)
    found = row.values_list(*_RING_FIELDS).first()
    return _ring(found) if found else None


def open_drill_reference(sender: str, now: datetime) -> UUID | None:
    """Return the drill that a text message from this number answers: the newest one that left for it."""
    open_ones = _answerable(now).filter(channel=Channel.SMS, address=sender, attempts__gt=0)
    return open_ones.order_by("-written_at", "id").values_list("reference", flat=True).first()


def answered_drill(message_id: UUID, now: datetime) -> UUID | None:
    """Return the drill of a message that is still open, for a key pressed during the call that carried it."""
    return _answerable(now).filter(pk=message_id).values_list("reference", flat=True).first()


def _answerable(now: datetime) -> QuerySet[Message]:
    return Message.objects.filter(template=Template.DRILL, closed_at=None, written_at__gt=now - ANSWERABLE_FOR)


def arrived_at(references: Collection[UUID]) -> dict[UUID, datetime]:
    """Return since when a message of each of these is known to have reached its telephone."""
    arrived = Message.objects.filter(reference__in=references, state=MessageState.DELIVERED).order_by("-delivered_at")
    return {reference: at for reference, at in arrived.values_list("reference", "delivered_at") if at is not None}


def _views(rows: Iterable[tuple[Any, ...]]) -> tuple[DrillView, ...]:
    found = list(rows)
    rings = _rings([row[0] for row in found])
    return tuple(
        DrillView(
            pk, service_id, pressed_by is not None, DrillState(state), begun_at, ended_at, mended_at, tuple(rings[pk])
        )
        for pk, service_id, pressed_by, state, begun_at, ended_at, mended_at in found
    )


def _rings(drill_ids: Collection[UUID]) -> defaultdict[UUID, list[RingView]]:
    found: defaultdict[UUID, list[RingView]] = defaultdict(list)
    rows = DrillRing.objects.filter(drill__in=drill_ids).order_by("position")
    for drill_id, *row in rows.values_list("drill_id", *_RING_FIELDS):
        found[drill_id].append(_ring(tuple(row)))
    return found


def _ring(row: tuple[Any, ...]) -> RingView:
    pk, position, operator_id, state, *times = row
    return RingView(pk, position, operator_id, RingState(state), *times)
