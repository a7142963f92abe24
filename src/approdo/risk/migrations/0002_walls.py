# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations

# The same form as the policy of documents_document.
POLICY = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen_by ON {table} USING (
    (SELECT true FROM cases_case c WHERE c.id = case_id
        AND (service_id = ANY (access_services())
            OR NOT EXISTS (
                SELECT FROM consents_masking m WHERE m.case_id = c.id AND m.service_id = ANY (access_services())
                AND m.lifted_at IS NULL AND (m.entry_id = {table}.id OR m.slice = {table}.slice
                    OR m.slice = 'location' AND {table}.slice = 'children')
            ) AND (
            c.lead_service_id = ANY (access_services())
            OR EXISTS (
                SELECT FROM consents_grant g WHERE g.case_id = c.id AND g.service_id = ANY (access_services())
                AND {table}.slice = ANY (g.slices) AND g.revoked_at IS NULL
                AND g.valid_from <= clock_timestamp() AND g.until > clock_timestamp()
            )
            OR {table}.slice = ANY ('{{identity,contacts,risk,chronology}}') AND EXISTS (
                SELECT FROM consents_breakglass b WHERE b.case_id = c.id AND b.operator_id = access_operator()
                AND b.service_id = ANY (access_services())
                AND b.opened_at <= clock_timestamp() AND b.until > clock_timestamp()
            )
        ))
    )
);
"""
UNDO_POLICY = """
DROP POLICY seen_by ON {table};
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
"""
TABLES = ("risk_assessment", "risk_judgement", "risk_happening")
# what was assessed, judged and noted is said once; that a colleague read a judgement is written beside it
RIGHTS = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'approdo_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON risk_assessment, risk_judgement, risk_happening, risk_instrumentversion
            FROM approdo_app;
        GRANT UPDATE (reader_id, read_at) ON risk_judgement TO approdo_app;
    END IF;
END $$;
"""
UNDO_RIGHTS = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'approdo_app') THEN
        GRANT UPDATE, DELETE ON risk_assessment, risk_judgement, risk_happening, risk_instrumentversion TO approdo_app;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    """The database says again who reads what was assessed, and that it is never rewritten (ADR 0012)."""

    dependencies = [("risk", "0001_initial"), ("access", "0001_claims"), ("cases", "0008_open")]
    operations = [
        migrations.RunSQL(
            "".join(POLICY.format(table=table) for table in TABLES) + RIGHTS,
            UNDO_RIGHTS + "".join(UNDO_POLICY.format(table=table) for table in TABLES),
        )
    ]
