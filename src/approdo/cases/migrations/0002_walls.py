# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import django.contrib.postgres.fields
from django.db import migrations, models

SEEN_BY = """
UPDATE cases_case c SET service_ids = (
    SELECT coalesce(array_agg(p.service_id ORDER BY p.service_id), '{}')
    FROM cases_participation p WHERE p.case_id = c.id AND p.until IS NULL
);

CREATE FUNCTION cases_follow_participations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE cases_case c SET service_ids = now_in.service_ids
    FROM (
        SELECT changed.case_id, coalesce(array_agg(p.service_id ORDER BY p.service_id)
            FILTER (WHERE p.service_id IS NOT NULL), '{}') AS service_ids
        FROM (SELECT DISTINCT case_id FROM changed) changed
        LEFT JOIN cases_participation p ON p.case_id = changed.case_id AND p.until IS NULL
        GROUP BY changed.case_id
    ) now_in
    WHERE c.id = now_in.case_id AND c.service_ids IS DISTINCT FROM now_in.service_ids;
    RETURN NULL;
END $$;
CREATE TRIGGER cases_follow_joining AFTER INSERT ON cases_participation
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION cases_follow_participations();
CREATE TRIGGER cases_follow_leaving AFTER UPDATE ON cases_participation
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION cases_follow_participations();

ALTER TABLE cases_case ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE cases_participation ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE cases_event ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen_by ON cases_case
    USING ((service_ids || supervising_ids || 0::bigint) && access_services() AND (SELECT access_genuine()));
CREATE POLICY seen_by ON cases_participation
    USING (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id));
CREATE POLICY seen_by ON cases_event
    USING (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id));
"""
UNDO = """
DROP POLICY seen_by ON cases_event;
DROP POLICY seen_by ON cases_participation;
DROP POLICY seen_by ON cases_case;
ALTER TABLE cases_event DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
ALTER TABLE cases_participation DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
ALTER TABLE cases_case DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
DROP TRIGGER cases_follow_leaving ON cases_participation;
DROP TRIGGER cases_follow_joining ON cases_participation;
DROP FUNCTION cases_follow_participations();
"""


class Migration(migrations.Migration):
    """The database says again who sees a case (ADR 0012)."""

    dependencies = [("access", "0001_claims"), ("cases", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="case",
            name="service_ids",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, help_text="who takes part now, as the database keeps it"
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="supervising_ids",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, help_text="who oversees one of its activations"
            ),
        ),
        migrations.RunSQL(SEEN_BY, UNDO),
    ]
