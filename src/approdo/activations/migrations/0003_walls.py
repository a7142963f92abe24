# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations

SEEN_BY = """
ALTER TABLE cases_case NO FORCE ROW LEVEL SECURITY;
UPDATE cases_case c SET supervising_ids = (
    SELECT coalesce(array_agg(DISTINCT a.supervising_service_id), '{}') FROM activations_activation a
    WHERE a.case_id = c.id AND a.supervising_service_id IS NOT NULL
);
ALTER TABLE cases_case FORCE ROW LEVEL SECURITY;
ALTER TABLE activations_activation ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE activations_call ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE activations_alert ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen_by ON activations_activation
    USING ((service_ids || 0::bigint) && access_services() AND (SELECT access_genuine()));
CREATE POLICY seen_by ON activations_call
    USING (EXISTS (SELECT FROM activations_activation a WHERE a.id = activation_id));
CREATE POLICY seen_by ON activations_alert
    USING (EXISTS (SELECT FROM activations_call c WHERE c.id = call_id));
"""
UNDO = """
DROP POLICY seen_by ON activations_alert;
DROP POLICY seen_by ON activations_call;
DROP POLICY seen_by ON activations_activation;
ALTER TABLE activations_alert DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
ALTER TABLE activations_call DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
ALTER TABLE activations_activation DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """The database says again who sees an activation, its calls and its alerts (ADR 0012)."""

    dependencies = [("access", "0001_claims"), ("activations", "0002_initial"), ("cases", "0002_walls")]
    operations = [migrations.RunSQL(SEEN_BY, UNDO)]
