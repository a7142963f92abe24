# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations, models
from django.db.models import F, Q

from approdo.documents.rules.states import State

# what was taken out until now has been destroyed already; the owner is held by the policies as well
DESTROYED = """
ALTER TABLE documents_document NO FORCE ROW LEVEL SECURITY;
UPDATE documents_document SET state = 'destroyed' WHERE state = 'removed';
ALTER TABLE documents_document FORCE ROW LEVEL SECURITY;
"""
BACK = """
ALTER TABLE documents_document NO FORCE ROW LEVEL SECURITY;
UPDATE documents_document SET state = 'removed' WHERE state = 'destroyed';
ALTER TABLE documents_document FORCE ROW LEVEL SECURITY;
"""
_POLICY = """
ALTER POLICY seen_by ON documents_document USING (
    (SELECT true FROM cases_case c WHERE c.id = case_id
        AND (service_id = ANY (access_services())
            OR {system} AND 0 = ANY (access_services())
            OR NOT EXISTS (
                SELECT FROM consents_masking m WHERE m.case_id = c.id AND m.service_id = ANY (access_services())
                AND m.lifted_at IS NULL AND (m.entry_id = documents_document.id OR m.slice = documents_document.slice
                    OR m.slice = 'location' AND documents_document.slice = 'children')
            ) AND (
            c.lead_service_id = ANY (access_services())
            OR EXISTS (
                SELECT FROM consents_grant g WHERE g.case_id = c.id AND g.service_id = ANY (access_services())
                AND documents_document.slice = ANY (g.slices) AND g.revoked_at IS NULL
                AND g.valid_from <= clock_timestamp() AND g.until > clock_timestamp()
            )
            OR documents_document.slice = ANY ('{{identity,contacts,risk,chronology}}') AND EXISTS (
                SELECT FROM consents_breakglass b WHERE b.case_id = c.id AND b.operator_id = access_operator()
                AND b.service_id = ANY (access_services())
                AND b.opened_at <= clock_timestamp() AND b.until > clock_timestamp()
            )
        ))
    )
)
"""
# the system sees the rows, and only the rows, of what the scanner decides, and of what it is to destroy after a month
SEEN = _POLICY.format(system="(quarantined_at IS NOT NULL OR removed_at IS NOT NULL)")
AS_BEFORE = _POLICY.format(system="quarantined_at IS NOT NULL")
_OUT = [State.REMOVED, State.DESTROYED]


class Migration(migrations.Migration):
    """What is taken out is kept for thirty days: one person alone, in one moment, destroys no evidence."""

    dependencies = [("documents", "0002_walls")]
    operations = [
        migrations.RemoveConstraint("document", "document_has_files_while_it_is_there"),
        migrations.RemoveConstraint("document", "document_removed_with_its_instant"),
        migrations.RunSQL(DESTROYED, BACK),
        migrations.AddConstraint(
            "document",
            models.CheckConstraint(
                condition=Q(
                    state__in=[State.QUARANTINED, State.KEPT, State.REMOVED], original__isnull=False, copy__isnull=False
                )
                | Q(state__in=[State.REFUSED, State.DESTROYED], original=None, copy=None),
                name="document_has_files_while_it_is_there",
            ),
        ),
        migrations.AddConstraint(
            "document",
            models.CheckConstraint(
                condition=Q(state__in=_OUT, removed_at__gte=F("uploaded_at"))
                | (~Q(state__in=_OUT) & Q(removed_at=None)),
                name="document_removed_with_its_instant",
            ),
        ),
        migrations.RemoveIndex("document", "document_of_case"),
        migrations.AddIndex("document", models.Index(fields=["case_id", "uploaded_at"], name="document_of_case")),
        migrations.AddIndex(
            "document",
            models.Index(fields=["removed_at"], condition=Q(state=State.REMOVED), name="document_to_destroy"),
        ),
        migrations.RunSQL(SEEN, AS_BEFORE),
    ]
