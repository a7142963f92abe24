# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A coordinator is told once in the morning that there is something to see, and only when there is news."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connections
from tests.factories.activations import TONIGHT, Town, a_town
from tests.factories.networks import a_contact, a_coordinator, a_network

from approdo.access.rules import Actor, Role
from approdo.access.services import as_system
from approdo.accounts.models import Operator
from approdo.audit.models import Entry
from approdo.networks.models import ContactPoint, Shift
from approdo.networks.rules import Channel
from approdo.notifications.models import HolesTold, HoleWatch, Message
from approdo.notifications.rules import Template
from approdo.usecases import holes

pytestmark = pytest.mark.django_db
NINE = datetime.fromisoformat("2026-11-24T09:00+01:00")
DAY = timedelta(days=1)


@pytest.fixture
def town() -> Town:
    """A town whose coordination nobody hears, looked at from the morning of the 24th on."""
    town = a_town()
    ContactPoint.objects.filter(service=town.coordination).delete()
    holes.watch(now=TONIGHT)
    return town


def coordinator(town: Town) -> Actor:
    """She coordinates the centre's organisation, and is reached by text message."""
    actor = a_coordinator(town.centre)
    a_contact(town.centre, Operator.objects.get(pk=actor.operator_id))
    return actor


def silence(town: Town, days: float, hours: float = 9) -> None:
    """From so many days after tonight nobody of the centre is on call for so many hours."""
    begins = TONIGHT + timedelta(days=days)
    for shift in Shift.objects.filter(service=town.centre, starts_at__lt=begins, ends_at__gt=begins):
        ends_at = shift.ends_at
        Shift.objects.filter(pk=shift.pk).update(ends_at=begins)
        shift.pk, shift.starts_at, shift.ends_at = None, begins + timedelta(hours=hours), ends_at
        shift.save(force_insert=True)


def look(now: datetime) -> None:
    """The sweep comes round until nothing is due."""
    with as_system():
        while holes.look(now=now):
            continue


def told(actor: Actor) -> int:
    """How many times she was told: text messages to her."""
    notices = Message.objects.filter(template=Template.NOTICE, recipient_operator_id=actor.operator_id)
    return notices.filter(channel=Channel.SMS).count()


def test_every_network_is_looked_at_from_the_next_nine_on(town: Town) -> None:
    assert HoleWatch.objects.get(network=town.network).due_at == NINE
    assert holes.watch(now=TONIGHT) == 0
    with as_system():
        assert holes.look(now=NINE - timedelta(seconds=1)) == 0
        assert holes.look(now=NINE) == 1
        assert holes.look(now=NINE) == 0
    assert HoleWatch.objects.get(network=town.network).due_at == NINE + DAY


def test_with_every_call_heard_nobody_is_told(town: Town) -> None:
    actor = coordinator(town)
    look(NINE)
    assert told(actor) == 0
    assert not Message.objects.exists()
    assert not Entry.objects.filter(verb="holes.tell").exists()


def test_a_new_hole_is_told_once_and_again_when_it_is_near(town: Town) -> None:
    actor = coordinator(town)
    silence(town, 8)
    mornings = []
    for day in range(10):
        before = told(actor)
        look(NINE + day * DAY)
        mornings.append(told(actor) - before)
    assert mornings == [1, 0, 0, 0, 0, 1, 0, 0, 0, 0]
    assert Entry.objects.filter(verb="holes.tell").count() == 2


def test_a_second_hole_is_news_and_one_that_was_filled_and_comes_back_too(town: Town) -> None:
    actor = coordinator(town)
    silence(town, 8)
    look(NINE)
    silence(town, 10)
    look(NINE + DAY)
    assert told(actor) == 2
    gap = Shift.objects.filter(service=town.centre, position=1).order_by("starts_at")[1]
    filled = Shift.objects.create(
        service=town.centre,
        operator=gap.operator,
        position=1,
        starts_at=TONIGHT + 8 * DAY,
        ends_at=gap.starts_at,
    )
    look(NINE + 2 * DAY)
    assert told(actor) == 2, "less is no news"
    filled.delete()
    look(NINE + 3 * DAY)
    assert told(actor) == 3


