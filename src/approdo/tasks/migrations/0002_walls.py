# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations

WALLS = """
ALTER TABLE tasks_task ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE tasks_stretch ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen_by ON tasks_task USING (
    (SELECT access_genuine()) AND case_id <> ALL ((SELECT cases_kept_out())::uuid[])
    AND (
        service_id = ANY ((SELECT access_services())::bigint[]) OR (SELECT 0 = ANY (access_services()))
        OR EXISTS (SELECT FROM cases_case c WHERE c.id = case_id AND c.lead_service_id = ANY (access_services()))
    )
);
-- whoever leads a case lets its phases begin, also for services that she does not act for
CREATE POLICY seen_by ON tasks_stretch USING (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id));

DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'approdo_app') THEN
        -- what the protocol said, of whom, since when: said once
        REVOKE UPDATE, DELETE ON tasks_task, tasks_stretch FROM approdo_app;
        GRANT UPDATE (service_id, operator_id, status, due_at, escalate_at, reminded_at, escalated_at, act_at, ended_at,
                      end_reason, instrument) ON tasks_task TO approdo_app;
        GRANT UPDATE (ended_at) ON tasks_stretch TO approdo_app;
    END IF;
END $$;
"""
UNDO = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'approdo_app') THEN
        GRANT UPDATE, DELETE ON tasks_task, tasks_stretch TO approdo_app;
    END IF;
END $$;
DROP POLICY seen_by ON tasks_stretch;
DROP POLICY seen_by ON tasks_task;
ALTER TABLE tasks_stretch DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tasks_task DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """The database says again who sees what is to be done for whom (ADR 0012, 0025)."""

    dependencies = [("access", "0001_claims"), ("cases", "0012_pathway"), ("tasks", "0001_initial")]
    operations = [migrations.RunSQL(WALLS, UNDO)]
