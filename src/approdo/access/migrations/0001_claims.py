# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations

CLAIMS = """
CREATE TABLE access_claim_key (inner_pad bytea NOT NULL, outer_pad bytea NOT NULL);
DO $$ DECLARE role name; BEGIN
    FOR role IN SELECT DISTINCT a.grantee::regrole FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.oid = 'access_claim_key'::regclass AND a.grantee NOT IN (0, c.relowner)
    LOOP
        EXECUTE format('REVOKE ALL ON access_claim_key FROM %s', role);
    END LOOP;
END $$;

-- PostgreSQL writes this into the statement that asks, and plans with the real value: no index is lost to it
CREATE FUNCTION access_services() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(split_part(current_setting('approdo.claim', true), '|', 1), '')::bigint[]
$$;

CREATE FUNCTION access_organisation() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(split_part(current_setting('approdo.claim', true), '|', 2), '')::bigint
$$;
CREATE FUNCTION access_operator() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(split_part(current_setting('approdo.claim', true), '|', 3), '')::bigint
$$;

-- the only one that reads the key: HMAC-SHA256 of the database process and of what is claimed
CREATE FUNCTION access_genuine() RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    said text := current_setting('approdo.claim', true);
    proof text := split_part(said, '|', 4);
BEGIN
    IF proof IS NULL OR proof = '' THEN
        RETURN false;
    END IF;
    said := concat_ws('|', pg_backend_pid(), split_part(said, '|', 1), split_part(said, '|', 2), split_part(said, '|', 3));
    RETURN EXISTS (
        SELECT FROM {schema}.access_claim_key
        WHERE encode(sha256(outer_pad || sha256(inner_pad || convert_to(said, 'UTF8'))), 'hex') = proof
    );
END $$;
"""
UNDO = """
DROP FUNCTION access_genuine();
DROP FUNCTION access_operator();
DROP FUNCTION access_organisation();
DROP FUNCTION access_services();
DROP TABLE access_claim_key;
"""


class Migration(migrations.Migration):
    """Who asks, said at the start of each transaction and believed only when it is signed (ADR 0012)."""

    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [migrations.RunSQL(CLAIMS.replace("{schema}", "public"), UNDO)]
