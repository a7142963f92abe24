# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import uuid
from collections.abc import Collection
from enum import StrEnum

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from approdo.access.rules import Actor, Slice
from approdo.protocols.rules import Urgency
from approdo.referrals.rules import Act, CancelReason, FailReason, Progress, Reason, RejectReason, Status


def _values(*words: type[StrEnum]) -> list[str]:
    return [code.value for one in words for code in one]  # plain strings, so that migrations name no enum


_REQUESTED, _CANCELLED = Status.REQUESTED.value, Status.CANCELLED.value
_UNSENT = [Status.DRAFT.value, _CANCELLED, Status.ENTERED_IN_ERROR.value]
_LIVE = [Status.DRAFT.value, _REQUESTED, Status.ACCEPTED.value, Status.IN_PROGRESS.value, Status.ON_HOLD.value]


class ReferralQuerySet(models.QuerySet["Referral"]):
    """Referrals, always through ``visible_to``."""

    def visible_to(self, actor: Actor, led: Collection[uuid.UUID] = ()) -> "ReferralQuerySet":
        """Keep what the actor's service sent or was sent, and what it finds on cases that it leads."""
        if actor.service_id is None:
            return self.none()
        mine = Q(service_ids__contains=[actor.service_id])
        return self.filter(mine | Q(case_id__in=led) if led else mine)


class Referral(models.Model):
    """One service asks another to take a woman on, and is answered (FHIR Task; ADR 0019).

    The alias is a copy: the service that is asked does not take part in the case until it accepts.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+", db_index=False)
    alias = models.CharField(max_length=40)
    exercise = models.BooleanField(default=False)
    requester = models.ForeignKey("networks.Service", on_delete=models.PROTECT, related_name="+", db_index=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    target = models.ForeignKey("networks.Service", on_delete=models.PROTECT, related_name="+", db_index=False)
    service_ids = ArrayField(models.BigIntegerField(), help_text="who may see it: the target only once it was sent")
    reason = models.CharField(max_length=20)
    urgency = models.CharField(max_length=10)
    slices = ArrayField(models.CharField(max_length=20), help_text="what the target could read when it was sent")
    clock = ArrayField(models.SmallIntegerField(), size=4, help_text="hours, as the protocol said when it was proposed")
    status = models.CharField(max_length=20)
    progress = models.CharField(max_length=20, blank=True, help_text="the business status chosen by the target")
    offered_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, help_text="she had said yes")
    asked_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    owed_since = models.DateTimeField(null=True, help_text="since when somebody owes an answer")
    reminded_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True, help_text="when the clock acts next")
    taken_at = models.DateTimeField(null=True)
    met_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=20, blank=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=_values(Status)), name="referral_status_known"),
            models.CheckConstraint(condition=Q(reason__in=_values(Reason)), name="referral_reason_known"),
            models.CheckConstraint(condition=Q(urgency__in=_values(Urgency)), name="referral_urgency_known"),
            models.CheckConstraint(condition=Q(slices__contained_by=_values(Slice)), name="referral_slices_known"),
            models.CheckConstraint(
                condition=Q(progress="") | Q(progress__in=_values(Progress)), name="referral_progress_known"
            ),
            models.CheckConstraint(condition=~Q(requester=F("target")), name="referral_goes_to_another_service"),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=False) | Q(status__in=_UNSENT), name="referral_sent_says_when"
            ),
            models.CheckConstraint(
                condition=Q(status=_REQUESTED, due_at__isnull=False, owed_since__isnull=False)
                | (~Q(status=_REQUESTED) & Q(due_at=None)),
                name="referral_unanswered_has_a_next_instant",
            ),
            models.CheckConstraint(
                condition=Q(status__in=_LIVE, ended_at=None, end_reason="")
                | (~Q(status__in=_LIVE) & Q(ended_at__isnull=False)),
                name="referral_ended_says_when",
            ),
            models.CheckConstraint(
                condition=Q(end_reason="")
                | Q(status=_CANCELLED, end_reason__in=_values(CancelReason))
                | Q(status=Status.REJECTED.value, end_reason__in=_values(RejectReason))
                | Q(status=Status.FAILED.value, end_reason__in=_values(FailReason)),
                name="referral_end_reason_fits",
            ),
            # within one service's own referrals: nobody learns of another's
            models.UniqueConstraint(
                fields=["requester", "case", "target"], condition=Q(status__in=_LIVE), name="referred_once_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["case", "offered_at"], name="referral_of_case"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="referral_due"),
            models.Index(fields=["target"], condition=Q(ended_at=None), name="referral_open_at_target"),
            models.Index(fields=["requester", "ended_at"], name="referral_of_requester"),
        ]


class ReplyLink(models.Model):
    """The link by which a service without an account answers a referral; only digests of its two codes are kept."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="links", db_index=False)
    code_digest = models.CharField(max_length=64, unique=True)
    pin_digest = models.CharField(max_length=64, help_text="of both codes together: useless without the link itself")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    wrong = models.SmallIntegerField(default=0, help_text="how often a wrong code was brought")
    opened_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["referral"], condition=Q(replaced_at=None), name="one_reply_link_at_a_time"
            ),
        ]


class Step(models.Model):
    """One act on a referral: who, when, a code, and words that only the case's own key opens. It never changes."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="steps", db_index=False)
    number = models.SmallIntegerField()
    happened_at = models.DateTimeField()
    act = models.CharField(max_length=20)
    service = models.ForeignKey("networks.Service", on_delete=models.PROTECT, null=True, related_name="+")
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    organisation_id = models.BigIntegerField(null=True, help_text="for whom the words were sealed")
    code = models.CharField(max_length=20, blank=True)
    words = models.BinaryField(null=True, help_text="sealed")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(act__in=_values(Act)), name="referral_step_known"),
            models.CheckConstraint(
                condition=Q(words=None) | Q(organisation_id__isnull=False), name="referral_words_are_somebodys"
            ),
            models.UniqueConstraint(fields=["referral", "number"], name="referral_steps_follow_one_another"),
        ]
