# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shifts that colleagues give each other: only the one asked accepts, and only then the rota changes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import IntegrityError, connections, transaction
from tests.factories.networks import NOON, a_coordinator, a_member, a_service, a_shift, acting

from approdo.access.rules import SYSTEM, Forbidden
from approdo.access.services import as_system
from approdo.audit.models import Entry
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.networks import selectors, services
from approdo.networks.models import Membership, Shift, Swap, SwapAsked
from approdo.networks.rules import SwapParty, SwapState

pytestmark = pytest.mark.django_db
TOMORROW = NOON + timedelta(days=1)


class Team:
    """Anna, Bruna and Carla, who work for one service; Anna has a shift tomorrow."""

    def __init__(self) -> None:
        self.service = a_service()
        self.people = [a_member(self.service) for _number in range(3)]
        self.anna, self.bruna, self.carla = (acting(one, self.service) for one in self.people)
        self.shift = a_shift(self.service, self.people[0], starts_at=TOMORROW)

    def ask(self, **named: object) -> services.AskedOf:
        return services.ask_swap(**{"actor": self.anna, "shift_id": self.shift.pk, "now": NOON} | named)

    @property
    def holder(self) -> int:
        return Shift.objects.get(pk=self.shift.pk).operator_id


@pytest.fixture
def team() -> Team:
    return Team()


def state_of(swap_id: object) -> str:
    return Swap.objects.get(pk=swap_id).state


def test_asking_changes_nothing_and_accepting_changes_the_rota(team: Team) -> None:
    asked = team.ask(operator_id=team.bruna.operator_id)
    assert asked.operators == (team.bruna.operator_id,)
    assert team.holder == team.anna.operator_id
    assert services.accept_swap(actor=team.bruna, swap_id=asked.id, now=NOON) == team.anna.operator_id
    assert team.holder == team.bruna.operator_id
    swap = Swap.objects.get()
    assert (swap.state, swap.accepted_by_id, swap.ended_at) == ("accepted", team.bruna.operator_id, NOON)


def test_without_a_name_every_colleague_who_is_free_then_is_asked(team: Team) -> None:
    a_shift(team.service, team.people[1], position=2, starts_at=TOMORROW)
    assert team.ask().operators == (team.carla.operator_id,)


def test_when_nobody_is_free_she_is_told_to_whom_to_turn(team: Team) -> None:
    for number, person in enumerate(team.people[1:]):
        a_shift(team.service, person, position=2, starts_at=TOMORROW + timedelta(hours=4 * number), hours=4)
    with pytest.raises(Invalid) as caught:
        team.ask()
    assert "Nessuna collega è libera" in caught.value.problems[""]
    assert not Swap.objects.exists()


def test_two_shifts_change_hands_together(team: Team) -> None:
    theirs = a_shift(team.service, team.people[1], starts_at=TOMORROW + timedelta(days=1))
    asked = team.ask(in_return_id=theirs.pk)
    assert asked.operators == (team.bruna.operator_id,)
    services.accept_swap(actor=team.bruna, swap_id=asked.id, now=NOON)
    theirs.refresh_from_db()
    assert (team.holder, theirs.operator_id) == (team.bruna.operator_id, team.anna.operator_id)


def test_shifts_of_the_same_hours_can_be_exchanged_between_first_and_second(team: Team) -> None:
    theirs = a_shift(team.service, team.people[1], position=2, starts_at=TOMORROW)
    asked = team.ask(in_return_id=theirs.pk)
    services.accept_swap(actor=team.bruna, swap_id=asked.id, now=NOON)
    assert team.holder == team.bruna.operator_id


@pytest.mark.parametrize("who", ["anna", "carla"])
def test_only_who_was_asked_may_accept_or_refuse(team: Team, who: str) -> None:
    asked = team.ask(operator_id=team.bruna.operator_id)
    for act in (services.accept_swap, services.refuse_swap):
        with pytest.raises(NotFound):
            act(actor=getattr(team, who), swap_id=asked.id, now=NOON)
    assert team.holder == team.anna.operator_id
    assert state_of(asked.id) == "open"


@pytest.mark.parametrize("who", ["bruna", "carla"])
def test_only_who_asked_may_take_it_back(team: Team, who: str) -> None:
    asked = team.ask(operator_id=team.bruna.operator_id)
    with pytest.raises(NotFound):
        services.withdraw_swap(actor=getattr(team, who), swap_id=asked.id, now=NOON)
    assert state_of(asked.id) == "open"


