# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from approdo.access.rules import Slice
from approdo.risk.rules import LONGEST_REASON, LoadState

SLICES = [Slice.RISK.value, Slice.CHILDREN.value]


class InstrumentVersion(models.Model):
    """One version of an instrument as it was when it was first answered: what answers mean does not change any more."""

    code = models.CharField(max_length=40)
    version = models.CharField(max_length=40)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the document in canonical JSON")
    document = models.JSONField()
    kept_at = models.DateTimeField()


class OfCase(models.Model):
    """What is kept about a case here: in which slice, by whom; what it says is sealed with the key of the case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case_id = models.UUIDField()
    slice = models.CharField(max_length=20)
    child_id = models.UUIDField(null=True, help_text="the entry of the child it is about; none: her, or all children")
    organisation_id = models.BigIntegerField()
    service_id = models.BigIntegerField()
    operator_id = models.BigIntegerField()
    sealed = models.BinaryField()

    class Meta:
        abstract = True


class Assessment(OfCase):
    """Answers to one instrument at one moment; appended, never changed."""

    instrument = models.ForeignKey(InstrumentVersion, on_delete=models.PROTECT, related_name="+")
    assessed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(slice__in=SLICES), name="assessment_slice_known"),
            models.CheckConstraint(
                condition=Q(child_id=None) | Q(slice=Slice.CHILDREN.value), name="assessment_of_a_child_is_hers"
            ),
        ]
        indexes = [models.Index(fields=["case_id", "assessed_at"], name="assessment_of_case")]


class Judgement(OfCase):
    """A person's own level beside what an instrument comes to, or why a case at high risk may be closed.

    One that needs a reader holds only once a colleague has read it.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, null=True, related_name="judgements")
    """None: it is about closing the case."""
    made_at = models.DateTimeField()
    needs_reader = models.BooleanField()
    reader_id = models.BigIntegerField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(slice__in=SLICES), name="judgement_slice_known"),
            models.CheckConstraint(
                condition=Q(reader_id=None, read_at=None)
                | Q(needs_reader=True, reader_id__isnull=False, read_at__gte=F("made_at")),
                name="judgement_read_with_its_instant",
            ),
            models.CheckConstraint(
                condition=Q(reader_id=None) | ~Q(reader_id=F("operator_id")), name="judgement_read_by_another"
            ),
            models.CheckConstraint(
                condition=Q(assessment__isnull=False) | Q(needs_reader=True), name="closing_is_always_read"
            ),
        ]
        indexes = [
            models.Index(fields=["case_id", "made_at"], name="judgement_of_case"),
            models.Index(fields=["case_id"], condition=Q(needs_reader=True, read_at=None), name="judgement_unread"),
        ]


class Happening(OfCase):
    """Something that asks for a new assessment at once; what it is, is sealed."""

    happened_at = models.DateTimeField()
    noted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(slice__in=SLICES), name="happening_slice_known"),
            models.CheckConstraint(condition=Q(noted_at__gte=F("happened_at")), name="happening_is_not_to_come"),
        ]
        indexes = [models.Index(fields=["case_id", "happened_at"], name="happening_of_case")]


class LoadedInstrument(models.Model):
    """An instrument that a network brought as a file: one person loaded it, another approved it; never written in."""

    network = models.ForeignKey("networks.Network", on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    version = models.CharField(max_length=40)
    document = models.JSONField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the document in canonical JSON")
    remarks = models.JSONField(default=list, help_text="what of the file was left out")
    licensee = models.CharField(max_length=120, blank=True, help_text="of a sealed file: who holds its licence")
    state = models.CharField(max_length=10, default=LoadState.LOADED.value)
    loaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    loaded_at = models.DateTimeField()
    proposed_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=LONGEST_REASON, blank=True, help_text="why it was withdrawn")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in LoadState]), name="loaded_state_known"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None, approved_at=None)
                | (
                    Q(approved_by__isnull=False, approved_at__isnull=False, proposed_at__isnull=False)
                    & ~Q(approved_by=F("loaded_by"))
                ),
                name="loaded_approved_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state=LoadState.IN_FORCE.value) | Q(approved_by__isnull=False),
                name="loaded_in_force_was_approved",
            ),
            models.CheckConstraint(
                condition=Q(state=LoadState.WITHDRAWN.value, withdrawn_by__isnull=False, withdrawn_at__isnull=False)
                | (
                    ~Q(state=LoadState.WITHDRAWN.value)
                    & Q(withdrawn_by__isnull=True, withdrawn_at__isnull=True, reason="")
                ),
                name="loaded_withdrawn_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["network", "code"],
                condition=Q(state=LoadState.IN_FORCE.value),
                name="one_loaded_in_force",
            ),
            models.UniqueConstraint(
                fields=["network", "code", "version"],
                condition=~Q(state=LoadState.WITHDRAWN.value),
                name="loaded_version_once",
            ),
        ]
