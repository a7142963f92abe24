# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from approdo.protocols.rules import DRAFT_OVER, LONGEST_REASON, DraftState


class Protocol(models.Model):
    """A procedure of a network, under one short name that all its versions share."""

    network = models.ForeignKey("networks.Network", on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["network", "code"], name="protocol_named_once")]


class ProtocolVersion(models.Model):
    """One published text: append-only, so that what was in force at any moment can always be said."""

    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    source = models.TextField(help_text="the YAML as it was published, comments included")
    document = models.JSONField(help_text="the same as data; what activations copy")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the document in canonical JSON")
    municipality_codes = ArrayField(models.CharField(max_length=6), help_text="empty: all of the network")
    contexts = ArrayField(models.CharField(max_length=40), help_text="empty: all")
    effective_from = models.DateTimeField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["protocol", "number"], name="version_numbered_once"),
            models.UniqueConstraint(fields=["protocol", "effective_from"], name="one_version_per_moment"),
            models.CheckConstraint(condition=Q(number__gte=1), name="version_counts_from_one"),
        ]


class Draft(models.Model):
    """A protocol that is being written: a document that may have errors, and whose hands are in it."""

    network = models.ForeignKey("networks.Network", on_delete=models.PROTECT, related_name="+")
    document = models.JSONField(help_text="what has the shape of a protocol; anything may be missing or wrong")
    based_on = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, default=DraftState.EDITING.value)
    counter = models.PositiveIntegerField(default=1, help_text="grows with every change: who read an older one is told")
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    effective_from = models.DateTimeField(null=True, help_text="as proposed; none: from the approval on")
    returned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    returned_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=LONGEST_REASON, blank=True, help_text="why it was sent back")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    version = models.OneToOneField(ProtocolVersion, on_delete=models.PROTECT, null=True, related_name="draft")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in DraftState]), name="draft_state_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[DraftState.PROPOSED.value, DraftState.PUBLISHED.value], proposed_by=F("changed_by")
                )
                | Q(state__in=[DraftState.EDITING.value, DraftState.WITHDRAWN.value]),
                name="draft_is_proposed_by_its_last_hand",
            ),
            models.CheckConstraint(
                condition=Q(proposed_by=None, proposed_at=None, effective_from=None)
                | Q(proposed_by__isnull=False, proposed_at__isnull=False),
                name="draft_proposed_by_somebody_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(returned_by=None, returned_at=None, reason="")
                | (Q(returned_by__isnull=False, returned_at__isnull=False) & ~Q(reason="")),
                name="draft_sent_back_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state=DraftState.PUBLISHED.value, approved_by__isnull=False, version__isnull=False)
                | (~Q(state=DraftState.PUBLISHED.value) & Q(approved_by=None, version=None)),
                name="draft_published_has_who_approved_and_what",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | (~Q(approved_by=F("proposed_by")) & ~Q(approved_by=F("changed_by"))),
                name="draft_approved_by_another",
            ),
        ]
        indexes = [
            models.Index(
                fields=["network"],
                condition=~Q(state__in=[state.value for state in sorted(DRAFT_OVER)]),
                name="drafts_under_way",
            ),
        ]
