# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A service without an account: a letter, a code by telephone, what was granted and no more, and how it dies."""

import html
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from tests.factories.activations import TONIGHT, Town, a_staffed_service, a_town, an_activation
from tests.factories.consents import TOLD

from approdo.access.rules import Actor, Role
from approdo.access.services import as_system, entered
from approdo.audit.models import Entry as AuditEntry
from approdo.cases.models import Participation
from approdo.cases.services import take_lead
from approdo.kit import clock
from approdo.kit.errors import Refusal
from approdo.networks.models import ContactPoint, Membership, Service
from approdo.networks.rules import Channel, ServiceKind
from approdo.notifications.models import Message
from approdo.persons.rules import Kind
from approdo.persons.services import add
from approdo.referrals.models import Referral, ReplyLink
from approdo.referrals.rules import TRIES, Act, Answer, SheSaid, Wish
from approdo.usecases import referring, reply_links, sharing

pytestmark = pytest.mark.django_db
WRITTEN = {
    Kind.HEALTH: {"needs": "Canarina salute"},
    Kind.CONTACT: {"hours": "Canarina ore"},
    Kind.PLACE: {"address": "Canarina luogo"},
    Kind.MEASURE: {"reference": "Canarina misura"},
    Kind.NOTE: {"text": "Canarina nota"},
}


@pytest.fixture
def town() -> Town:
    return a_town()


@pytest.fixture
def centre(town: Town) -> Actor:
    return town.actor(town.centre, role=Role.CENTRE_OPERATOR)


@pytest.fixture
def case(town: Town, centre: Actor) -> UUID:
    case_id = an_activation(town).case_id
    with entered(actor=centre):
        take_lead(actor=centre, case_id=case_id, now=TONIGHT)
        for kind, written in WRITTEN.items():
            add(actor=centre, case_id=case_id, kind=kind, written=written, declined=(), now=TONIGHT)
    return case_id


@pytest.fixture
def lawyer(town: Town) -> Service:
    return a_service_without_account(town)


def a_service_without_account(town: Town) -> Service:
    """A service of the network in which nobody has an account, with a letter box and a telephone of its own."""
    service, _staff = a_staffed_service(town.network, ServiceKind.INTERPRETER, on_call=False)
    Membership.objects.filter(service=service).update(active=False)
    ContactPoint.objects.filter(service=service).delete()
    for position, (channel, address) in enumerate(
        ((Channel.EMAIL, "studio@rete.example"), (Channel.SMS, "+390017777777")), start=1
    ):
        ContactPoint.objects.create(service=service, position=position, channel=channel, address=address)
    return service


def yes(centre: Actor, case: UUID, service: Service, *slices: str) -> UUID:
    with entered(actor=centre):
        return sharing.grant(
            actor=centre, case_id=case, service_id=service.pk, slices=slices or ("health", "contacts"),
            purpose="legal_protection", days=None, told=TOLD, now=clock.now(),
        )  # fmt: skip


def sent(centre: Actor, case: UUID, service: Service, words: str = "") -> UUID:
    with entered(actor=centre):
        return referring.offer(
            actor=centre, case_id=case, target_id=service.pk, wish=Wish("legal", "urgent"), she_said=SheSaid.YES,
            words=words, now=clock.now(),
        )  # fmt: skip


def letter() -> tuple[str, str]:
    """The two codes of the last link, each from the message that carries it to an address of its own."""
    with as_system():
        newest = Message.objects.order_by("-written_at", "-id")
        link, pin = (newest.filter(template=template).first() for template in ("letter", "code"))
    assert link is not None
    assert pin is not None
    assert (link.channel, link.address) == ("email", "studio@rete.example")
    assert (pin.channel, pin.address) == ("sms", "+390017777777")
    return link.code, pin.code


def words(response: HttpResponse) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))


def opens(link: str, pin: str) -> HttpResponse:
    return Client().post(f"/i/{link}", {"pin": pin})


def presses(link: str, pin: str, act: str, code: str = "", **more: str) -> HttpResponse:
    sent = {"pin": pin, "act": act, f"{act}-code": code, **{f"{act}-{name}": word for name, word in more.items()}}
    return Client().post(f"/i/{link}/risposta", sent)


