# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations

POLICY = """
ALTER POLICY seen_by ON persons_entry USING (
    (SELECT true FROM cases_case c WHERE c.id = case_id
        AND (service_id = ANY (access_services()) OR NOT private {masks} AND (
            c.lead_service_id = ANY (access_services())
            OR EXISTS (
                SELECT FROM consents_grant g WHERE g.case_id = c.id AND g.service_id = ANY (access_services())
                AND persons_entry.slice = ANY (g.slices) AND g.revoked_at IS NULL
                AND g.valid_from <= clock_timestamp() AND g.until > clock_timestamp()
            )
        ))
    )
);
"""
MASKS = """AND NOT EXISTS (
                SELECT FROM consents_masking m WHERE m.case_id = c.id AND m.service_id = ANY (access_services())
                AND m.lifted_at IS NULL AND (m.entry_id = persons_entry.id OR m.slice = persons_entry.slice
                    OR m.slice = 'location' AND persons_entry.slice = 'children')
            )"""


class Migration(migrations.Migration):
    """What a woman hides from a service does not exist for it in the database either (security.md, P19)."""

    dependencies = [("cases", "0005_looked_up")]
    operations = [migrations.RunSQL(POLICY.replace("{masks}", MASKS), POLICY.replace("{masks}", ""))]
