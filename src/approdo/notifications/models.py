# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from approdo.networks.rules import Channel
from approdo.notifications.rules import (
    OPEN,
    USUAL,
    WEEKDAYS,
    WEEKS,
    DrillState,
    MessageState,
    RingState,
    Template,
)

_QUEUED, _SENDING, _SENT = MessageState.QUEUED.value, MessageState.SENDING.value, MessageState.SENT.value
_DELIVERED, _FAILED = MessageState.DELIVERED.value, MessageState.FAILED.value
_OVER = [_SENT, _DELIVERED, _FAILED, MessageState.CANCELLED.value]

# What is done with, since when, and still says to whom and where: as a query and as the index that answers it.
DONE_AT = Coalesce("closed_at", "written_at")
REMEMBERED = Q(state__in=_OVER) & ~Q(address="") & (Q(closed_at__isnull=False) | ~Q(template=Template.ALERT.value))


class Message(models.Model):
    """One message to one address, serving one alert (``reference``).

    It is written inside the transaction of an emergency: no foreign keys, so that nothing is looked up. The one-time
    code of its link is kept only while the message may still have to be sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    reference = models.UUIDField(help_text="the alert it serves")
    recipient_operator_id = models.BigIntegerField(null=True)
    service_id = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=10)
    address = models.CharField(max_length=254)
    wave = models.SmallIntegerField(default=0)
    template = models.CharField(max_length=20)
    language = models.CharField(max_length=5)
    code = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10)
    attempts = models.SmallIntegerField(default=0, help_text="times claimed; tells one claim from the next")
    written_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="held: when it gives up waiting; queued: not before")
    lease_until = models.DateTimeField(null=True)
    provider_reference = models.CharField(max_length=200, null=True, unique=True)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=20, blank=True, help_text="why the last try did not succeed")
    closed_at = models.DateTimeField(null=True, help_text="since when it needs no answer")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in MessageState]), name="message_state_known"
            ),
            models.CheckConstraint(
                condition=Q(channel__in=[channel.value for channel in Channel]), name="message_channel_known"
            ),
            models.CheckConstraint(
                condition=Q(template__in=[template.value for template in Template]), name="message_template_known"
            ),
            models.CheckConstraint(
                condition=Q(state=_SENDING, lease_until__isnull=False) | (~Q(state=_SENDING) & Q(lease_until=None)),
                name="message_lease_while_sending",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[_SENT, _DELIVERED]) | Q(sent_at__isnull=False),
                name="message_sent_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state=_DELIVERED) | Q(delivered_at__isnull=False),
                name="message_delivered_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state=_FAILED) | (Q(failed_at__isnull=False) & ~Q(failure="")),
                name="message_failed_says_when_and_why",
            ),
            models.CheckConstraint(condition=~Q(state__in=_OVER) | Q(code=""), name="message_forgets_its_code"),
        ]
        indexes = [
            models.Index(fields=["reference"], name="message_reference"),
            models.Index(fields=["channel", "due_at"], condition=Q(state=_QUEUED), name="message_queued"),
            models.Index(fields=["due_at"], condition=Q(state=MessageState.HELD.value), name="message_held"),
            models.Index(fields=["lease_until"], condition=Q(state=_SENDING), name="message_sending"),
            models.Index(
                fields=["address", "-written_at"],
                condition=Q(channel=Channel.SMS.value, closed_at=None),
                name="message_answerable",
            ),
            # few rows, and none of them an alert's: an emergency writes nothing here
            models.Index(
                fields=["recipient_operator_id", "-written_at"],
                condition=Q(template=Template.TRIAL.value),
                name="message_trial",
            ),
            # few rows again: what leaves only when nothing else waits
            models.Index(
                fields=["due_at"], condition=Q(state=_QUEUED, template=Template.DRILL.value), name="message_drill"
            ),
            models.Index(DONE_AT, condition=REMEMBERED, name="message_remembered"),
        ]


class InboundRequest(models.Model):
    """The signature of a request that came in through the gateway's door, so that a second one is refused."""

    signature = models.CharField(max_length=80, primary_key=True)
    received_at = models.DateTimeField(db_index=True)


