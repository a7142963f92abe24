# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A query set written once and read many times says the same as the query set itself."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models import F, Q
from django.test.utils import CaptureQueriesContext
from tests.factories.activations import COMO, TONIGHT, a_town, an_activation

from approdo.activations.models import Activation, Call
from approdo.cases.models import Case
from approdo.kit.rows import Statement

pytestmark = pytest.mark.django_db

SEEN = Statement(
    lambda service, since: (
        Activation.objects.visible_to_service(service)
        .filter(activated_at__gte=since)
        .order_by("activated_at")
        .values_list("pk", "case__alias", "needs", "activated_at")
    ),
    service=int,
    since=datetime,
)


def test_it_reads_what_the_query_set_reads_for_each_new_value() -> None:
    here, there = a_town(), a_town(municipality=COMO)
    made = [an_activation(here, now=TONIGHT + timedelta(minutes=minute)) for minute in range(3)]
    for town in (here, there):
        for since in (TONIGHT, TONIGHT + timedelta(minutes=1), datetime(2027, 1, 1, tzinfo=UTC)):
            plain = Activation.objects.visible_to(town.nurse).filter(activated_at__gte=since).order_by("activated_at")
            expected = list(plain.values_list("pk", "case__alias", "needs", "activated_at"))
            assert SEEN.read(service=town.hospital.pk, since=since) == expected
    assert [row[0] for row in SEEN.read(service=here.hospital.pk, since=TONIGHT)] == [one.id for one in made]


def test_its_sql_is_written_once() -> None:
    written = []
    statement = Statement(lambda case: written.append(1) or Case.objects.filter(pk=case), case=UUID)
    assert statement.read(case=uuid4()) == statement.read(case=uuid4()) == []
    assert written == [1]


def test_an_instance_is_as_the_model_reads_it_and_carries_what_was_annotated() -> None:
    town = a_town()
    made = an_activation(town)
    statement = Statement(
        lambda activation: Activation.objects.filter(pk=activation).annotate(alias=F("case__alias")), activation=UUID
    )
    (read,) = statement.read(activation=made.id)
    kept = Activation.objects.get(pk=made.id)
    assert {name: getattr(read, name) for name in vars(kept) if name != "_state"} == {
        name: value for name, value in vars(kept).items() if name != "_state"
    }
    assert read.alias == kept.case.alias
    assert not read._state.adding


def test_a_tuple_with_names_says_the_same_as_the_instance_and_has_every_column() -> None:
    made = an_activation(a_town())
    named = Statement(
        lambda pk: Call.objects.filter(activation=pk).order_by("pk").values_list(named=True), pk=UUID
    ).read(pk=made.id)
    instances = list(Call.objects.filter(activation=made.id).order_by("pk"))
    columns = {field.attname for field in Call._meta.concrete_fields}
    assert len(named) == len(instances) > 1
    assert set(named[0]._fields) == columns
    for row, instance in zip(named, instances, strict=True):
        assert row._asdict() == {name: getattr(instance, name) for name in columns}


def test_a_column_that_was_left_out_is_read_when_it_is_asked_for() -> None:
    made = an_activation(a_town())
    statement = Statement(lambda pk: Activation.objects.filter(pk=pk).defer("protocol_copy"), pk=UUID)
    with CaptureQueriesContext(connection) as queries:
        (read,) = statement.read(pk=made.id)
        assert "protocol_copy" not in queries.captured_queries[0]["sql"]
        assert read.protocol_copy["calls"]
    assert len(queries) == 2


def test_a_value_may_stand_in_several_places_and_is_bound_never_pasted() -> None:
    a_town()
    statement = Statement(
        lambda alias: Case.objects.filter(Q(alias=alias) | Q(municipality__name=alias)).values_list("pk"), alias=str
    )
    assert statement.read(alias="'; DROP TABLE cases_case; --") == []
    assert Case.objects.count() == 0


def test_a_value_that_the_statement_does_not_use_is_a_mistake() -> None:
    statement = Statement(lambda case, service: Case.objects.filter(pk=case), case=UUID, service=int)
    with pytest.raises(AssertionError, match="service"):
        statement.read(case=uuid4(), service=1)


def test_related_instances_are_not_half_read() -> None:
    statement = Statement(lambda pk: Call.objects.filter(pk=pk).select_related("activation"), pk=UUID)
    with pytest.raises(AssertionError, match="related"):
        statement.read(pk=uuid4())


def test_what_never_changes_is_written_into_the_statement_and_found_by_a_partial_index() -> None:
    statement = Statement(
        lambda activation: Call.objects.filter(activation=activation, state="100% 'calling'").values_list("pk"),
        activation=UUID,
    )
    assert statement.read(activation=uuid4()) == []
    sql, slots, _finish = statement._written
    assert "'100%% ''calling'''" in sql
    assert len(slots) == sql.count("%s") == 1


def test_one_plan_is_kept_whatever_the_values() -> None:
    an_activation(a_town())
    for number in range(8):
        SEEN.read(service=number, since=TONIGHT)
    beginning = SEEN._written[0].split("%s")[0]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE starts_with(statement, %s)",
            [beginning],
        )
        ((kept, anew),) = cursor.fetchall()
    assert kept >= 8
    assert anew == 0
