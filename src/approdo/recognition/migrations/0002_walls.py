# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations

# Only inside the organisation. The system, which sweeps, sees what has expired and nothing else.
WALLS = """
ALTER TABLE recognition_storedvisit ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE recognition_visitimport ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE recognition_rejectedline ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen_by ON recognition_storedvisit USING (
    (SELECT access_genuine()) AND (
        organisation_id = access_organisation()
        OR expires_at <= clock_timestamp() AND (SELECT 0 = ANY (access_services()))
    )
);
CREATE POLICY seen_by ON recognition_visitimport USING (
    (SELECT access_genuine()) AND (
        organisation_id = access_organisation()
        OR expires_at <= clock_timestamp() AND (SELECT 0 = ANY (access_services()))
    )
);
CREATE POLICY seen_by ON recognition_rejectedline USING (
    EXISTS (SELECT FROM recognition_visitimport i WHERE i.id = visit_import_id)
);
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'approdo_app') THEN
        REVOKE UPDATE ON recognition_rejectedline FROM approdo_app;
        REVOKE DELETE ON recognition_visitimport FROM approdo_app;
    END IF;
END $$;
"""
UNDO = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'approdo_app') THEN
        GRANT UPDATE ON recognition_rejectedline TO approdo_app;
        GRANT DELETE ON recognition_visitimport TO approdo_app;
    END IF;
END $$;
DROP POLICY seen_by ON recognition_rejectedline;
DROP POLICY seen_by ON recognition_visitimport;
DROP POLICY seen_by ON recognition_storedvisit;
ALTER TABLE recognition_rejectedline DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
ALTER TABLE recognition_visitimport DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
ALTER TABLE recognition_storedvisit DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """The database says again that a visit is seen in its own organisation alone (ADR 0012)."""

    dependencies = [("access", "0001_claims"), ("recognition", "0001_initial")]
    operations = [migrations.RunSQL(WALLS, UNDO)]
