# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations

# Not even the system, which counts readings, sees a prompt. Both go with their visit, whoever deletes it.
WALLS = """
ALTER TABLE recognition_reading ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE recognition_prompt ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen_by ON recognition_reading USING (
    (SELECT access_genuine()) AND (
        service_id = ANY ((SELECT access_services())::bigint[]) OR (SELECT 0 = ANY (access_services()))
    )
);
CREATE POLICY seen_by ON recognition_prompt USING (
    (SELECT access_genuine()) AND service_id = ANY ((SELECT access_services())::bigint[])
);
ALTER TABLE recognition_reading
    DROP CONSTRAINT recognition_reading_visit_id_2d216288_fk_recogniti,
    ADD CONSTRAINT reading_goes_with_its_visit FOREIGN KEY (visit_id) REFERENCES recognition_storedvisit
        ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE recognition_prompt
    DROP CONSTRAINT recognition_prompt_reading_id_eda19784_fk_recogniti,
    ADD CONSTRAINT prompt_goes_with_its_reading FOREIGN KEY (reading_id) REFERENCES recognition_reading
        ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'approdo_app') THEN
        REVOKE UPDATE, DELETE ON recognition_sitemode, recognition_reading, recognition_prompt FROM approdo_app;
        GRANT UPDATE (silent, age_band, citizenship, prompted, answer, answered_at, answered_by_id)
            ON recognition_reading TO approdo_app;
        GRANT UPDATE (band, points, evidence) ON recognition_prompt TO approdo_app;
    END IF;
END $$;
"""
UNDO = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'approdo_app') THEN
        GRANT UPDATE, DELETE ON recognition_sitemode, recognition_reading, recognition_prompt TO approdo_app;
    END IF;
END $$;
ALTER TABLE recognition_prompt
    DROP CONSTRAINT prompt_goes_with_its_reading,
    ADD CONSTRAINT recognition_prompt_reading_id_eda19784_fk_recogniti FOREIGN KEY (reading_id)
        REFERENCES recognition_reading DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE recognition_reading
    DROP CONSTRAINT reading_goes_with_its_visit,
    ADD CONSTRAINT recognition_reading_visit_id_2d216288_fk_recogniti FOREIGN KEY (visit_id)
        REFERENCES recognition_storedvisit DEFERRABLE INITIALLY DEFERRED;
DROP POLICY seen_by ON recognition_prompt;
DROP POLICY seen_by ON recognition_reading;
ALTER TABLE recognition_prompt DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
ALTER TABLE recognition_reading DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """The database says again that a prompt is for the department that treats her, and for nobody else (ADR 0027)."""

    dependencies = [("access", "0001_claims"), ("recognition", "0003_prompts")]
    operations = [migrations.RunSQL(WALLS, UNDO)]
