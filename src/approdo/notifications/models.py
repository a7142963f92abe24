# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from approdo.networks.rules import Channel
from approdo.notifications.rules import MessageState, Template

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
            models.Index(DONE_AT, condition=REMEMBERED, name="message_remembered"),
        ]


class InboundRequest(models.Model):
    """The signature of a request that came in through the gateway's door, so that a second one is refused."""

    signature = models.CharField(max_length=80, primary_key=True)
    received_at = models.DateTimeField(db_index=True)
