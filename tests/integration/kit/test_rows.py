# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows in one plain statement: what goes in comes out as the models would have written it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from psycopg.pq import PipelineStatus, TransactionStatus
from tests.factories.activations import a_town, an_activation

from approdo.activations.models import Activation, Call
from approdo.audit.models import Entry
from approdo.cases.models import Case
from approdo.kit import rows
from approdo.kit.errors import NotFound

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 10, 25, 0, 59, 59, 999_999, tzinfo=UTC)
HOSTILE = "a\"b'c\\d%s {0} \u2028 è ☎ </script>"


def entry(**changes: object) -> dict[str, object]:
    return {
        "happened_at": NOW,
        "operator_id": None,
        "role": "",
        "purpose": "care",
        "verb": "case.open",
        "subject": "case:1",
        "detail": {},
    } | changes


def case(alias: str) -> dict[str, object]:
    return {
        "id": uuid4(),
        "alias": alias,
        "state": "contact",
        "municipality_id": "012133",
        "arrival": "other",
        "opened_at": NOW,
        "exercise": False,
        "service_ids": [],
        "supervising_ids": [],
    }


def test_every_kind_of_value_comes_back_as_it_went_in() -> None:
    detail = {"text": HOSTILE, "number": 3, "yes": True, "nothing": None, "deep": [{"a": 1}]}
    rows.insert(Entry, [entry(subject=HOSTILE, detail=detail)])
    kept = Entry.objects.get()
    assert (kept.happened_at, kept.operator_id, kept.subject, kept.detail) == (NOW, None, HOSTILE, detail)


def test_many_rows_are_one_statement_and_keep_their_order() -> None:
    with CaptureQueriesContext(connection) as queries:
        assert rows.insert(Entry, [entry(subject=f"case:{number}") for number in range(300)]) == 300
    assert len(queries) == 1
    assert list(Entry.objects.order_by("pk").values_list("subject", flat=True)) == [f"case:{n}" for n in range(300)]


def test_no_rows_are_no_statement() -> None:
    with CaptureQueriesContext(connection) as queries:
        assert rows.insert(Entry, []) == rows.update(Call, []) == 0
    assert len(queries) == 0


def test_a_row_that_breaks_a_unique_rule_is_refused_or_left_out_as_asked() -> None:
    a_town()
    rows.insert(Case, [case("Airone 11")])
    assert rows.insert(Case, [case("Airone 11"), case("Airone 12")], unless_there=True) == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.insert(Case, [case("Airone 11")])
    assert sorted(Case.objects.values_list("alias", flat=True)) == ["Airone 11", "Airone 12"]


def test_an_update_changes_the_named_columns_of_the_named_rows_only() -> None:
    made = an_activation(a_town())
    one, *others = Call.objects.filter(activation_id=made.id).order_by("position")
    untouched = list(Call.objects.exclude(pk=one.pk).order_by("pk").values())
    changed = {"id": one.pk, "due_at": NOW + timedelta(minutes=1), "service_ids": [9, 8], "started_at": None}
    assert rows.update(Call, [changed]) == 1
    kept = Call.objects.get(pk=one.pk)
    assert (kept.due_at, kept.service_ids, kept.started_at) == (NOW + timedelta(minutes=1), [9, 8], None)
    assert (kept.step, kept.key, kept.state) == (one.step, one.key, one.state)
    assert others
    assert list(Call.objects.exclude(pk=one.pk).order_by("pk").values()) == untouched


def test_an_activation_is_stored_with_its_protocol_word_for_word() -> None:
    made = an_activation(a_town())
    kept = Activation.objects.select_related("protocol_version").get(pk=made.id)
    assert kept.protocol_copy == kept.protocol_version.document