def test_a_hole_without_an_end_is_not_told_every_day_while_the_rota_is_written_ahead(town: Town) -> None:
    actor = coordinator(town)
    Shift.objects.filter(service=town.centre).update(ends_at=TONIGHT + 10 * DAY)
    look(NINE)
    for day in range(1, 4):
        Shift.objects.filter(service=town.centre).update(ends_at=TONIGHT + (10 + day) * DAY)
        look(NINE + day * DAY)
    assert told(actor) == 1


def test_the_message_says_nothing_of_it(town: Town) -> None:
    actor = coordinator(town)
    silence(town, 8)
    look(NINE)
    assert told(actor) == 1
    assert set(Message.objects.values_list("template", flat=True)) == {Template.NOTICE}
    assert set(Message.objects.values_list("code", flat=True)) == {""}
    row = HolesTold.objects.get(operator=actor.operator_id)
    assert all(len(one) == 64 for one in row.holes), "digests, not places"


def test_only_whose_services_could_fill_it_and_who_coordinates_the_network(town: Town) -> None:
    hers, network = coordinator(town), a_coordinator(town.coordination, Role.NETWORK_COORDINATOR)
    a_contact(town.coordination, Operator.objects.get(pk=network.operator_id), channel=Channel.EMAIL)
    others = [a_coordinator(town.shelter), a_coordinator(town.centre, Role.CENTRE_OPERATOR)]
    silence(town, 8)
    look(NINE)
    written_to = set(Message.objects.values_list("recipient_operator_id", flat=True))
    assert written_to == {hers.operator_id, network.operator_id}
    assert not written_to & {one.operator_id for one in others}


def test_nobody_is_told_twice_a_day_whatever_the_network(town: Town) -> None:
    other = a_network(municipalities=("013075",))
    for service in (town.centre, town.coordination):
        service.organisation.networks.add(other)
    actor = a_coordinator(town.coordination, Role.NETWORK_COORDINATOR)
    silence(town, 8)
    HoleWatch.objects.all().delete()
    holes.watch(now=TONIGHT)
    look(NINE)
    assert HoleWatch.objects.filter(due_at=NINE + DAY).count() == 2
    written = Message.objects.filter(recipient_operator_id=actor.operator_id, channel=Channel.APP)
    assert written.count() == 1
    look(NINE + DAY)
    assert written.count() == 1, "what she was not told apart she has seen on Oggi: it is no news the day after"


def test_a_morning_that_was_missed_is_not_told_at_night(town: Town) -> None:
    actor = coordinator(town)
    silence(town, 8)
    look(NINE + timedelta(hours=18))
    assert told(actor) == 0
    assert HoleWatch.objects.get(network=town.network).due_at == NINE + DAY
    look(NINE + DAY)
    assert told(actor) == 1


def test_who_dies_while_telling_has_told_nobody_and_it_is_done_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = coordinator(town)
    silence(town, 8)

    def killed(*_arguments: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(holes, "tell", killed)
        with pytest.raises(RuntimeError):
            look(NINE)
    assert HoleWatch.objects.get(network=town.network).due_at == NINE
    assert not HolesTold.objects.exists()
    look(NINE)
    assert told(actor) == 1


def test_who_no_longer_coordinates_is_forgotten(town: Town) -> None:
    actor = coordinator(town)
    silence(town, 8)
    look(NINE)
    Operator.objects.get(pk=actor.operator_id).memberships.update(active=False)
    look(NINE + DAY)
    assert not HolesTold.objects.filter(operator=actor.operator_id).exists()


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_tell_once() -> None:
    town = a_town()
    ContactPoint.objects.filter(service=town.coordination).delete()
    holes.watch(now=TONIGHT)
    actor = coordinator(town)
    silence(town, 8)
    together = Barrier(2)

    def sweep(_number: int) -> None:
        try:
            together.wait(timeout=10)
            look(NINE)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(sweep, range(2)))
    assert told(actor) == 1
