# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations, models

OPEN = """
ALTER TABLE cases_participation NO FORCE ROW LEVEL SECURITY;
ALTER TABLE cases_case NO FORCE ROW LEVEL SECURITY;
UPDATE cases_participation p SET open = c.closed_at IS NULL, led = c.lead_service_id IS NOT NULL
  FROM cases_case c WHERE c.id = p.case_id AND (c.closed_at IS NOT NULL OR c.lead_service_id IS NOT NULL);
ALTER TABLE cases_case FORCE ROW LEVEL SECURITY;
ALTER TABLE cases_participation FORCE ROW LEVEL SECURITY;

CREATE FUNCTION cases_tell_participations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE cases_participation SET open = NEW.closed_at IS NULL, led = NEW.lead_service_id IS NOT NULL
     WHERE case_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER cases_tell_participations AFTER UPDATE OF closed_at, lead_service_id ON cases_case FOR EACH ROW
    WHEN ((OLD.closed_at IS NULL, OLD.lead_service_id IS NULL)
          IS DISTINCT FROM (NEW.closed_at IS NULL, NEW.lead_service_id IS NULL))
    EXECUTE FUNCTION cases_tell_participations();
CREATE FUNCTION cases_ask_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT closed_at IS NULL, lead_service_id IS NOT NULL INTO NEW.open, NEW.led FROM cases_case WHERE id = NEW.case_id;
    NEW.open := coalesce(NEW.open, true);
    NEW.led := coalesce(NEW.led, false);
    RETURN NEW;
END $$;
CREATE TRIGGER cases_ask_case BEFORE INSERT ON cases_participation FOR EACH ROW EXECUTE FUNCTION cases_ask_case();

-- each array is compared as it is, and what is claimed is read once for a statement
ALTER POLICY seen_by ON cases_case USING (
    (SELECT access_genuine()) AND id <> ALL ((SELECT cases_kept_out())::uuid[]) AND (
        service_ids && (SELECT access_services())::bigint[]
        OR supervising_ids && (SELECT access_services())::bigint[]
        OR (SELECT 0 = ANY (access_services()))
    )
);
"""
UNDO = """
ALTER POLICY seen_by ON cases_case USING (
    (service_ids || supervising_ids || 0::bigint) && access_services()
    AND id <> ALL ((SELECT cases_kept_out())::uuid[])
    AND (SELECT access_genuine())
);
DROP TRIGGER cases_ask_case ON cases_participation;
DROP FUNCTION cases_ask_case();
DROP TRIGGER cases_tell_participations ON cases_case;
DROP FUNCTION cases_tell_participations();
"""


class Migration(migrations.Migration):
    """The list of cases is made from one index, in order, whatever the number of cases (performance.md, A3)."""

    dependencies = [("cases", "0007_glass")]
    operations = [
        migrations.AddField(
            model_name="participation",
            name="open",
            field=models.BooleanField(
                db_default=True, help_text="whether the case is, as the database keeps it: for the list"
            ),
        ),
        migrations.AddField(
            model_name="participation",
            name="led",
            field=models.BooleanField(
                db_default=False, help_text="whether anybody leads it, as the database keeps it"
            ),
        ),
        migrations.RunSQL(OPEN, UNDO),
        migrations.RemoveIndex(model_name="participation", name="participation_now"),
        migrations.AddIndex(
            model_name="participation",
            index=models.Index(
                condition=models.Q(("open", True), ("until", None)),
                fields=["service", "-since", "case"],
                name="participation_now",
            ),
        ),
        migrations.AddIndex(
            model_name="participation",
            index=models.Index(
                condition=models.Q(("led", False), ("open", True), ("until", None)),
                fields=["service", "since"],
                name="participation_adrift",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at", None)),
                fields=["lead_service", "next_contact_at", "opened_at"],
                name="case_next_contact",
            ),
        ),
    ]
