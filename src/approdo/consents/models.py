# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import uuid
from datetime import timedelta
from enum import StrEnum

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from approdo.access.rules import Slice
from approdo.consents.rules import (
    LONGEST_OPEN,
    Basis,
    BlockReason,
    BreakGlassReason,
    HowGiven,
    LegalReason,
    Norm,
    NotSharedReason,
    Outcome,
    Proof,
    SharingPurpose,
)

# two years with a leap day, and the hour by which Rome's clock may change in between; the rule is exact, this is a net
_TWO_YEARS = timedelta(days=732)
_OPEN_STRETCH = Func("opened_at", "until", function="TSTZRANGE", output_field=DateTimeRangeField())


def _values(words: type[StrEnum]) -> list[str]:
    return [word.value for word in words]  # plain strings, so that migrations name no enum


class Grant(models.Model):
    """That a service may use slices of a case for a purpose, from when to when, and on what this rests.

    Its terms never change: what may be written afterwards is an earlier end, or that it was revoked (0002).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case_id = models.UUIDField()
    service = models.ForeignKey("networks.Service", on_delete=models.PROTECT, related_name="+", db_index=False)
    slices = ArrayField(models.CharField(max_length=20))
    purpose = models.CharField(max_length=20)
    basis = models.CharField(max_length=10)
    valid_from = models.DateTimeField()
    until = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.Operator", on_delete=models.PROTECT, related_name="+", db_index=False)
    language = models.CharField(max_length=3, blank=True)
    how = models.CharField(max_length=20, blank=True)
    proof = models.CharField(max_length=20, blank=True)
    norm = models.CharField(max_length=30, blank=True)
    reason = models.CharField(max_length=20, blank=True)
    decided_by = models.ForeignKey(
        "accounts.Operator", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    renews = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", db_index=False, null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        "accounts.Operator", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("valid_from")), name="grant_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(until__lte=F("valid_from") + _TWO_YEARS), name="grant_lasts_two_years_at_most"
            ),
            models.CheckConstraint(condition=Q(valid_from__gte=F("recorded_at")), name="grant_is_not_backdated"),
            models.CheckConstraint(
                condition=Q(slices__len__gte=1) & Q(slices__contained_by=_values(Slice)), name="grant_slices_known"
            ),
            models.CheckConstraint(condition=Q(purpose__in=_values(SharingPurpose)), name="grant_purpose_known"),
            models.CheckConstraint(
                condition=Q(
                    basis=Basis.CONSENT.value,
                    how__in=_values(HowGiven),
                    proof__in=_values(Proof),
                    norm="",
                    reason="",
                    decided_by=None,
                )
                & ~Q(language="")
                | Q(
                    basis=Basis.LEGAL.value,
                    language="",
                    how="",
                    proof="",
                    norm__in=_values(Norm),
                    reason__in=_values(LegalReason),
                    decided_by__isnull=False,
                ),
                name="grant_rests_on_her_word_or_on_a_norm",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="grant_revoked_when_and_by_whom",
            ),
        ]
        indexes = [
            models.Index(fields=["service", "case_id"], name="grant_of_service_on_case"),
            models.Index(fields=["case_id"], name="grant_of_case"),
            # the end first: with the service first the planner, while statistics are young, walks every grant of the
            # service for the hot read (17 ms instead of a quarter of one, over 100,000 grants)
            models.Index(fields=["until", "service"], condition=Q(revoked_at=None), name="grant_by_expiry"),
        ]


class Block(models.Model):
    """That an operator is kept out of a case, whatever her role; lifted, it stays as it was."""

    case_id = models.UUIDField()
    operator = models.ForeignKey("accounts.Operator", on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=20)
    blocked_at = models.DateTimeField()
    blocked_by = models.ForeignKey("accounts.Operator", on_delete=models.PROTECT, related_name="+", db_index=False)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(
        "accounts.Operator", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            # within one case, and answered alike whether it was there: nobody learns anything from it
            models.UniqueConstraint(fields=["operator", "case_id"], condition=Q(lifted_at=None), name="blocked_once"),
            models.CheckConstraint(condition=Q(reason__in=_values(BlockReason)), name="block_reason_known"),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None)
                | Q(lifted_at__gte=F("blocked_at"), lifted_by__isnull=False),
                name="block_lifted_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(lifted_by=None) | ~Q(lifted_by=F("operator")), name="nobody_lifts_her_own_block"
            ),
        ]
        indexes = [models.Index(fields=["case_id"], condition=Q(lifted_at=None), name="block_of_case")]


class Masking(models.Model):
    """That a slice, or one entry of the record, does not exist for a service; lifted, it stays as it was."""

    case_id = models.UUIDField()
    service = models.ForeignKey("networks.Service", on_delete=models.PROTECT, related_name="+", db_index=False)
    slice = models.CharField(max_length=20, blank=True)
    entry_id = models.UUIDField(null=True)
    masked_at = models.DateTimeField()
    masked_by = models.ForeignKey("accounts.Operator", on_delete=models.PROTECT, related_name="+", db_index=False)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(
        "accounts.Operator", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case_id", "service", "slice", "entry_id"],
                condition=Q(lifted_at=None),
                nulls_distinct=False,
                name="masked_once",
            ),
            models.CheckConstraint(
                condition=Q(slice="", entry_id__isnull=False) | Q(slice__in=_values(Slice), entry_id=None),
                name="masking_hides_a_slice_or_an_entry",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None) | Q(lifted_at__gte=F("masked_at"), lifted_by__isnull=False),
                name="masking_lifted_when_and_by_whom",
            ),
        ]


class BreakGlass(models.Model):
    """That an operator went past the lack of a grant, why, until when, who was told and what the review found."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case_id = models.UUIDField()
    operator = models.ForeignKey("accounts.Operator", on_delete=models.PROTECT, related_name="+", db_index=False)
    service = models.ForeignKey("networks.Service", on_delete=models.PROTECT, related_name="+", db_index=False)
    organisation = models.ForeignKey(
        "networks.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=20)
    opened_at = models.DateTimeField()
    until = models.DateTimeField()
    manager_told_at = models.DateTimeField(null=True)
    reviewer_told_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(
        "accounts.Operator", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    outcome = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(reason__in=_values(BreakGlassReason)), name="break_glass_reason_known"),
            models.CheckConstraint(
                condition=Q(until__gte=F("opened_at"), until__lte=F("opened_at") + LONGEST_OPEN),
                name="break_glass_lasts_an_hour_at_most",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at=None, reviewed_by=None, outcome="")
                | Q(reviewed_at__gte=F("until"), reviewed_by__isnull=False, outcome__in=_values(Outcome)),
                name="break_glass_reviewed_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("operator")), name="nobody_reviews_herself"
            ),
            ExclusionConstraint(
                name="broken_once_at_a_time",
                expressions=[
                    ("operator", RangeOperators.EQUAL),
                    ("case_id", RangeOperators.EQUAL),
                    (_OPEN_STRETCH, RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [
            models.Index(fields=["opened_at"], condition=Q(reviewed_at=None), name="break_glass_to_review"),
            models.Index(fields=["operator", "case_id", "until"], name="break_glass_of_operator"),
        ]


class NotShared(models.Model):
    """That a slice is not shared with a service, and why: said once, and kept (0002)."""

    case_id = models.UUIDField()
    service = models.ForeignKey("networks.Service", on_delete=models.PROTECT, related_name="+", db_index=False)
    slice = models.CharField(max_length=20)
    reason = models.CharField(max_length=20)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.Operator", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(slice__in=_values(Slice)), name="not_shared_slice_known"),
            models.CheckConstraint(condition=Q(reason__in=_values(NotSharedReason)), name="not_shared_reason_known"),
        ]
        indexes = [models.Index(fields=["case_id", "recorded_at"], name="not_shared_of_case")]