def test_nobody_gives_away_a_shift_that_is_not_hers(team: Team) -> None:
    coordinator = a_coordinator(team.service)
    for actor in (team.bruna, coordinator):
        with pytest.raises(NotFound):
            team.ask(actor=actor, operator_id=team.carla.operator_id)
    with pytest.raises(Forbidden):
        team.ask(actor=SYSTEM)


def test_a_shift_of_a_service_that_she_left_is_not_hers_to_give(team: Team) -> None:
    Membership.objects.filter(operator=team.people[0]).update(active=False)
    with pytest.raises(NotFound):
        team.ask()


def test_who_was_asked_and_left_the_service_meanwhile_accepts_nothing(team: Team) -> None:
    asked = team.ask(operator_id=team.bruna.operator_id)
    Membership.objects.filter(operator=team.people[1]).update(active=False)
    with pytest.raises(NotFound):
        services.accept_swap(actor=team.bruna, swap_id=asked.id, now=NOON)
    assert team.holder == team.anna.operator_id


def test_only_a_colleague_of_the_service_can_be_asked(team: Team) -> None:
    stranger = a_member(a_service())
    for operator in (stranger.pk, team.anna.operator_id, 0):
        with pytest.raises(Invalid) as caught:
            team.ask(operator_id=operator)
        assert "che lavora per questo servizio" in caught.value.problems[""]


def test_a_shift_of_another_service_or_of_her_own_is_not_exchanged(team: Team) -> None:
    elsewhere = a_shift(a_service(), starts_at=TOMORROW + timedelta(days=1))
    own = a_shift(team.service, team.people[0], starts_at=TOMORROW + timedelta(days=2))
    for shift in (elsewhere, own):
        with pytest.raises(Invalid):
            team.ask(in_return_id=shift.pk)


def test_a_shift_has_one_open_request_and_the_next_one_when_that_has_ended(team: Team) -> None:
    first = team.ask(operator_id=team.bruna.operator_id)
    with pytest.raises(Invalid) as caught:
        team.ask(operator_id=team.carla.operator_id)
    assert "già una richiesta aperta" in caught.value.problems[""]
    services.withdraw_swap(actor=team.anna, swap_id=first.id, now=NOON)
    assert team.ask(operator_id=team.carla.operator_id).id != first.id


def test_an_overlap_is_refused_at_once_with_the_hours_in_the_way(team: Team) -> None:
    a_shift(team.service, team.people[1], position=2, starts_at=TOMORROW + timedelta(hours=6))
    with pytest.raises(Invalid) as caught:
        team.ask(operator_id=team.bruna.operator_id)
    assert "mercoledì 25 novembre, 18:00–6:00" in caught.value.problems[""]


def test_an_overlap_that_came_meanwhile_is_refused_when_she_accepts(team: Team) -> None:
    asked = team.ask(operator_id=team.bruna.operator_id)
    a_shift(team.service, team.people[1], position=2, starts_at=TOMORROW + timedelta(hours=6))
    with pytest.raises(Invalid) as caught:
        services.accept_swap(actor=team.bruna, swap_id=asked.id, now=NOON)
    assert "mercoledì 25 novembre, 18:00–6:00" in caught.value.problems[""]
    assert (team.holder, state_of(asked.id)) == (team.anna.operator_id, "open")


def test_who_is_on_call_for_another_service_then_is_told_where_and_nobody_else_is(team: Team) -> None:
    other = a_service(name="Casa del faro")
    a_member(other, operator=team.people[1])
    a_shift(other, team.people[1], starts_at=TOMORROW)
    asked = team.ask(operator_id=team.bruna.operator_id)  # who asks is told nothing of the other service
    with pytest.raises(Invalid) as caught:
        services.accept_swap(actor=team.bruna, swap_id=asked.id, now=NOON)
    assert "Casa del faro" in caught.value.problems[""]
    assert "mercoledì 25 novembre, 12:00–0:00" in caught.value.problems[""]


