# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import uuid

from django.db import models
from django.db.models import F, Q

from approdo.access.rules import Slice
from approdo.documents.rules import FileType, Kind, State


class File(models.Model):
    """A sealed file outside the database, by its random name; it does not say whose it is."""

    name = models.UUIDField(primary_key=True, default=uuid.uuid4)


class Document(models.Model):
    """One document of a case: what it is, who brought it when, and the hash of the original (chain of custody)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case_id = models.UUIDField()
    kind = models.CharField(max_length=20)
    slice = models.CharField(max_length=20)
    state = models.CharField(max_length=20)
    organisation_id = models.BigIntegerField(help_text="whose operator brought it")
    service_id = models.BigIntegerField()
    operator_id = models.BigIntegerField()
    uploaded_at = models.DateTimeField()
    file_type = models.CharField(max_length=10, help_text="of the original")
    size = models.PositiveIntegerField(help_text="of the original, in bytes")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the original, in hexadecimal")
    original = models.OneToOneField(File, on_delete=models.PROTECT, null=True, related_name="+")
    copy = models.OneToOneField(File, on_delete=models.PROTECT, null=True, related_name="+")
    quarantined_at = models.DateTimeField(null=True, help_text="the scanner was silent: it is asked again")
    scanned_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(Kind)), name="document_kind_known"),
            models.CheckConstraint(condition=Q(slice__in=list(Slice)), name="document_slice_known"),
            models.CheckConstraint(condition=Q(file_type__in=list(FileType)), name="document_type_known"),
            models.CheckConstraint(
                condition=Q(
                    state__in=[State.QUARANTINED, State.KEPT, State.REMOVED], original__isnull=False, copy__isnull=False
                )
                | Q(state__in=[State.REFUSED, State.DESTROYED], original=None, copy=None),
                name="document_has_files_while_it_is_there",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[State.REMOVED, State.DESTROYED], removed_at__gte=F("uploaded_at"))
                | (~Q(state__in=[State.REMOVED, State.DESTROYED]) & Q(removed_at=None)),
                name="document_removed_with_its_instant",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.QUARANTINED) | Q(quarantined_at__isnull=False),
                name="document_quarantined_with_its_instant",
            ),
        ]
        indexes = [
            models.Index(fields=["case_id", "uploaded_at"], name="document_of_case"),
            models.Index(fields=["removed_at"], condition=Q(state=State.REMOVED), name="document_to_destroy"),
            models.Index(fields=["quarantined_at"], condition=Q(state=State.QUARANTINED), name="document_waiting"),
        ]
