# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from approdo.access.rules import Slice
from approdo.persons.rules import SHAPES, Kind


class Entry(models.Model):
    """One thing the record holds about a case: which kind, in which slice, by whom; what it says is in its versions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case_id = models.UUIDField()
    kind = models.CharField(max_length=20)
    slice = models.CharField(max_length=20)
    private = models.BooleanField(default=False)
    organisation_id = models.BigIntegerField()
    service_id = models.BigIntegerField()
    entered_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(Kind)), name="entry_kind_known"),
            models.CheckConstraint(condition=Q(slice__in=list(Slice)), name="entry_slice_known"),
            models.UniqueConstraint(
                fields=["case_id", "service_id", "kind"],
                condition=Q(removed_at=None, kind__in=[kind for kind, shape in SHAPES.items() if shape.single]),
                name="entry_single_kind_once",
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None) | Q(removed_at__gte=models.F("entered_at")),
                name="entry_removed_after_entered",
            ),
        ]
        indexes = [models.Index(fields=["case_id", "entered_at"], condition=Q(removed_at=None), name="entry_of_case")]


class Version(models.Model):
    """What an entry said at one moment, sealed with the case's key; appended, never changed."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    based_on = ArrayField(models.PositiveIntegerField())
    sealed = models.BinaryField()
    organisation_id = models.BigIntegerField(help_text="whose key opens it, and whose operator wrote it")
    service_id = models.BigIntegerField()
    operator_id = models.BigIntegerField()
    written_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "number"], name="entry_version_numbered_once")]


class Keeping(models.Model):
    """Until when a piece of evidence is kept where it is, for whoever must be told in time; ``over``: it is gone."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="+")
    case_id = models.UUIDField()
    service_id = models.BigIntegerField()
    kept_until = models.DateField()
    over = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["service_id", "kept_until"], condition=Q(over=False), name="keeping_that_ends"),
        ]


class NameToken(models.Model):
    """One keyed beginning of the name that an entry says, for one organisation: to another it says nothing (P12)."""

    organisation_id = models.BigIntegerField()
    token = models.BigIntegerField()
    case_id = models.UUIDField()
    entry_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "token", "entry_id"], include=["case_id"], name="name_token_once"
            ),
        ]
        indexes = [models.Index(fields=["entry_id"], name="name_token_of_entry")]
