# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION protocols_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'published protocols are append-only: publish a new version';
END $$;
CREATE TRIGGER protocol_append_only BEFORE UPDATE OR DELETE ON protocols_protocol
    FOR EACH ROW EXECUTE FUNCTION protocols_are_append_only();
CREATE TRIGGER protocolversion_append_only BEFORE UPDATE OR DELETE ON protocols_protocolversion
    FOR EACH ROW EXECUTE FUNCTION protocols_are_append_only();
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'approdo_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON protocols_protocol, protocols_protocolversion FROM approdo_app;
    END IF;
END $$;
"""
UNDO = """
DROP TRIGGER protocolversion_append_only ON protocols_protocolversion;
DROP TRIGGER protocol_append_only ON protocols_protocol;
DROP FUNCTION protocols_are_append_only();
"""


class Migration(migrations.Migration):
    """What was in force at any moment can always be said: nobody rewrites a published version."""

    dependencies = [("protocols", "0001_initial")]
    operations = [migrations.RunSQL(APPEND_ONLY, UNDO)]
