# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from approdo.access.rules import Actor
from approdo.activations.rules.states import ActivationState, CallState, Consent, DeclineReason, StandDownReason


class ActivationQuerySet(models.QuerySet["Activation"]):
    """Activations, always through ``visible_to``."""

    def visible_to(self, actor: Actor) -> "ActivationQuerySet":
        """Keep what the actor's service activated, was called to, or supervises."""
        if actor.service_id is None:
            return self.none()
        return self.visible_to_service(actor.service_id)

    def visible_to_service(self, service_id: int) -> "ActivationQuerySet":
        """Keep the same, for a statement that is written once."""
        return self.filter(service_ids__contains=[service_id])


class Activation(models.Model):
    """One act that calls every competent service, with its own copy of the protocol in force at that moment."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT)
    municipality = models.ForeignKey("networks.Municipality", on_delete=models.PROTECT)
    context = models.CharField(max_length=40)
    needs = ArrayField(models.CharField(max_length=20))
    consent = models.CharField(max_length=20)
    exercise = models.BooleanField(default=False)
    activated_at = models.DateTimeField()
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey("networks.Service", on_delete=models.PROTECT, related_name="+")
    supervising_service = models.ForeignKey("networks.Service", on_delete=models.PROTECT, null=True, related_name="+")
    service_ids = ArrayField(models.BigIntegerField(), help_text="activating, called and supervising: who may see it")
    protocol_version = models.ForeignKey("protocols.ProtocolVersion", on_delete=models.PROTECT)
    protocol_copy = models.JSONField()
    state = models.CharField(max_length=20, default=ActivationState.OPEN)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    end_reason = models.CharField(max_length=30, blank=True)
    idempotency_key = models.CharField(max_length=80)
    request_digest = models.CharField(max_length=64)

    objects = ActivationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "idempotency_key"], name="activation_pressed_once"),
            models.CheckConstraint(condition=Q(state__in=list(ActivationState)), name="activation_state_known"),
            models.CheckConstraint(condition=Q(consent__in=list(Consent)), name="activation_consent_known"),
            models.CheckConstraint(
                condition=Q(state=ActivationState.OPEN, ended_at=None, ended_by=None)
                | (~Q(state=ActivationState.OPEN) & Q(ended_at__isnull=False, ended_by__isnull=False)),
                name="activation_end_names_who_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(state=ActivationState.STOOD_DOWN) | Q(end_reason__in=list(StandDownReason)),
                name="stand_down_gives_a_reason",
            ),
        ]
        indexes = [
            GinIndex(fields=["service_ids"]),
            models.Index(fields=["-activated_at", "id"]),
            models.Index(fields=["case"]),
        ]


class Call(models.Model):
    """The search for one service's answer: its own clock, its own escalation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    activation = models.ForeignKey(Activation, on_delete=models.CASCADE, related_name="calls")
    key = models.CharField(max_length=40, help_text="the rule of the protocol copy")
    position = models.SmallIntegerField()
    service = models.ForeignKey("networks.Service", on_delete=models.PROTECT, related_name="+")
    service_ids = ArrayField(models.BigIntegerField(), help_text="every service alerted for this call")
    state = models.CharField(max_length=20)
    step = models.SmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    answer_by = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    reached = models.BooleanField(default=False, help_text="the last step alerted at least one person")
    taken_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    taken_service = models.ForeignKey("networks.Service", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["activation", "key", "service"], name="service_called_once_per_rule"),
            models.CheckConstraint(condition=Q(state__in=list(CallState)), name="call_state_known"),
            models.CheckConstraint(
                condition=Q(state=CallState.TAKEN, taken_at__isnull=False, taken_service__isnull=False)
                | (~Q(state=CallState.TAKEN) & Q(taken_at=None, taken_by=None, taken_service=None)),
                name="taken_names_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[CallState.WAITING, CallState.CALLING], due_at__isnull=False)
                | (Q(state__in=[CallState.TAKEN, CallState.STOOD_DOWN]) & Q(due_at=None)),
                name="unanswered_call_has_a_next_instant",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="call_due"),
            GinIndex(fields=["service_ids"], name="call_services"),
        ]


class Alert(models.Model):
    """One recipient alerted at one step of a call; the messages that carry it refer to its identifier."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="alerts")
    step = models.SmallIntegerField()
    service = models.ForeignKey("networks.Service", on_delete=models.PROTECT, related_name="+")
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    target = models.CharField(max_length=20)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    decline_reason = models.CharField(max_length=30, blank=True)
    code_digest = models.CharField(max_length=64, unique=True)
    code_expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["call", "step", "service", "operator"], nulls_distinct=False, name="alerted_once_per_step"
            ),
            models.CheckConstraint(
                condition=Q(declined_at=None, decline_reason="")
                | Q(declined_at__isnull=False, decline_reason__in=list(DeclineReason)),
                name="decline_gives_a_reason",
            ),
        ]
