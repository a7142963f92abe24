# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import models


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
        ]


class Heartbeat(models.Model):
    """When a process was last seen alive, on the database clock."""

    name = models.CharField(max_length=40, primary_key=True)
    beaten_at = models.DateTimeField()
