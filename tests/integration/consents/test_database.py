# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the database itself refuses, to the application's role and to a bug: the services are not asked here."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.utils import IntegrityError
from tests.factories.consents import a_case, a_grant, standing
from tests.factories.observers import observer

from approdo.access.services import as_system
from approdo.consents import services
from approdo.consents.models import Block, BreakGlass, Grant, Masking, NotShared
from approdo.consents.rules import Relation
from approdo.kit.errors import Conflict

from .conftest import NOW

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def a_row(around, model, **changes):
    """A row that holds, but for these changes."""
    operator, service = around.manager.operator_id, around.hospital
    good = {
        Grant: {
            "service": service,
            "slices": ["risk"],
            "purpose": "protection",
            "basis": "consent",
            "valid_from": NOW,
            "until": NOW + DAY,
            "recorded_at": NOW,
            "recorded_by_id": operator,
            "language": "it",
            "how": "written",
            "proof": "signed_form",
        },
        Block: {
            "operator_id": around.officer.operator_id,
            "reason": "party",
            "blocked_at": NOW,
            "blocked_by_id": operator,
        },
        Masking: {"service": service, "slice": "health", "masked_at": NOW, "masked_by_id": operator},
        BreakGlass: {
            "operator_id": around.nurse.operator_id,
            "service": service,
            "organisation": service.organisation,
            "reason": "cannot_speak",
            "opened_at": NOW,
            "until": NOW + 60 * MINUTE,
        },
        NotShared: {
            "service": service,
            "slice": "health",
            "reason": "not_safe",
            "recorded_at": NOW,
            "recorded_by_id": operator,
        },
    }
    with transaction.atomic():
        return model.objects.create(**({"case_id": around.case} | good[model] | changes))


LEGAL = {"basis": "legal", "language": "", "how": "", "proof": "", "norm": "court_order", "reason": "ordered"}


@pytest.mark.parametrize(
    ("model", "changes", "constraint"),
    [
        (Grant, {"until": NOW}, "grant_ends_after_it_begins"),
        (Grant, {"until": NOW + 733 * DAY}, "grant_lasts_two_years_at_most"),
        (Grant, {"valid_from": NOW - MINUTE}, "grant_is_not_backdated"),
        (Grant, {"slices": []}, "grant_slices_known"),
        (Grant, {"slices": ["risk", "soul"]}, "grant_slices_known"),
        (Grant, {"purpose": "gossip"}, "grant_purpose_known"),
        (Grant, {"basis": "habit"}, "grant_rests_on_her_word_or_on_a_norm"),
        (Grant, {"language": ""}, "grant_rests_on_her_word_or_on_a_norm"),
        (Grant, {"proof": ""}, "grant_rests_on_her_word_or_on_a_norm"),
        (Grant, {"norm": "court_order"}, "grant_rests_on_her_word_or_on_a_norm"),
        (Grant, LEGAL, "grant_rests_on_her_word_or_on_a_norm"),
        (Grant, {"revoked_at": NOW}, "grant_revoked_when_and_by_whom"),
        (Block, {"reason": "revenge"}, "block_reason_known"),
        (Block, {"lifted_at": NOW}, "block_lifted_when_and_by_whom"),
        (Masking, {"slice": ""}, "masking_hides_a_slice_or_an_entry"),
        (Masking, {"entry_id": uuid4()}, "masking_hides_a_slice_or_an_entry"),
        (Masking, {"lifted_at": NOW}, "masking_lifted_when_and_by_whom"),
        (BreakGlass, {"until": NOW + 61 * MINUTE}, "break_glass_lasts_an_hour_at_most"),
        (BreakGlass, {"until": NOW - MINUTE}, "break_glass_lasts_an_hour_at_most"),
        (BreakGlass, {"reason": "curious"}, "break_glass_reason_known"),
        (BreakGlass, {"outcome": "justified"}, "break_glass_reviewed_when_and_by_whom"),
        (NotShared, {"slice": "soul"}, "not_shared_slice_known"),
        (NotShared, {"reason": "because"}, "not_shared_reason_known"),
    ],
)
def test_a_row_that_says_half_of_something_is_refused(around, model, changes, constraint):
    a_row(around, model, case_id=a_case())
    with pytest.raises(IntegrityError, match=constraint):
        a_row(around, model, **changes)


def test_nobody_reviews_herself_nor_lifts_her_own_block(around):
    nurse = around.nurse.operator_id
    reviewed = {"reviewed_at": NOW + 60 * MINUTE, "outcome": "justified"}
    with pytest.raises(IntegrityError, match="nobody_reviews_herself"):
        a_row(around, BreakGlass, reviewed_by_id=nurse, **reviewed)
    officer = around.officer.operator_id
    with pytest.raises(IntegrityError, match="nobody_lifts_her_own_block"):
        a_row(around, Block, lifted_at=NOW, lifted_by_id=officer)