class DrillPlan(models.Model):
    """When the drill of a service is each month, and whether both people on call are tried; the next one is due."""

    service = models.OneToOneField("networks.Service", on_delete=models.CASCADE, primary_key=True, related_name="+")
    week = models.SmallIntegerField(default=USUAL.week)
    weekday = models.SmallIntegerField(default=USUAL.weekday)
    at = models.TimeField(default=USUAL.at)
    both = models.BooleanField(default=False)
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(week__in=list(WEEKS), weekday__in=list(WEEKDAYS)), name="drill_moment_known"
            ),
        ]


_OPEN_DRILL = Q(state__in=sorted(state.value for state in OPEN))


class Drill(models.Model):
    """One test of whether the telephone of who is on call for a service rings; its timer is ``due_at``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    service = models.ForeignKey("networks.Service", on_delete=models.CASCADE, related_name="+", db_index=False)
    pressed_by = models.ForeignKey("accounts.Operator", on_delete=models.PROTECT, null=True, related_name="+")
    both = models.BooleanField()
    state = models.CharField(max_length=12)
    begun_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    mended_at = models.DateTimeField(null=True)
    mended_by = models.ForeignKey("accounts.Operator", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in DrillState]), name="drill_state_known"
            ),
            models.CheckConstraint(
                condition=(_OPEN_DRILL & Q(due_at__isnull=False, ended_at=None))
                | (~_OPEN_DRILL & Q(due_at=None, ended_at__isnull=False)),
                name="drill_is_due_or_ended",
            ),
            models.CheckConstraint(
                condition=Q(mended_at=None, mended_by=None)
                | (~_OPEN_DRILL & Q(mended_at__isnull=False, mended_by__isnull=False)),
                name="drill_mended_says_when_and_by_whom",
            ),
            models.UniqueConstraint(fields=["service"], condition=_OPEN_DRILL, name="one_drill_at_a_time"),
        ]
        indexes = [
            models.Index(fields=["service", "-begun_at"], name="drill_of_service"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="drill_due"),
        ]


class DrillRing(models.Model):
    """How a drill goes with one person, or with the service's own line; its messages refer to its identifier."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    drill = models.ForeignKey(Drill, on_delete=models.CASCADE, related_name="rings", db_index=False)
    position = models.SmallIntegerField()
    operator = models.ForeignKey("accounts.Operator", on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10)
    code_digest = models.CharField(max_length=64, null=True, unique=True)
    rung_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["drill", "position"], name="rung_once_in_a_drill"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in RingState]), name="drill_ring_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=RingState.NO_CHANNEL.value, rung_at=None, code_digest=None)
                | (~Q(state=RingState.NO_CHANNEL.value) & Q(rung_at__isnull=False, code_digest__isnull=False)),
                name="drill_ring_has_a_code_or_no_channel",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[RingState.ANSWERED.value, RingState.LATE.value], answered_at__isnull=False)
                | (~Q(state__in=[RingState.ANSWERED.value, RingState.LATE.value]) & Q(answered_at=None)),
                name="drill_ring_answered_says_when",
            ),
        ]


class HoleWatch(models.Model):
    """When the coordinators of a network are next told of calls that nobody would hear."""

    network = models.OneToOneField("networks.Network", on_delete=models.CASCADE, primary_key=True, related_name="+")
    due_at = models.DateTimeField(db_index=True)


class HolesTold(models.Model):
    """Of which holes of a network a coordinator knows, as digests, and on which day a message last told her of any."""

    operator = models.ForeignKey("accounts.Operator", on_delete=models.CASCADE, related_name="+", db_index=False)
    network = models.ForeignKey("networks.Network", on_delete=models.CASCADE, related_name="+", db_index=False)
    holes = ArrayField(models.CharField(max_length=64), default=list)
    told_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operator", "network"], name="told_of_a_network_once"),
        ]