def test_in_an_exchange_who_asks_may_not_be_on_call_elsewhere_either(team: Team) -> None:
    theirs = a_shift(team.service, team.people[1], starts_at=TOMORROW + timedelta(days=1))
    other = a_service(name="Casa del faro")
    a_member(other, operator=team.people[0])
    asked = team.ask(in_return_id=theirs.pk)
    a_shift(other, team.people[0], starts_at=TOMORROW + timedelta(days=1))
    with pytest.raises(Conflict) as caught:
        services.accept_swap(actor=team.bruna, swap_id=asked.id, now=NOON)
    assert "Casa del faro" not in caught.value.sentence
    services.withdraw_swap(actor=team.anna, swap_id=asked.id, now=NOON)
    with pytest.raises(Invalid) as refused:
        team.ask(in_return_id=theirs.pk)
    assert "Casa del faro" in refused.value.problems[""]


def test_the_second_to_accept_is_told_calmly_and_the_first_keeps_it(team: Team) -> None:
    asked = team.ask()
    services.accept_swap(actor=team.bruna, swap_id=asked.id, now=NOON)
    with pytest.raises(Conflict) as caught:
        services.accept_swap(actor=team.carla, swap_id=asked.id, now=NOON)
    assert caught.value.sentence == "Ci ha già pensato un'altra persona: non devi fare nulla."
    assert team.holder == team.bruna.operator_id