@pytest.mark.parametrize(("model", "constraint"), [(Block, "blocked_once"), (Masking, "masked_once")])
def test_what_stands_stands_once(around, model, constraint):
    a_row(around, model)
    with pytest.raises(IntegrityError, match=constraint):
        a_row(around, model)


def test_one_glass_at_a_time(around):
    a_row(around, BreakGlass)
    with pytest.raises(IntegrityError, match="broken_once_at_a_time"):
        a_row(around, BreakGlass, opened_at=NOW + MINUTE)
    a_row(around, BreakGlass, opened_at=NOW + 60 * MINUTE, until=NOW + 61 * MINUTE)


def test_nothing_is_unique_about_grants_so_that_nobody_learns_of_anothers(around):
    a_row(around, Grant)
    a_row(around, Grant)
    unique = "SELECT indexdef FROM pg_indexes WHERE tablename = 'consents_grant' AND indexdef LIKE '%UNIQUE%'"
    with connection.cursor() as cursor:
        cursor.execute(unique)
        assert [definition for (definition,) in cursor.fetchall() if "(id)" not in definition] == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consents_grant SET slices = '{health}'",
        "UPDATE consents_grant SET service_id = service_id",
        "UPDATE consents_grant SET valid_from = valid_from",
        "UPDATE consents_grant SET case_id = case_id",
        "DELETE FROM consents_grant",
        "TRUNCATE consents_grant",
        "UPDATE consents_block SET operator_id = 0",
        "DELETE FROM consents_block",
        "UPDATE consents_masking SET slice = 'plan'",
        "DELETE FROM consents_masking",
        "UPDATE consents_breakglass SET opened_at = opened_at",
        "UPDATE consents_breakglass SET operator_id = 0",
        "DELETE FROM consents_breakglass",
        "UPDATE consents_notshared SET reason = 'not_needed'",
        "DELETE FROM consents_notshared",
    ],
)
def test_the_application_may_not_rewrite_what_was_said(around, statement):
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE consents_grant SET until = until + interval '1 day'", "never ends later"),
        ("UPDATE consents_grant SET revoked_at = NULL, revoked_by_id = NULL", "stays revoked"),
        ("UPDATE consents_block SET lifted_at = NULL, lifted_by_id = NULL", "stays as it was"),
        ("UPDATE consents_masking SET lifted_at = NULL, lifted_by_id = NULL", "stays as it was"),
        ("UPDATE consents_breakglass SET until = until + interval '1 minute'", "never ends later"),
        ("UPDATE consents_breakglass SET outcome = 'justified'", "reviewed once"),
    ],
)
def test_on_the_columns_that_may_be_written_what_has_ended_is_not_brought_back(around, statement, sentence):
    manager = around.manager.operator_id
    a_row(around, Grant, revoked_at=NOW, revoked_by_id=manager)
    a_row(around, Block, lifted_at=NOW, lifted_by_id=manager)
    a_row(around, Masking, lifted_at=NOW, lifted_by_id=manager)
    reviewed = {"reviewed_at": NOW + DAY, "reviewed_by_id": manager, "outcome": "not_justified"}
    a_row(around, BreakGlass, until=NOW + MINUTE, **reviewed)
    with pytest.raises(DatabaseError, match=sentence), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
class TestTogether:
    """What two connections do at the same moment."""

    def test_two_presses_on_the_glass_open_one(self, around):
        ready = Barrier(2)

        def press(second):
            ready.wait()
            try:
                return services.break_glass(
                    actor=around.nurse,
                    standing=standing(Relation.NONE),
                    case_id=around.case,
                    reason="cannot_speak",
                    now=NOW + second * timedelta(seconds=1),
                )
            except Conflict:
                return None  # the other began a second later and came first
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            opened = [one for one in pool.map(press, range(2)) if one is not None]
        with as_system():
            assert BreakGlass.objects.count() == 1
            assert {one.id for one in opened} == {BreakGlass.objects.get().pk}

    def test_who_renews_and_who_revokes_take_turns(self, around, database_urls):
        grant = a_grant(around.manager, around.case, around.hospital.pk, now=NOW)
        with observer(database_urls) as other:
            other.execute("SELECT FROM consents_grant WHERE id = %s FOR UPDATE", [grant])
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = 100")
                with pytest.raises(DatabaseError, match="lock timeout"):
                    services.revoke(
                        actor=around.manager,
                        standing=standing(),
                        case_id=around.case,
                        grant_id=grant,
                        now=NOW,
                    )
                transaction.set_rollback(True)
        services.revoke(actor=around.manager, standing=standing(), case_id=around.case, grant_id=grant, now=NOW)
        with as_system():
            assert Grant.objects.get().revoked_at == NOW