def test_what_is_read_is_bound_never_pasted() -> None:
    assert rows.read("SELECT %s::text, %s::int", [HOSTILE, 7]) == [(HOSTILE, 7)]
    assert rows.read("SELECT %(it)s::text", {"it": "'; DROP TABLE audit_entry; --"}) == [
        ("'; DROP TABLE audit_entry; --",)
    ]


def send_together(*subjects: str, aliases: Sequence[str] = ()) -> None:
    with transaction.atomic(), rows.together():
        for subject in subjects:
            rows.insert(Entry, [entry(subject=subject)])
            rows.insert(Case, [case(alias) for alias in aliases])


def test_statements_sent_together_are_all_there_and_what_one_raises_is_raised() -> None:
    send_together("case:1", "case:2")
    assert Entry.objects.count() == 2
    a_town()
    with pytest.raises(IntegrityError):
        send_together("case:3", "case:4", aliases=["Airone 11"])
    assert Entry.objects.count() == 2


def test_what_is_asked_together_is_not_waited_for_until_its_value_is_taken() -> None:
    with transaction.atomic(), rows.together():
        first = rows.ask("SELECT %s::int", [1], list)
        second = rows.ask("SELECT %s::int", [2], list).then(lambda found: found[0][0])
        assert connection.connection.info.transaction_status == TransactionStatus.ACTIVE
        assert (second.value, first.value, first.value) == (2, [(1,)], [(1,)])


def test_a_block_within_a_block_is_not_waited_for_until_the_outer_one_ends() -> None:
    with transaction.atomic(), rows.together():
        with rows.together():
            asked = rows.ask("SELECT %s::int", [1], list)
        assert connection.connection.info.pipeline_status is PipelineStatus.ON
        assert connection.connection.info.transaction_status == TransactionStatus.ACTIVE
        assert asked.value == [(1,)]
    assert connection.connection.info.pipeline_status is PipelineStatus.OFF


def refused_within() -> None:
    with transaction.atomic(), rows.together():
        with rows.together():
            rows.insert(Entry, [entry(subject="case:1")])
            rows.insert(Case, [case("Airone 11")])
        rows.insert(Entry, [entry(subject="case:2")])


def test_what_a_block_within_raises_is_raised_and_leaves_nothing_written() -> None:
    a_town()
    rows.insert(Case, [case("Airone 11")])
    with pytest.raises(IntegrityError):
        refused_within()
    assert not Entry.objects.exists()


def left_in_the_middle() -> Iterator[rows.Answer[list[tuple[int]]]]:
    with transaction.atomic(), rows.together():
        yield rows.ask("SELECT 1", [], list)
        raise NotFound


def test_a_block_left_in_the_middle_leaves_the_connection_good() -> None:
    leaving = left_in_the_middle()
    asked = next(leaving)
    with pytest.raises(NotFound):
        next(leaving)
    assert asked.value == [(1,)]
    assert rows.read("SELECT 2") == [(2,)]


def divided_together(by: int) -> int:
    with transaction.atomic(), rows.together():
        return rows.ask("SELECT 1 / %s::int", [by], list).then(lambda found: int(found[0][0])).value


def test_what_an_asked_statement_raises_is_raised_with_its_value() -> None:
    assert divided_together(1) == 1
    with pytest.raises(DataError):
        divided_together(0)
    assert divided_together(1) == 1


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2026, 10, 25, 0, 59, 59, 999_999, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 100, tzinfo=UTC),
    ],
)
def test_an_instant_comes_back_as_it_was_in_utc(instant: datetime) -> None:
    [(back,)] = rows.read("SELECT %s::timestamptz", [instant])
    assert back == instant
    assert back.utcoffset() == timedelta(0)


@pytest.mark.parametrize("beyond", ["infinity", "12026-01-01 00:00:00+00", "0044-03-15 00:00:00+00 BC"])
def test_an_instant_that_python_does_not_know_is_an_error_and_not_another_instant(beyond: str) -> None:
    with pytest.raises(DataError):
        rows.read("SELECT %s::timestamptz", [beyond])
