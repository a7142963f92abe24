# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import uuid
from enum import StrEnum

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from approdo.access.rules import Actor
from approdo.recognition.rules import Band, Sign
from approdo.recognition.rules.importing import COUNTS, Reason, State
from approdo.recognition.rules.prompting import Answer, Mode
from approdo.recognition.rules.subgroup import AgeBand, Citizenship

_PSEUDONYM = r"^[0-9a-f]{32}$"


def _plain(words: type[StrEnum]) -> list[str]:
    return [one.value for one in words]  # plain strings, so that migrations name no enum


class StoredVisitQuerySet(models.QuerySet["StoredVisit"]):
    """Visits, always through ``visible_to``."""

    def visible_to(self, actor: Actor) -> "StoredVisitQuerySet":
        """Keep the visits to the actor's own organisation."""
        return self.filter(organisation_id=actor.organisation_id or 0)


class StoredVisit(models.Model):
    """One visit of a woman under pseudonyms of her organisation, without what was written about it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    organisation_id = models.BigIntegerField()
    service_id = models.BigIntegerField(help_text="the site: which emergency department")
    person = models.CharField(max_length=32, help_text="keyed token of who came; another organisation has another one")
    visit = models.CharField(max_length=32, help_text="keyed token of the hospital's own number for the visit")
    arrived_at = models.DateTimeField()
    codes = ArrayField(models.CharField(max_length=30), help_text="classification and value: ICD-9-CM 99581")
    signs = ArrayField(models.CharField(max_length=30))
    said = ArrayField(
        models.CharField(max_length=60), help_text="keys of the lexicon found in the note, which is not kept"
    )
    infant = models.BooleanField(default=False)
    child = models.BooleanField(default=False)
    age_band = models.CharField(max_length=10, blank=True, help_text="for rates; never read with what scores")
    citizenship = models.CharField(max_length=10, blank=True, help_text="for rates; never read with what scores")
    birth_year = models.PositiveSmallIntegerField(null=True, help_text="only to notice two women under one identifier")
    recorded_at = models.DateTimeField(help_text="when it came in first")
    expires_at = models.DateTimeField()

    objects = StoredVisitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "visit"], name="visit_once"),
            models.CheckConstraint(
                condition=Q(person__regex=_PSEUDONYM, visit__regex=_PSEUDONYM), name="visit_by_pseudonyms"
            ),
            models.CheckConstraint(condition=Q(signs__contained_by=_plain(Sign)), name="visit_signs_known"),
            models.CheckConstraint(condition=Q(age_band__in=_plain(AgeBand)), name="visit_age_band_known"),
            models.CheckConstraint(condition=Q(citizenship__in=_plain(Citizenship)), name="visit_citizenship_known"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("arrived_at")), name="visit_expires"),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "person", "arrived_at"], name="visits_of_person"),
            models.Index(fields=["service_id", "arrived_at"], name="visits_of_service"),
            models.Index(fields=["expires_at"], name="visits_expired"),
        ]


class VisitImportQuerySet(models.QuerySet["VisitImport"]):
    """Imports, always through ``visible_to``."""

    def visible_to(self, actor: Actor) -> "VisitImportQuerySet":
        """Keep the imports of the actor's own service."""
        return self.filter(organisation_id=actor.organisation_id or 0, service_id=actor.service_id or 0)


