# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations

# A value looked up for each row, by its number. Written as EXISTS, the planner may answer it for all rows at once, by
# walking every case that the claim shows: on a hundred cases nobody notices, on a million everybody waits.
LOOKED_UP = """
-- of her own service's part nothing need be looked up: this is what her lists are made from
ALTER POLICY seen_by ON cases_participation USING (
    (SELECT access_genuine()) AND case_id <> ALL ((SELECT cases_kept_out())::uuid[])
    AND (until IS NULL AND service_id = ANY (access_services()) OR (SELECT true FROM cases_case c WHERE c.id = case_id))
);
ALTER POLICY seen_by ON cases_event USING ((SELECT true FROM cases_case c WHERE c.id = case_id));
ALTER POLICY seen_by ON consents_block USING (
    (SELECT access_genuine())
    AND (operator_id = access_operator() OR (SELECT true FROM cases_case c WHERE c.id = case_id))
);
ALTER POLICY seen_by ON consents_breakglass USING ((SELECT true FROM cases_case c WHERE c.id = case_id));
ALTER POLICY seen_by ON consents_grant USING ((SELECT true FROM cases_case c WHERE c.id = case_id));
ALTER POLICY seen_by ON consents_masking USING ((SELECT true FROM cases_case c WHERE c.id = case_id));
ALTER POLICY seen_by ON consents_notshared USING ((SELECT true FROM cases_case c WHERE c.id = case_id));
ALTER POLICY seen_by ON vault_wrappedkey USING ((SELECT true FROM cases_case c WHERE c.id = case_id));
ALTER POLICY seen_by ON persons_version USING ((SELECT true FROM persons_entry e WHERE e.id = entry_id));
ALTER POLICY seen_by ON persons_nametoken USING (
    organisation_id = access_organisation() AND (SELECT true FROM cases_case c WHERE c.id = case_id)
);
"""
UNDO = """
ALTER POLICY seen_by ON cases_participation USING (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id));
ALTER POLICY seen_by ON cases_event USING (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id));
ALTER POLICY seen_by ON consents_block USING (
    (SELECT access_genuine())
    AND (operator_id = access_operator() OR EXISTS (SELECT FROM cases_case c WHERE c.id = case_id))
);
ALTER POLICY seen_by ON consents_breakglass USING (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id));
ALTER POLICY seen_by ON consents_grant USING (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id));
ALTER POLICY seen_by ON consents_masking USING (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id));
ALTER POLICY seen_by ON consents_notshared USING (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id));
ALTER POLICY seen_by ON vault_wrappedkey USING (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id));
ALTER POLICY seen_by ON persons_version USING (EXISTS (SELECT FROM persons_entry e WHERE e.id = entry_id));
ALTER POLICY seen_by ON persons_nametoken USING (
    organisation_id = access_organisation() AND EXISTS (SELECT FROM cases_case c WHERE c.id = case_id)
);
"""


class Migration(migrations.Migration):
    """What a row belongs to is looked up by its number, whatever the planner thinks of the tables' sizes (ADR 0012)."""

    dependencies = [("cases", "0004_record_walls")]
    operations = [migrations.RunSQL(LOOKED_UP, UNDO)]
