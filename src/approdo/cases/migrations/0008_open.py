# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations, models

OPEN = """
ALTER TABLE cases_participation NO FORCE ROW LEVEL SECURITY;
ALTER TABLE cases_case NO FORCE ROW LEVEL SECURITY;
UPDATE cases_participation p SET open = false FROM cases_case c WHERE c.id = p.case_id AND c.closed_at IS NOT NULL;
ALTER TABLE cases_case FORCE ROW LEVEL SECURITY;
ALTER TABLE cases_participation FORCE ROW LEVEL SECURITY;

CREATE FUNCTION cases_follow_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE cases_participation SET open = NEW.closed_at IS NULL WHERE case_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER cases_follow_closing AFTER UPDATE OF closed_at ON cases_case FOR EACH ROW
    WHEN (OLD.closed_at IS DISTINCT FROM NEW.closed_at) EXECUTE FUNCTION cases_follow_closing();

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
DROP TRIGGER cases_follow_closing ON cases_case;
DROP FUNCTION cases_follow_closing();
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
    ]
