# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations

KEPT_OUT = """
ALTER POLICY seen_by ON activations_activation USING (
    (service_ids || 0::bigint) && access_services()
    AND case_id <> ALL ((SELECT cases_kept_out())::uuid[])
    AND (SELECT access_genuine())
);
"""
UNDO = """
ALTER POLICY seen_by ON activations_activation
    USING ((service_ids || 0::bigint) && access_services() AND (SELECT access_genuine()));
"""


class Migration(migrations.Migration):
    """Whoever is kept out of a case sees no activation of it (security.md, P14)."""

    dependencies = [("activations", "0003_walls"), ("cases", "0004_record_walls")]
    operations = [migrations.RunSQL(KEPT_OUT, UNDO)]
