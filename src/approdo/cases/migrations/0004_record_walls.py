# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations

WALLS = """
ALTER TABLE vault_wrappedkey ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE persons_entry ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE persons_version ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE persons_nametoken ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- useless without the key provider, and needed by whoever shares or takes back
CREATE POLICY seen_by ON vault_wrappedkey
    USING (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id));
-- the system is no service and no organisation: it reads no record
CREATE POLICY seen_by ON persons_entry USING (
    EXISTS (
        SELECT FROM cases_case c WHERE c.id = case_id
        AND (service_id = ANY (access_services()) OR NOT private AND c.lead_service_id = ANY (access_services()))
    )
);
CREATE POLICY seen_by ON persons_version
    USING (EXISTS (SELECT FROM persons_entry e WHERE e.id = entry_id));
CREATE POLICY seen_by ON persons_nametoken USING (
    organisation_id = access_organisation() AND EXISTS (SELECT FROM cases_case c WHERE c.id = case_id)
);
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'approdo_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON persons_version FROM approdo_app;
    END IF;
END $$;
"""
UNDO = """
DO $$ DECLARE walled regclass; BEGIN
    FOREACH walled IN ARRAY ARRAY['vault_wrappedkey', 'persons_entry', 'persons_version', 'persons_nametoken']::regclass[]
    LOOP
        EXECUTE format('DROP POLICY seen_by ON %s', walled);
        EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY', walled);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    """The database says again who sees what the record says, and who holds its keys (ADR 0012)."""

    dependencies = [("cases", "0003_lead"), ("persons", "0001_initial"), ("vault", "0001_initial")]
    operations = [migrations.RunSQL(WALLS, UNDO)]