def test_it_shows_what_was_granted_and_no_more_and_an_answer_comes_back(
    centre: Actor, case: UUID, lawyer: Service
) -> None:
    yes(centre, case, lawyer, "health", "contacts", "location", "chronology")
    referral = sent(centre, case, lawyer, words="Canarina chiede un appuntamento")
    link, pin = letter()
    asked = Client().get(f"/i/{link}")
    assert asked.status_code == 200
    assert "Canarina" not in words(asked)
    assert Referral.objects.get().alias not in words(asked)  # the letter alone opens nothing
    shown = opens(link, pin)
    assert shown.status_code == 200
    assert set(re.findall(r"Canarina (\w+)", words(shown))) == {"salute", "ore", "chiede"}
    assert shown["Cache-Control"] == "no-store"
    assert not shown.cookies.get("sessionid")
    taken = presses(link, pin, "accept", "appointment")
    assert "appuntamento fissato" in words(taken)
    assert Participation.objects.filter(case=case, service=lawyer, until=None).exists()
    with entered(actor=centre):
        page = referring.page(centre, referral, clock.now())
    assert page.page.told[0].act is Act.ACCEPT
    assert page.letter is not None
    assert page.letter.opened_at is not None


def test_without_a_consent_it_shows_the_codes_and_nothing_of_the_record(
    centre: Actor, case: UUID, lawyer: Service
) -> None:
    sent(centre, case, lawyer)
    link, pin = letter()
    shown = words(opens(link, pin))
    assert "consulenza legale" in shown
    assert "Canarina" not in shown
    assert "non possono" in words(presses(link, pin, "reject", "no_place"))


def test_an_answer_is_given_once(centre: Actor, case: UUID, lawyer: Service) -> None:
    sent(centre, case, lawyer)
    link, pin = letter()
    presses(link, pin, "reject", "no_place")
    again = presses(link, pin, "accept", "taken")
    assert "questo passo non è possibile" in words(again)
    assert Referral.objects.get().status == "rejected"


def test_five_wrong_codes_shut_it_and_who_sent_her_is_told(centre: Actor, case: UUID, lawyer: Service) -> None:
    referral = sent(centre, case, lawyer)
    link, pin = letter()
    Message.objects.all().delete()
    wrong = f"{(int(pin) + 1) % 10**6:06d}"
    for number in range(TRIES):
        answered = opens(link, wrong)
        assert answered.status_code == 422
        assert ReplyLink.objects.get().wrong == number + 1  # counted although it was refused
    assert opens(link, pin).status_code == 404
    assert presses(link, pin, "accept", "taken").status_code == 404
    assert set(Message.objects.values_list("recipient_operator_id", flat=True)) == {centre.operator_id}
    with entered(actor=centre):
        shown = referring.page(centre, referral, clock.now()).letter
        assert shown is not None
        assert shown.guessed_at
        referring.write_again(actor=centre, referral_id=referral, now=clock.now())
    assert opens(*letter()).status_code == 200
    assert opens(link, pin).status_code == 404


def test_a_wrong_press_counts_once_like_a_wrong_opening(centre: Actor, case: UUID, lawyer: Service) -> None:
    sent(centre, case, lawyer)
    link, pin = letter()
    for number in range(TRIES):
        assert presses(link, "", "accept", "taken").status_code == 422
        assert ReplyLink.objects.get().wrong == number + 1
    assert opens(link, pin).status_code == 404
    assert Referral.objects.get().status == "requested"


@pytest.mark.django_db(transaction=True)
def test_of_many_guesses_at_once_no_more_than_five_are_looked_at() -> None:
    with as_system():
        town = a_town()
        lawyer = a_service_without_account(town)
        case = an_activation(town).case_id
    sent(town.nurse, case, lawyer)
    link, pin = letter()
    guesses = [f"{(int(pin) + number) % 10**6:06d}" for number in range(1, 13)]
    gate = Barrier(len(guesses))

    def guess(one: str) -> str:
        try:
            gate.wait(10)
            reply_links.behind(code=link, pin=one, now=clock.now())
            return "open"
        except Refusal as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(guesses)) as threads:
        answers = sorted(threads.map(guess, guesses))
    assert answers == ["not_found"] * (len(guesses) - TRIES) + ["wrong_code"] * TRIES
    with as_system():
        assert ReplyLink.objects.get().wrong == TRIES


