# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import uuid
from collections.abc import Collection
from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from approdo.access.rules import Actor
from approdo.protocols.rules import Phase
from approdo.tasks.rules import OPEN, EndReason, SkipReason, Status


def _values(*words: type[StrEnum]) -> list[str]:
    return [code.value for one in words for code in one]  # plain strings, so that migrations name no enum


_OPEN = [status.value for status in OPEN]


class Stretch(models.Model):
    """A phase of one case, from when it was reached until it was left; the protocol version that then held."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+", db_index=False)
    phase = models.CharField(max_length=20)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    protocol_version_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(phase__in=_values(Phase)), name="stretch_phase_known"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("begun_at")), name="stretch_ends_after_it_begins"
            ),
            models.UniqueConstraint(
                fields=["case", "phase"], condition=Q(ended_at=None), name="in_a_phase_once_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["case", "begun_at"], name="stretch_of_case")]


class TaskQuerySet(models.QuerySet["Task"]):
    """Tasks, always through ``visible_to``."""

    def visible_to(self, actor: Actor, led: Collection[uuid.UUID] = ()) -> "TaskQuerySet":
        """Keep what the actor's service is to do, and what it finds on cases that it leads."""
        if actor.service_id is None:
            return self.none()
        mine = Q(service_id=actor.service_id)
        return self.filter(mine | Q(case_id__in=led) if led else mine)


class Task(models.Model):
    """One step of the protocol that a service is to do for one case (FHIR Task; ADR 0025)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    stretch = models.ForeignKey(Stretch, on_delete=models.PROTECT, related_name="tasks")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+", db_index=False)
    exercise = models.BooleanField(default=False)
    step = models.JSONField(help_text="as the protocol said when the phase was reached; it does not change any more")
    key = models.CharField(max_length=40)
    service = models.ForeignKey("networks.Service", on_delete=models.PROTECT, related_name="+", db_index=False)
    for_lead = models.BooleanField(help_text="it goes with the lead to another service")
    operator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    status = models.CharField(max_length=20, default=Status.REQUESTED.value)
    reached_at = models.DateTimeField()
    due_at = models.DateTimeField()
    escalate_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    act_at = models.DateTimeField(null=True, help_text="when the clock acts next")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=20, blank=True)
    instrument = models.CharField(max_length=40, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=_values(Status)), name="task_status_known"),
            models.CheckConstraint(
                condition=Q(end_reason="", status__in=[*_OPEN, Status.COMPLETED.value])
                | Q(end_reason__in=_values(SkipReason, EndReason), status=Status.CANCELLED.value),
                name="task_not_done_says_why",
            ),
            models.CheckConstraint(
                condition=Q(status__in=_OPEN, ended_at=None)
                | (~Q(status__in=_OPEN) & Q(ended_at__isnull=False, act_at=None)),
                name="task_ended_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.IN_PROGRESS.value) | Q(operator__isnull=False), name="task_taken_by_somebody"
            ),
            models.CheckConstraint(
                condition=Q(instrument="") | Q(status=Status.COMPLETED.value), name="task_done_with_an_instrument"
            ),
            models.CheckConstraint(condition=Q(escalate_at__gte=F("due_at")), name="task_is_late_after_it_is_due"),
            models.UniqueConstraint(
                fields=["case", "key"], condition=Q(status__in=_OPEN), name="step_to_do_once_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["service", "due_at"], condition=Q(ended_at=None), name="task_open_of_service"),
            models.Index(fields=["case", "reached_at"], name="task_of_case"),
            models.Index(fields=["act_at"], condition=Q(act_at__isnull=False), name="task_due"),
        ]
