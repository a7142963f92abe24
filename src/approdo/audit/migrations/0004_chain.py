# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import django.db.models.fields.json
from django.db import migrations, models

CHAIN = """
CREATE FUNCTION audit_said(field text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(octet_length(field) || ':' || field, '-')
$$;
-- the same bytes as approdo.audit.rules.linked, field by field in this order
CREATE FUNCTION audit_fields(e audit_entry) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT ARRAY[
        e.id::text, to_char(e.happened_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), e.operator_id::text,
        e.organisation_id::text, e.service_id::text, e.role::text, e.purpose::text, e.verb::text, e.subject::text,
        e.case_id::text, e.detail::text
    ]
$$;
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last record;
    said text;
BEGIN
    -- one after another, and only while they commit: this runs when everything else of the transaction is done
    PERFORM pg_advisory_xact_lock(1635083369, 1);
    SELECT position, hash INTO last FROM public.audit_link ORDER BY position DESC LIMIT 1;
    SELECT string_agg(public.audit_said(field), ',' ORDER BY number) INTO said
        FROM unnest(public.audit_fields(NEW)) WITH ORDINALITY AS of(field, number);
    INSERT INTO public.audit_link (position, entry_id, hash) VALUES (
        coalesce(last.position, 0) + 1, NEW.id,
        sha256(coalesce(last.hash, decode(repeat('00', 32), 'hex')) || convert_to(said, 'UTF8'))
    );
    RETURN NULL;
END $$;

-- what was written before there was a chain is chained now, in the order it was written
DO $$ DECLARE e public.audit_entry; said text; made bytea := decode(repeat('00', 32), 'hex'); number bigint := 0; BEGIN
    FOR e IN SELECT * FROM public.audit_entry ORDER BY id LOOP
        SELECT string_agg(public.audit_said(field), ',' ORDER BY place) INTO said
            FROM unnest(public.audit_fields(e)) WITH ORDINALITY AS of(field, place);
        made := sha256(made || convert_to(said, 'UTF8'));
        number := number + 1;
        INSERT INTO public.audit_link (position, entry_id, hash) VALUES (number, e.id, made);
    END LOOP;
END $$;

CREATE CONSTRAINT TRIGGER audit_entry_chained AFTER INSERT ON audit_entry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION audit_chain();
CREATE TRIGGER audit_link_append_only BEFORE UPDATE OR DELETE ON audit_link
    FOR EACH ROW EXECUTE FUNCTION audit_entry_is_append_only();
CREATE TRIGGER audit_checkpoint_append_only BEFORE UPDATE OR DELETE ON audit_checkpoint
    FOR EACH ROW EXECUTE FUNCTION audit_entry_is_append_only();
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'approdo_app') THEN
        REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON audit_link FROM approdo_app;
        REVOKE UPDATE, DELETE, TRUNCATE ON audit_checkpoint FROM approdo_app;
    END IF;
END $$;
"""
UNDO = """
DROP TRIGGER audit_checkpoint_append_only ON audit_checkpoint;
DROP TRIGGER audit_link_append_only ON audit_link;
DROP TRIGGER audit_entry_chained ON audit_entry;
DROP FUNCTION audit_chain();
DROP FUNCTION audit_fields(audit_entry);
DROP FUNCTION audit_said(text);
"""


class Migration(migrations.Migration):
    """Each entry is chained to the one before it when its act commits (ADR 0013)."""

    dependencies = [("audit", "0003_about_a_case")]
    operations = [
        migrations.CreateModel(
            name="Link",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "entry_id",
                    models.BigIntegerField(help_text="no foreign key: an entry that was deleted must be missed"),
                ),
                ("hash", models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("hash", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("key", models.CharField(max_length=64)),
                ("signature", models.CharField(max_length=128)),
            ],
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                django.db.models.fields.json.KeyTextTransform("spooled", "detail"),
                condition=models.Q(("detail__has_key", "spooled")),
                name="entry_from_spool",
            ),
        ),
        migrations.RunSQL(CHAIN, UNDO),
    ]