def test_it_dies_when_she_takes_her_consent_back(centre: Actor, case: UUID, lawyer: Service) -> None:
    yes(centre, case, lawyer)
    sent(centre, case, lawyer)
    link, pin = letter()
    assert opens(link, pin).status_code == 200
    with entered(actor=centre):
        sharing.revoke_all(actor=centre, case_id=case, now=clock.now())
    assert opens(link, pin).status_code == 404
    assert Client().get(f"/i/{link}").status_code == 404


def test_what_is_hidden_from_it_is_not_there(centre: Actor, case: UUID, lawyer: Service) -> None:
    yes(centre, case, lawyer)
    sent(centre, case, lawyer)
    with entered(actor=centre):
        sharing.hide(actor=centre, case_id=case, service_id=lawyer.pk, slice_="contacts", now=clock.now())
    assert set(re.findall(r"Canarina (\w+)", words(opens(*letter())))) == {"salute"}


def test_it_lasts_eight_days(centre: Actor, case: UUID, lawyer: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    sent(centre, case, lawyer)
    link, pin = letter()
    at = clock.now() + timedelta(days=8)
    monkeypatch.setattr(clock, "now", lambda: at)
    assert opens(link, pin).status_code == 404


def test_unknown_guessed_and_dead_answer_alike(centre: Actor, case: UUID, lawyer: Service) -> None:
    sent(centre, case, lawyer)
    dead, pin = letter()
    with entered(actor=centre):
        referring.write_again(actor=centre, referral_id=Referral.objects.get().pk, now=clock.now())
    pages = {words(opens("whatever", "123456")), words(opens(dead, pin)), words(Client().get(f"/i/{dead}"))}
    assert len(pages) == 1
    assert "te ne manda un altro" in pages.pop()


def test_only_who_sent_her_writes_again(town: Town, centre: Actor, case: UUID, lawyer: Service) -> None:
    from approdo.kit.errors import Conflict, NotFound

    referral = sent(town.nurse, case, lawyer)
    with pytest.raises(NotFound), entered(actor=town.actor(town.shelter)):
        referring.write_again(actor=town.actor(town.shelter), referral_id=referral, now=clock.now())
    with entered(actor=town.nurse):
        referring.act(
            actor=town.nurse, referral_id=referral, done=Act.CANCEL, answer=Answer("not_needed"), now=clock.now()
        )
        with pytest.raises(Conflict):
            referring.write_again(actor=town.nurse, referral_id=referral, now=clock.now())


def test_every_opening_stands_in_her_access_log(centre: Actor, case: UUID, lawyer: Service) -> None:
    yes(centre, case, lawyer, "health")
    sent(centre, case, lawyer)
    link, pin = letter()
    opens(link, pin)
    entry = AuditEntry.objects.get(verb="referral.by_link")
    assert (entry.case_id, entry.service_id, entry.operator_id) == (case, lawyer.pk, None)
    assert entry.detail == {"slices": "health"}


def test_a_service_with_an_account_gets_no_letter(town: Town, centre: Actor, case: UUID) -> None:
    sent(centre, case, town.shelter)
    assert not ReplyLink.objects.exists()
    assert not Message.objects.filter(template__in=["letter", "code"]).exists()


def test_a_service_with_neither_account_nor_line_is_no_address(centre: Actor, case: UUID, lawyer: Service) -> None:
    from approdo.kit.errors import Invalid

    ContactPoint.objects.filter(service=lawyer, channel="sms").delete()
    with pytest.raises(Invalid):
        sent(centre, case, lawyer)


def test_the_reminder_is_a_new_letter(centre: Actor, case: UUID, lawyer: Service) -> None:
    sent(centre, case, lawyer)
    before = letter()
    with as_system():
        assert referring.advance_due(now=clock.now() + timedelta(hours=12)) == 1
    assert letter() != before
    assert opens(*before).status_code == 404


def test_no_code_stands_in_the_database_once_it_went(centre: Actor, case: UUID, lawyer: Service) -> None:
    sent(centre, case, lawyer)
    link, pin = letter()
    kept = ReplyLink.objects.get()
    assert link not in {kept.code_digest, kept.pin_digest}
    assert pin not in kept.pin_digest
