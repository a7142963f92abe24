# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations

ENTRY = """
ALTER POLICY seen_by ON persons_entry USING (
    (SELECT true FROM cases_case c WHERE c.id = case_id
        AND (service_id = ANY (access_services()) OR NOT private AND NOT EXISTS (
                SELECT FROM consents_masking m WHERE m.case_id = c.id AND m.service_id = ANY (access_services())
                AND m.lifted_at IS NULL AND (m.entry_id = persons_entry.id OR m.slice = persons_entry.slice
                    OR m.slice = 'location' AND persons_entry.slice = 'children')
            ) AND (
            c.lead_service_id = ANY (access_services())
            OR EXISTS (
                SELECT FROM consents_grant g WHERE g.case_id = c.id AND g.service_id = ANY (access_services())
                AND persons_entry.slice = ANY (g.slices) AND g.revoked_at IS NULL
                AND g.valid_from <= clock_timestamp() AND g.until > clock_timestamp()
            ){glass}
        ))
    )
);
"""
# the same slices as approdo.consents.rules.matrix.BEHIND_THE_GLASS; a test compares them
GLASS = """
            OR persons_entry.slice = ANY ('{identity,contacts,risk,chronology}') AND EXISTS (
                SELECT FROM consents_breakglass b WHERE b.case_id = c.id AND b.operator_id = access_operator()
                AND b.service_id = ANY (access_services())
                AND b.opened_at <= clock_timestamp() AND b.until > clock_timestamp()
            )"""
REVIEWERS = """
-- who coordinates a network sees that a glass was broken by another organisation of it: never the case
ALTER POLICY seen_by ON consents_breakglass USING (
    (SELECT true FROM cases_case c WHERE c.id = case_id)
    OR (SELECT access_genuine()) AND case_id <> ALL ((SELECT cases_kept_out())::uuid[]) AND EXISTS (
        SELECT FROM networks_service s
        JOIN networks_organisation_networks mine ON mine.organisation_id = s.organisation_id
        JOIN networks_organisation_networks theirs ON theirs.network_id = mine.network_id
        WHERE s.id = ANY (access_services()) AND s.active AND s.kind = 'network_coordination'
        AND theirs.organisation_id = consents_breakglass.organisation_id
        AND s.organisation_id <> consents_breakglass.organisation_id
    )
);
"""
UNDO_REVIEWERS = """
ALTER POLICY seen_by ON consents_breakglass USING ((SELECT true FROM cases_case c WHERE c.id = case_id));
"""


class Migration(migrations.Migration):
    """Behind a glass that she broke, for its hour, an operator reads; who reviews it sees that it was (P16)."""

    dependencies = [("cases", "0006_masked"), ("networks", "0003_organisation_coordinator")]
    operations = [
        migrations.RunSQL(ENTRY.replace("{glass}", GLASS) + REVIEWERS, UNDO_REVIEWERS + ENTRY.replace("{glass}", ""))
    ]
