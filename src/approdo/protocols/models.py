# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from approdo.protocols.rules import (
    DRAFT_OVER,
    LONGEST_NOTE,
    LONGEST_REASON,
    LONGEST_TITLE,
    DraftState,
    Format,
    ShelfKind,
)

_KINDS = [kind.value for kind in ShelfKind]
_FORMATS = [one.value for one in Format]


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


class ByTwoPeople(models.Model):
    """What one person proposes and another approves (ADR 0021): in which state, and whose hands were in it."""

    state = models.CharField(max_length=10, default=DraftState.EDITING.value)
    counter = models.PositiveIntegerField(default=1, help_text="grows with every change: who read an older one is told")
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    returned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    returned_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=LONGEST_REASON, blank=True, help_text="why it was sent back")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in DraftState]), name="%(class)s_state_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[DraftState.PROPOSED.value, DraftState.PUBLISHED.value], proposed_by=F("changed_by")
                )
                | Q(state__in=[DraftState.EDITING.value, DraftState.WITHDRAWN.value]),
                name="%(class)s_is_proposed_by_its_last_hand",
            ),
            models.CheckConstraint(
                condition=Q(returned_by=None, returned_at=None, reason="")
                | (Q(returned_by__isnull=False, returned_at__isnull=False) & ~Q(reason="")),
                name="%(class)s_sent_back_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | (~Q(approved_by=F("proposed_by")) & ~Q(approved_by=F("changed_by"))),
                name="%(class)s_approved_by_another",
            ),
        ]


class Draft(ByTwoPeople):
    """A protocol that is being written: a document that may have errors, and whose hands are in it."""

    network = models.ForeignKey("networks.Network", on_delete=models.PROTECT, related_name="+")
    document = models.JSONField(help_text="what has the shape of a protocol; anything may be missing or wrong")
    based_on = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT, null=True, related_name="+")
    adopted_from = models.ForeignKey(
        ProtocolVersion, on_delete=models.PROTECT, null=True, related_name="+", help_text="another network's, if it was"
    )
    effective_from = models.DateTimeField(null=True, help_text="as proposed; none: from the approval on")
    version = models.OneToOneField(ProtocolVersion, on_delete=models.PROTECT, null=True, related_name="draft")

    class Meta(ByTwoPeople.Meta):
        constraints = [
            *ByTwoPeople.Meta.constraints,
            models.CheckConstraint(
                condition=Q(proposed_by=None, proposed_at=None, effective_from=None)
                | Q(proposed_by__isnull=False, proposed_at__isnull=False),
                name="draft_proposed_by_somebody_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(state=DraftState.PUBLISHED.value, approved_by__isnull=False, version__isnull=False)
                | (~Q(state=DraftState.PUBLISHED.value) & Q(approved_by=None, version=None)),
                name="draft_published_has_who_approved_and_what",
            ),
        ]
        indexes = [
            models.Index(
                fields=["network"],
                condition=~Q(state__in=[state.value for state in sorted(DRAFT_OVER)]),
                name="drafts_under_way",
            ),
        ]


class Withdrawal(ByTwoPeople):
    """A published version that one person asks to withdraw and another withdraws: from then on it holds no more."""

    version = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT, related_name="withdrawals")
    why = models.CharField(max_length=LONGEST_REASON)
    approved_at = models.DateTimeField(null=True)

    class Meta(ByTwoPeople.Meta):
        constraints = [
            *ByTwoPeople.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state=DraftState.PUBLISHED.value, approved_by__isnull=False, approved_at__isnull=False)
                | (~Q(state=DraftState.PUBLISHED.value) & Q(approved_by=None, approved_at=None)),
                name="withdrawal_approved_at_a_moment",
            ),
            models.CheckConstraint(condition=~Q(why=""), name="withdrawal_has_a_reason"),
            models.UniqueConstraint(
                fields=["version"], condition=~Q(state=DraftState.WITHDRAWN.value), name="version_withdrawn_once"
            ),
        ]


class ShelfItem(models.Model):
    """A model, a form or the glossary of a network, under one title that all its editions share."""

    network = models.ForeignKey("networks.Network", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    title = models.CharField(max_length=LONGEST_TITLE)
    language = models.CharField(max_length=3)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=LONGEST_REASON, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in ShelfKind]), name="shelfitem_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by=None, withdrawn_at=None, withdrawn_reason="")
                | (Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
                name="shelfitem_withdrawn_with_a_reason",
            ),
            models.UniqueConstraint(
                fields=["network"],
                condition=Q(kind=ShelfKind.GLOSSARY.value, withdrawn_at=None),
                name="one_glossary_per_network",
            ),
        ]


class Edition(ByTwoPeople):
    """One text of a shelf item: a file, or the entries of a glossary; once approved it never changes."""

    item = models.ForeignKey(ShelfItem, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField(null=True, help_text="given when it is approved")
    note = models.CharField(max_length=LONGEST_NOTE, help_text="what changed")
    file_type = models.CharField(max_length=10, blank=True, help_text="told by its content")
    content = models.BinaryField(null=True, help_text="as others open it: a PDF is drawn anew")
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the content, in hexadecimal")
    entries = models.JSONField(null=True, help_text="of a glossary: term, meaning, languages")
    approved_at = models.DateTimeField(null=True)

    class Meta(ByTwoPeople.Meta):
        constraints = [
            *ByTwoPeople.Meta.constraints,
            models.CheckConstraint(
                condition=Q(proposed_by=None, proposed_at=None)
                | Q(proposed_by__isnull=False, proposed_at__isnull=False),
                name="edition_proposed_by_somebody_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=DraftState.PUBLISHED.value,
                    approved_by__isnull=False,
                    approved_at__isnull=False,
                    number__gte=1,
                )
                | (~Q(state=DraftState.PUBLISHED.value) & Q(approved_by=None, approved_at=None, number=None)),
                name="edition_approved_has_its_number",
            ),
            models.CheckConstraint(
                condition=(Q(file_type__in=_FORMATS, content__isnull=False, entries=None) & ~Q(digest=""))
                | Q(file_type="", content=None, digest="", entries__isnull=False),
                name="edition_is_a_file_or_a_glossary",
            ),
            models.UniqueConstraint(fields=["item", "number"], name="edition_numbered_once"),
            models.UniqueConstraint(
                fields=["item"],
                condition=Q(state__in=[DraftState.EDITING.value, DraftState.PROPOSED.value]),
                name="one_edition_under_way",
            ),
        ]
