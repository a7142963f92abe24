# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import models
from django.db.models.fields.json import KeyTextTransform

from approdo.audit.rules import COUNTED, FREE, TOLD


class Entry(models.Model):
    """One act, by whom, on what: identifiers only, appended in the act's own transaction."""

    happened_at = models.DateTimeField()
    operator_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)
    service_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=40, blank=True)
    purpose = models.CharField(max_length=20)
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)
    case_id = models.UUIDField(null=True, help_text="the case it was about, for the access log that she may ask for")
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "happened_at"]),
            models.Index(fields=["operator_id", "happened_at"]),
            models.Index(
                fields=["case_id", "happened_at"], condition=models.Q(case_id__isnull=False), name="entry_about_case"
            ),
            models.Index(
                KeyTextTransform("spooled", "detail"),
                condition=models.Q(detail__has_key="spooled"),
                name="entry_from_spool",
            ),
            # what the reading budget counts, at every reading: from the index alone (selectors.readings)
            models.Index(
                fields=["operator_id", "happened_at"],
                include=["case_id", "verb"],
                condition=models.Q(verb__in=COUNTED) & ~models.Q(detail__has_key=FREE),
                name="entry_of_reader",
            ),
            models.Index(fields=["happened_at"], condition=models.Q(verb__in=TOLD), name="entry_to_tell"),
        ]


class Link(models.Model):
    """One link of the chain over the entries, made by the database alone when the act commits (ADR 0013)."""

    position = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(help_text="no foreign key: an entry that was deleted must be missed")
    hash = models.BinaryField(max_length=32)


class Checkpoint(models.Model):
    """How far the chain had come at an instant, signed, for other organisations to keep."""

    position = models.BigIntegerField(primary_key=True)
    hash = models.CharField(max_length=64)
    at = models.DateTimeField()
    key = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)


class Heartbeat(models.Model):
    """When a process was last seen alive, on the database clock."""

    name = models.CharField(max_length=40, primary_key=True)
    beaten_at = models.DateTimeField()
