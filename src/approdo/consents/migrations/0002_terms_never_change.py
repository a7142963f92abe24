# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations

WHAT_MAY_BE_WRITTEN_AFTERWARDS = {
    "consents_grant": ("until", "revoked_at", "revoked_by_id"),
    "consents_block": ("lifted_at", "lifted_by_id"),
    "consents_masking": ("lifted_at", "lifted_by_id"),
    "consents_breakglass": (
        "until",
        "manager_told_at",
        "reviewer_told_at",
        "reviewed_at",
        "reviewed_by_id",
        "outcome",
    ),
    "consents_notshared": (),
}
ENDS_ONLY_EARLIER = """
CREATE FUNCTION consents_grant_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.until > OLD.until THEN
        RAISE EXCEPTION 'a grant never ends later: her word is asked again';
    END IF;
    IF OLD.revoked_at IS NOT NULL AND
       (NEW.revoked_at, NEW.revoked_by_id) IS DISTINCT FROM (OLD.revoked_at, OLD.revoked_by_id) THEN
        RAISE EXCEPTION 'what was revoked stays revoked: her word is asked again';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grant_only_ends BEFORE UPDATE ON consents_grant
    FOR EACH ROW EXECUTE FUNCTION consents_grant_only_ends();
CREATE FUNCTION consents_break_glass_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.until > OLD.until THEN
        RAISE EXCEPTION 'a break-glass never ends later';
    END IF;
    IF OLD.reviewed_at IS NOT NULL AND (NEW.reviewed_at, NEW.reviewed_by_id, NEW.outcome)
       IS DISTINCT FROM (OLD.reviewed_at, OLD.reviewed_by_id, OLD.outcome) THEN
        RAISE EXCEPTION 'a break-glass is reviewed once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER break_glass_only_ends BEFORE UPDATE ON consents_breakglass
    FOR EACH ROW EXECUTE FUNCTION consents_break_glass_only_ends();
CREATE FUNCTION consents_lifted_stays_lifted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.lifted_at IS NOT NULL THEN
        RAISE EXCEPTION 'what was lifted stays as it was: write a new row';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER block_lifted_stays_lifted BEFORE UPDATE ON consents_block
    FOR EACH ROW EXECUTE FUNCTION consents_lifted_stays_lifted();
CREATE TRIGGER masking_lifted_stays_lifted BEFORE UPDATE ON consents_masking
    FOR EACH ROW EXECUTE FUNCTION consents_lifted_stays_lifted();
"""
UNDO = """
DROP TRIGGER masking_lifted_stays_lifted ON consents_masking;
DROP TRIGGER block_lifted_stays_lifted ON consents_block;
DROP TRIGGER break_glass_only_ends ON consents_breakglass;
DROP TRIGGER grant_only_ends ON consents_grant;
DROP FUNCTION consents_lifted_stays_lifted();
DROP FUNCTION consents_break_glass_only_ends();
DROP FUNCTION consents_grant_only_ends();
"""


def _if_the_role_is_there(statements: list[str]) -> str:
    return (
        "DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'approdo_app') THEN "
        + " ".join(statements)
        + " END IF; END $$;"
    )


def _taken_back() -> list[str]:
    statements = []
    for table, columns in WHAT_MAY_BE_WRITTEN_AFTERWARDS.items():
        statements.append(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM approdo_app;")
        if columns:
            statements.append(f"GRANT UPDATE ({', '.join(columns)}) ON {table} TO approdo_app;")
    return statements


def _given_again() -> list[str]:
    return [f"GRANT UPDATE, DELETE ON {table} TO approdo_app;" for table in WHAT_MAY_BE_WRITTEN_AFTERWARDS]


class Migration(migrations.Migration):
    """What she agreed to is never rewritten: a grant may only end earlier, a block or a mask be lifted once."""

    dependencies = [("consents", "0001_initial")]
    operations = [
        migrations.RunSQL(ENDS_ONLY_EARLIER, UNDO),
        migrations.RunSQL(_if_the_role_is_there(_taken_back()), _if_the_role_is_there(_given_again())),
    ]