def test_pressing_twice_does_no_more_than_once(team: Team) -> None:
    asked = team.ask()
    for _time in range(2):
        services.refuse_swap(actor=team.carla, swap_id=asked.id, now=NOON)
    for _time in range(2):
        services.accept_swap(actor=team.bruna, swap_id=asked.id, now=NOON)
    verbs = list(Entry.objects.filter(verb__startswith="swap.").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["swap.ask", "swap.refuse", "swap.accept"]


def test_of_several_the_last_refusal_ends_it_and_a_change_of_mind_before_that_counts(team: Team) -> None:
    asked = team.ask()
    assert services.refuse_swap(actor=team.bruna, swap_id=asked.id, now=NOON) is None
    assert state_of(asked.id) == "open"
    assert selectors.swaps_asked_of(team.bruna, NOON) == ()
    assert services.refuse_swap(actor=team.carla, swap_id=asked.id, now=NOON) == team.anna.operator_id
    assert state_of(asked.id) == "refused"
    again = team.ask()
    services.refuse_swap(actor=team.bruna, swap_id=again.id, now=NOON)
    services.accept_swap(actor=team.bruna, swap_id=again.id, now=NOON)
    assert team.holder == team.bruna.operator_id


def test_she_who_left_meanwhile_is_not_waited_for(team: Team) -> None:
    asked = team.ask()
    Membership.objects.filter(operator=team.people[2]).update(active=False)
    assert services.refuse_swap(actor=team.bruna, swap_id=asked.id, now=NOON) == team.anna.operator_id
    assert state_of(asked.id) == "refused"


def test_what_was_taken_back_is_accepted_by_nobody(team: Team) -> None:
    asked = team.ask()
    services.withdraw_swap(actor=team.anna, swap_id=asked.id, now=NOON)
    with pytest.raises(Conflict) as caught:
        services.accept_swap(actor=team.bruna, swap_id=asked.id, now=NOON)
    assert "ritirata" in caught.value.sentence
    assert team.holder == team.anna.operator_id


def test_what_was_accepted_is_not_taken_back(team: Team) -> None:
    asked = team.ask()
    services.accept_swap(actor=team.bruna, swap_id=asked.id, now=NOON)
    with pytest.raises(Conflict) as caught:
        services.withdraw_swap(actor=team.anna, swap_id=asked.id, now=NOON)
    assert "ha già accettato" in caught.value.sentence


def test_a_request_dies_when_its_shift_begins(team: Team) -> None:
    asked = team.ask()
    assert len(selectors.swaps_asked_of(team.bruna, TOMORROW - timedelta(seconds=1))) == 1
    assert selectors.swaps_asked_of(team.bruna, TOMORROW) == ()
    assert selectors.swap(team.bruna, asked.id, TOMORROW).state is SwapState.LAPSED
    with pytest.raises(Conflict):
        services.accept_swap(actor=team.bruna, swap_id=asked.id, now=TOMORROW)
    assert team.holder == team.anna.operator_id


def test_in_an_exchange_it_dies_when_the_earlier_of_the_two_begins(team: Team) -> None:
    theirs = a_shift(team.service, team.people[1], starts_at=NOON + timedelta(hours=2), hours=2)
    asked = team.ask(in_return_id=theirs.pk)
    with pytest.raises(Conflict):
        services.accept_swap(actor=team.bruna, swap_id=asked.id, now=NOON + timedelta(hours=2))
    assert selectors.swaps_asked_of(team.bruna, NOON + timedelta(hours=2)) == ()


def test_a_shift_that_has_begun_is_not_asked_of_anybody(team: Team) -> None:
    with pytest.raises(Invalid):
        team.ask(now=TOMORROW)


@pytest.mark.parametrize("change", ["hand_over", "swap", "end_early", "remove"])
@pytest.mark.parametrize("which", ["shift", "in_return"])
def test_a_request_dies_when_a_coordinator_changes_one_of_its_shifts(team: Team, change: str, which: str) -> None:
    theirs = a_shift(team.service, team.people[1], starts_at=TOMORROW + timedelta(days=1))
    third = a_shift(team.service, team.people[2], starts_at=TOMORROW + timedelta(days=2))
    asked = team.ask(in_return_id=theirs.pk)
    shift = team.shift if which == "shift" else theirs
    coordinator = {"actor": a_coordinator(team.service), "shift_id": shift.pk, "now": NOON}
    if change == "hand_over":
        services.hand_over_shift(**coordinator, operator_id=team.people[2].pk)
    elif change == "swap":
        services.swap_shifts(**coordinator, other_id=third.pk)
    elif change == "end_early":
        services.end_shift_early(**coordinator, ends_at=shift.ends_at - timedelta(hours=1))
    else:
        services.remove_shift(**coordinator)
        assert not Swap.objects.exists()
        return
    assert state_of(asked.id) == "lapsed"
    with pytest.raises(Conflict) as caught:
        services.accept_swap(actor=team.bruna, swap_id=asked.id, now=NOON)
    assert "è cominciato o è cambiato" in caught.value.sentence


def test_accepting_ends_every_other_request_about_the_same_shifts(team: Team) -> None:
    theirs = a_shift(team.service, team.people[1], starts_at=TOMORROW + timedelta(days=1))
    of_bruna = services.ask_swap(actor=team.bruna, shift_id=theirs.pk, operator_id=team.people[2].pk, now=NOON)
    asked = team.ask(in_return_id=theirs.pk)
    services.accept_swap(actor=team.bruna, swap_id=asked.id, now=NOON)
    assert (state_of(asked.id), state_of(of_bruna.id)) == ("accepted", "lapsed")
    with pytest.raises(Conflict):
        services.accept_swap(actor=team.carla, swap_id=of_bruna.id, now=NOON)


def test_a_change_elsewhere_in_the_rota_ends_no_request(team: Team) -> None:
    asked = team.ask()
    other = a_shift(team.service, team.people[1], starts_at=TOMORROW + timedelta(days=3))
    services.remove_shift(actor=a_coordinator(team.service), shift_id=other.pk, now=NOON)
    assert state_of(asked.id) == "open"


def test_she_who_asked_and_those_asked_see_it_each_in_her_part(team: Team) -> None:
    asked = team.ask(operator_id=team.bruna.operator_id)
    mine, hers = (selectors.swap(actor, asked.id, NOON) for actor in (team.anna, team.bruna))
    assert (mine.party, hers.party) == (SwapParty.ASKER, SwapParty.ASKED)
    assert hers.asker == team.people[0].display_name
    assert mine.asked == (team.people[1].display_name,)
    [own] = selectors.own_duties(team.anna, NOON)
    assert own.swap == mine
    assert [one.id for one in selectors.swaps_asked_of(team.bruna, NOON)] == [asked.id]
    assert selectors.swaps_asked_of(team.anna, NOON) == ()


def test_nobody_else_sees_it_nor_the_shift_behind_it(team: Team) -> None:
    asked = team.ask(operator_id=team.bruna.operator_id)
    for actor in (team.carla, a_coordinator(team.service), acting(a_member(other := a_service()), other)):
        with pytest.raises(NotFound):
            selectors.swap(actor, asked.id, NOON)
        with pytest.raises(NotFound):
            selectors.own_shift(actor, team.shift.pk, NOON)
    with pytest.raises(NotFound):
        selectors.swap(team.anna, uuid4(), NOON)


def test_her_own_shifts_are_those_of_all_her_services_whichever_she_acts_for(team: Team) -> None:
    other = a_service()
    a_member(other, operator=team.people[0])
    a_shift(other, team.people[0], starts_at=NOON - timedelta(hours=1))
    a_shift(other, team.people[0], starts_at=NOON - timedelta(days=2))
    duties = selectors.own_duties(team.anna, NOON)
    assert [(own.service_id, own.begun) for own in duties] == [(other.pk, True), (team.service.pk, False)]


def test_every_step_is_written_down_by_who_did_it(team: Team) -> None:
    asked = team.ask()
    services.refuse_swap(actor=team.carla, swap_id=asked.id, now=NOON)
    services.withdraw_swap(actor=team.anna, swap_id=asked.id, now=NOON)
    entries = Entry.objects.filter(verb__startswith="swap.").order_by("pk")
    assert [(one.verb, one.operator_id, one.subject) for one in entries] == [
        ("swap.ask", team.anna.operator_id, f"service:{team.service.pk}"),
        ("swap.refuse", team.carla.operator_id, f"service:{team.service.pk}"),
        ("swap.withdraw", team.anna.operator_id, f"service:{team.service.pk}"),
    ]
    assert {one.detail["swap"] for one in entries} == {str(asked.id)}


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "maybe"},
        {"state": "refused"},
        {"ended_at": NOON},
        {"state": "accepted", "ended_at": NOON},
        {"state": "withdrawn", "ended_at": NOON, "accepted_by": "bruna"},
        {"state": "accepted", "ended_at": NOON, "accepted_by": "anna"},
        {"in_return": "shift"},
        {},
    ],
)
def test_the_database_says_it_again(team: Team, wrong: dict[str, object]) -> None:
    if not wrong:
        team.ask()
    row = {"shift": team.shift, "asker": team.people[0], "state": "open", "asked_at": NOON} | wrong
    people = {"anna": team.people[0], "bruna": team.people[1], "shift": team.shift}
    row = {name: people.get(value, value) if isinstance(value, str) else value for name, value in row.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Swap.objects.create(**row)


def test_nobody_is_asked_twice_in_one_request(team: Team) -> None:
    asked = team.ask(operator_id=team.bruna.operator_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        SwapAsked.objects.create(swap_id=asked.id, operator=team.people[1])


@pytest.mark.django_db(transaction=True)
def test_of_many_who_accept_at_once_exactly_one_does_and_the_others_are_told_calmly() -> None:
    with as_system():
        team = Team()
        more = [acting(a_member(team.service), team.service) for _number in range(4)]
        actors = [team.bruna, team.carla, *more]
        asked = team.ask()
    gate = Barrier(len(actors))

    def accept(actor: object) -> str:
        try:
            gate.wait(10)
            services.accept_swap(actor=actor, swap_id=asked.id, now=NOON)
            return "accepted"
        except Conflict as conflict:
            return conflict.sentence
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(actors)) as threads:
        answers = list(threads.map(accept, actors))
    assert answers.count("accepted") == 1
    assert set(answers) == {"accepted", "Ci ha già pensato un'altra persona: non devi fare nulla."}
    winner = actors[answers.index("accepted")]
    with as_system():
        assert team.holder == winner.operator_id == Swap.objects.get().accepted_by_id
        assert Entry.objects.filter(verb="swap.accept").count() == 1


@pytest.mark.django_db(transaction=True)
def test_accepting_while_it_is_taken_back_or_the_rota_changes_does_one_of_the_two() -> None:
    with as_system():
        team = Team()
        coordinator = a_coordinator(team.service)
        asked = team.ask()
    gate = Barrier(3)

    def run(act: object) -> bool:
        try:
            gate.wait(10)
            act()
        except (Conflict, Invalid):
            return False
        finally:
            connections.close_all()
        return True

    acts = [
        lambda: services.accept_swap(actor=team.bruna, swap_id=asked.id, now=NOON),
        lambda: services.withdraw_swap(actor=team.anna, swap_id=asked.id, now=NOON),
        lambda: services.hand_over_shift(
            actor=coordinator, shift_id=team.shift.pk, operator_id=team.people[2].pk, now=NOON
        ),
    ]
    with ThreadPoolExecutor(3) as threads:
        accepted, withdrawn, handed = threads.map(run, acts)
    assert handed
    with as_system():
        assert team.holder == team.people[2].pk
        assert not (accepted and withdrawn)
        assert state_of(asked.id) in {"accepted", "withdrawn", "lapsed"}
