# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations

WALLS = """
ALTER TABLE referrals_referral ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE referrals_step ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- the service that is asked does not take part in the case yet, and sees its referral all the same; who leads sees all
CREATE POLICY seen_by ON referrals_referral USING (
    (SELECT access_genuine()) AND case_id <> ALL ((SELECT cases_kept_out())::uuid[])
    AND (
        service_ids && (SELECT access_services())::bigint[] OR (SELECT 0 = ANY (access_services()))
        OR EXISTS (SELECT FROM cases_case c WHERE c.id = case_id AND c.lead_service_id = ANY (access_services()))
    )
);
CREATE POLICY seen_by ON referrals_step
    USING (EXISTS (SELECT FROM referrals_referral r WHERE r.id = referral_id));

DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'approdo_app') THEN
        -- what was done is not rewritten, and what was asked for neither
        REVOKE UPDATE, DELETE ON referrals_step FROM approdo_app;
        REVOKE UPDATE, DELETE ON referrals_referral FROM approdo_app;
        GRANT UPDATE (service_ids, slices, status, progress, sent_at, asked_at, answered_at, owed_since, reminded_at,
                      escalated_at, due_at, taken_at, met_at, ended_at, end_reason) ON referrals_referral TO approdo_app;
    END IF;
END $$;
"""
UNDO = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'approdo_app') THEN
        GRANT UPDATE, DELETE ON referrals_step, referrals_referral TO approdo_app;
    END IF;
END $$;
DROP POLICY seen_by ON referrals_step;
DROP POLICY seen_by ON referrals_referral;
ALTER TABLE referrals_step DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
ALTER TABLE referrals_referral DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """The database says again who sees a referral (ADR 0012, 0019)."""

    dependencies = [("access", "0001_claims"), ("cases", "0011_referred"), ("referrals", "0001_initial")]
    operations = [migrations.RunSQL(WALLS, UNDO)]