class VisitImport(models.Model):
    """One file brought in: by whom, when, how far it has come and what came of its lines; nothing of what they said."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    organisation_id = models.BigIntegerField()
    service_id = models.BigIntegerField()
    operator_id = models.BigIntegerField(null=True, help_text="nobody when the host did it from a terminal")
    file_digest = models.CharField(max_length=32, help_text="keyed with the organisation's key")
    mapping_digest = models.CharField(max_length=32)
    state = models.CharField(max_length=10, default=State.RUNNING.value)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    records = models.PositiveBigIntegerField(default=0, help_text="how many records of the file are done")
    new = models.PositiveBigIntegerField(default=0)
    replaced = models.PositiveBigIntegerField(default=0)
    unchanged = models.PositiveBigIntegerField(default=0)
    rejected = models.PositiveBigIntegerField(default=0)
    a_man = models.PositiveBigIntegerField(default=0)
    not_emergency = models.PositiveBigIntegerField(default=0)
    too_old = models.PositiveBigIntegerField(default=0)
    expires_at = models.DateTimeField(help_text="when its rejected lines go")

    objects = VisitImportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "service_id", "file_digest", "mapping_digest"], name="file_imported_once"
            ),
            models.CheckConstraint(condition=Q(state__in=_plain(State)), name="import_state_known"),
            models.CheckConstraint(
                condition=Q(state=State.RUNNING.value, ended_at=None)
                | Q(state=State.FINISHED.value, ended_at__gte=F("begun_at")),
                name="import_ended_says_when",
            ),
            models.CheckConstraint(
                condition=Q(records=sum(map(F, COUNTS[1:]), start=F(COUNTS[0]))),
                name="import_loses_no_record",
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="imports_expired")]


class RejectedLine(models.Model):
    """A line that did not go in: where, and a code that says why; never what was in it."""

    visit_import = models.ForeignKey(VisitImport, on_delete=models.PROTECT, related_name="lines")
    line = models.PositiveBigIntegerField(help_text="as a text editor or a spreadsheet counts it")
    column = models.CharField(max_length=60, blank=True, help_text="as the mapping names it")
    reason = models.CharField(max_length=30)
    message = models.CharField(max_length=200, blank=True, help_text="what is wrong in a cell, never what it says")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(reason__in=_plain(Reason)), name="rejected_reason_known")]
        indexes = [models.Index(fields=["visit_import", "line"], name="lines_of_import")]


class SiteMode(models.Model):
    """From when on an emergency department does what with recognition, who decided it and why; never rewritten."""

    service_id = models.BigIntegerField()
    number = models.PositiveIntegerField(help_text="1, 2, 3… for each site, so that two cannot change it at once")
    mode = models.CharField(max_length=10)
    since = models.DateTimeField()
    reason = models.CharField(max_length=500)
    operator_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service_id", "number"], name="site_mode_in_order"),
            models.CheckConstraint(condition=Q(mode__in=_plain(Mode)), name="site_mode_known"),
        ]


class Reading(models.Model):
    """That a visit was read at the door, and what is counted of it: no pseudonym, no code, no evidence."""

    visit = models.OneToOneField(StoredVisit, on_delete=models.CASCADE, primary_key=True, related_name="+")
    service_id = models.BigIntegerField()
    read_at = models.DateTimeField()
    silent = models.BooleanField(help_text="nobody was shown anything")
    age_band = models.CharField(max_length=10, blank=True)
    citizenship = models.CharField(max_length=10, blank=True)
    prompted = models.BooleanField(default=False)
    answer = models.CharField(max_length=10, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(age_band__in=_plain(AgeBand)), name="reading_age_band_known"),
            models.CheckConstraint(condition=Q(citizenship__in=_plain(Citizenship)), name="reading_citizenship_known"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None, answered_by_id=None)
                | Q(
                    answer__in=_plain(Answer),
                    answered_at__isnull=False,
                    answered_by_id__isnull=False,
                    prompted=True,
                    silent=False,
                ),
                name="reading_answered_by_whom_when",
            ),
        ]
        indexes = [models.Index(fields=["service_id", "read_at"], name="readings_of_service")]


class PromptQuerySet(models.QuerySet["Prompt"]):
    """Prompts, always through ``visible_to``."""

    def visible_to(self, actor: Actor) -> "PromptQuerySet":
        """Keep those of the actor's own service that somebody may see: what a silent site computed is shown to nobody.

        Whether she treats is asked by the selector (``rules.prompting.TREATING``).
        """
        return self.filter(service_id=actor.service_id or 0, shown_at__isnull=False)


class Prompt(models.Model):
    """A reason to ask her in private, line by line: rows of the table, codes and instants, never words."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    reading = models.OneToOneField(Reading, on_delete=models.CASCADE, related_name="prompt")
    service_id = models.BigIntegerField()
    band = models.CharField(max_length=10)
    points = models.SmallIntegerField()
    evidence = models.JSONField(help_text="what it says, line by line")
    made_by_id = models.BigIntegerField(null=True, help_text="who brought the visit; of a program nobody")
    shown_at = models.DateTimeField(null=True, help_text="empty where the site is silent")

    objects = PromptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(band__in=[Band.ASK.value, Band.IMMEDIATE.value]), name="prompt_asks"),
        ]
        indexes = [models.Index(fields=["made_by_id", "shown_at"], name="prompts_of_operator")]
