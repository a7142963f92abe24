# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations

WALLS = """
-- not FORCE here: the function that hides a case from whom it is kept reads as the owner, or it would ask itself
ALTER TABLE consents_block ENABLE ROW LEVEL SECURITY;
ALTER TABLE consents_breakglass ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE consents_grant ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE consents_masking ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE consents_notshared ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE FUNCTION cases_kept_out() RETURNS uuid[] LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN coalesce((
        SELECT array_agg(case_id) FROM public.consents_block
        WHERE operator_id = public.access_operator() AND lifted_at IS NULL
    ), '{}');
END $$;
-- the block list beats every role, here as well (security.md, P14)
ALTER POLICY seen_by ON cases_case USING (
    (service_ids || supervising_ids || 0::bigint) && access_services()
    AND id <> ALL ((SELECT cases_kept_out())::uuid[])
    AND (SELECT access_genuine())
);

-- her own blocks are seen by whoever is kept out, so that the attempt is noticed; no page shows them to her
CREATE POLICY seen_by ON consents_block USING (
    (SELECT access_genuine())
    AND (operator_id = access_operator() OR EXISTS (SELECT FROM cases_case c WHERE c.id = case_id))
);
CREATE POLICY seen_by ON consents_breakglass USING (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id));
CREATE POLICY seen_by ON consents_grant USING (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id));
CREATE POLICY seen_by ON consents_masking USING (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id));
CREATE POLICY seen_by ON consents_notshared USING (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id));

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
        AND (service_id = ANY (access_services()) OR NOT private AND (
            c.lead_service_id = ANY (access_services())
            OR EXISTS (
                SELECT FROM consents_grant g WHERE g.case_id = c.id AND g.service_id = ANY (access_services())
                AND persons_entry.slice = ANY (g.slices) AND g.revoked_at IS NULL
                AND g.valid_from <= clock_timestamp() AND g.until > clock_timestamp()
            )
        ))
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
ALTER POLICY seen_by ON cases_case
    USING ((service_ids || supervising_ids || 0::bigint) && access_services() AND (SELECT access_genuine()));
DROP FUNCTION cases_kept_out();
DO $$ DECLARE walled regclass; BEGIN
    FOREACH walled IN ARRAY ARRAY['vault_wrappedkey', 'persons_version', 'persons_entry', 'persons_nametoken',
        'consents_block', 'consents_breakglass', 'consents_grant', 'consents_masking', 'consents_notshared']::regclass[]
    LOOP
        EXECUTE format('DROP POLICY seen_by ON %s', walled);
        EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY', walled);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    """The database says again who sees what the record says, and who holds its keys (ADR 0012)."""

    dependencies = [("cases", "0003_lead"), ("consents", "0002_terms_never_change"), ("persons", "0001_initial"), ("vault", "0001_initial")]
    operations = [migrations.RunSQL(WALLS, UNDO)]
