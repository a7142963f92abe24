# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from approdo.access.rules import Actor
from approdo.cases.rules import Arrival, CaseState, ClosingReason, EventKind


class CaseQuerySet(models.QuerySet["Case"]):
    """Cases, always through ``visible_to``."""

    def visible_to(self, actor: Actor) -> "CaseQuerySet":
        """Keep the cases in which the actor's service takes part now; everything else does not exist for her."""
        if actor.service_id is None:
            return self.none()
        return self.visible_to_service(actor.service_id)

    def visible_to_service(self, service_id: int) -> "CaseQuerySet":
        """Keep the same, for a statement that is written once."""
        return self.filter(participations__service_id=service_id, participations__until=None)


class Case(models.Model):
    """One woman's pathway, known by an alias only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    alias = models.CharField(max_length=40)
    state = models.CharField(max_length=20, default=CaseState.CONTACT)
    municipality = models.ForeignKey("networks.Municipality", on_delete=models.PROTECT)
    arrival = models.CharField(max_length=20, default=Arrival.OTHER)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closing_reason = models.CharField(max_length=20, blank=True, db_default="")
    exercise = models.BooleanField(default=False)
    lead_service = models.ForeignKey("networks.Service", on_delete=models.PROTECT, null=True, related_name="+")
    lead_operator_id = models.BigIntegerField(null=True, help_text="the case manager")
    offered_service = models.ForeignKey("networks.Service", on_delete=models.PROTECT, null=True, related_name="+")
    next_contact_at = models.DateTimeField(null=True)
    service_ids = ArrayField(
        models.BigIntegerField(), default=list, help_text="who takes part now, as the database keeps it"
    )
    supervising_ids = ArrayField(
        models.BigIntegerField(), default=list, help_text="who oversees one of its activations"
    )

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["alias"], condition=Q(closed_at=None), name="alias_is_free_again_when_closed"
            ),
            models.CheckConstraint(
                condition=Q(state=CaseState.CLOSED, closed_at__isnull=False)
                | (~Q(state=CaseState.CLOSED) & Q(closed_at=None)),
                name="closed_case_has_its_instant",
            ),
            models.CheckConstraint(condition=Q(state__in=list(CaseState)), name="case_state_known"),
            models.CheckConstraint(
                condition=Q(closing_reason="")
                | Q(closing_reason__in=[reason.value for reason in ClosingReason], state=CaseState.CLOSED),
                name="case_closing_reason_known",
            ),
            models.CheckConstraint(
                condition=Q(lead_service=None, lead_operator_id=None, offered_service=None)
                | Q(lead_service__isnull=False, lead_operator_id__isnull=False),
                name="lead_is_a_service_and_a_person",
            ),
        ]
        indexes = [
            models.Index(
                fields=["lead_service", "next_contact_at", "opened_at"],
                condition=Q(closed_at=None),
                name="case_next_contact",
            ),
            models.Index(fields=["opened_at"], condition=Q(state=CaseState.CONTACT.value), name="case_at_contact"),
        ]


class Participation(models.Model):
    """A service that takes part in a case, since when, until when."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="participations")
    service = models.ForeignKey("networks.Service", on_delete=models.PROTECT)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    open = models.BooleanField(db_default=True, help_text="whether the case is, as the database keeps it: for the list")
    led = models.BooleanField(db_default=False, help_text="whether anybody leads it, as the database keeps it")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "service"], condition=Q(until=None), name="takes_part_once"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")), name="since_before_until"
            ),
        ]
        indexes = [
            models.Index(
                fields=["service", "-since", "case"], condition=Q(until=None, open=True), name="participation_now"
            ),
            models.Index(
                fields=["service", "since"], condition=Q(until=None, open=True, led=False), name="participation_adrift"
            ),
        ]


class Event(models.Model):
    """One act in a case's chronology: codes and identifiers, never words."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    happened_at = models.DateTimeField()
    kind = models.CharField(max_length=30)
    service = models.ForeignKey("networks.Service", on_delete=models.PROTECT, null=True)
    subject = models.UUIDField(null=True)
    detail = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=list(EventKind)), name="event_kind_known")]
        indexes = [
            models.Index(fields=["case", "happened_at"]),
            models.Index(fields=["subject", "happened_at"]),
        ]


class Reception(models.Model):
    """When a woman arrived at an emergency department, and by when she is to be seen: instants, nothing she said."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="+")
    service = models.ForeignKey("networks.Service", on_delete=models.PROTECT, related_name="+")
    operator_id = models.BigIntegerField()
    received_at = models.DateTimeField()
    arrived_at = models.DateTimeField()
    see_by = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    idempotency_key = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "idempotency_key"], name="received_once_for_a_key"),
            models.CheckConstraint(
                condition=Q(arrived_at__lte=models.F("received_at")), name="arrived_before_received"
            ),
            models.CheckConstraint(condition=Q(see_by__gt=models.F("arrived_at")), name="to_be_seen_after_arriving"),
        ]
