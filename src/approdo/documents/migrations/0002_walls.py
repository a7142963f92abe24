# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations

# The same form as the policy of persons_entry. The system reads no record; it sees the rows, and only the rows, of what
# waits or waited for the scanner, which it is to decide.
WALLS = """
ALTER TABLE documents_document ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen_by ON documents_document USING (
    (SELECT true FROM cases_case c WHERE c.id = case_id
        AND (service_id = ANY (access_services())
            OR quarantined_at IS NOT NULL AND 0 = ANY (access_services())
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
            OR documents_document.slice = ANY ('{identity,contacts,risk,chronology}') AND EXISTS (
                SELECT FROM consents_breakglass b WHERE b.case_id = c.id AND b.operator_id = access_operator()
                AND b.service_id = ANY (access_services())
                AND b.opened_at <= clock_timestamp() AND b.until > clock_timestamp()
            )
        ))
    )
);
-- chain of custody: what was brought, by whom, when and with which hash is never changed, and never gone
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'approdo_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON documents_document FROM approdo_app;
        GRANT UPDATE (state, original_id, copy_id, scanned_at, removed_at) ON documents_document TO approdo_app;
        REVOKE UPDATE, TRUNCATE ON documents_file FROM approdo_app;
    END IF;
END $$;
"""
UNDO = """
DROP POLICY seen_by ON documents_document;
ALTER TABLE documents_document DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'approdo_app') THEN
        GRANT UPDATE, DELETE ON documents_document TO approdo_app;
        GRANT UPDATE ON documents_file TO approdo_app;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    """The database says again who sees the documents of a case (ADR 0012)."""

    dependencies = [("documents", "0001_initial"), ("cases", "0008_open")]
    operations = [migrations.RunSQL(WALLS, UNDO)]
