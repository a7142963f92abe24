# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


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
