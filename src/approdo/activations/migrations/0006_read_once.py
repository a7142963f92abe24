# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations

READ_ONCE = """
ALTER POLICY seen_by ON activations_activation USING (
    (SELECT access_genuine()) AND case_id <> ALL ((SELECT cases_kept_out())::uuid[])
    AND (service_ids && (SELECT access_services())::bigint[] OR (SELECT 0 = ANY (access_services())))
);
"""
UNDO = """
ALTER POLICY seen_by ON activations_activation USING (
    (service_ids || 0::bigint) && access_services()
    AND case_id <> ALL ((SELECT cases_kept_out())::uuid[])
    AND (SELECT access_genuine())
);
"""


class Migration(migrations.Migration):
    """The array is compared as it is, and what is claimed is read once for a statement, as in cases 0008."""

    dependencies = [("activations", "0005_looked_up"), ("cases", "0008_open")]
    operations = [migrations.RunSQL(READ_ONCE, UNDO)]
