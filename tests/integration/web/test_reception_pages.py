# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the door of an emergency department to a case that is owned, without a name; then out of it, on purpose."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from pypdf import PdfReader
from pytest_django.fixtures import Settings
from tests.factories import networks, protocols
from tests.factories.region import Region

from approdo.access.rules import Actor
from approdo.access.services import as_system, entered
from approdo.audit.models import Entry as AuditEntry
from approdo.cases.models import Case, Event, Participation, Reception
from approdo.consents.models import Block
from approdo.kit import clock
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.networks.models import Membership, Service
from approdo.persons import selectors as persons
from approdo.persons.rules import OPTIONS, Kind
from approdo.protocols.models import ProtocolVersion
from approdo.referrals.models import Referral
from approdo.risk.rules import Outcome
from approdo.usecases import leaving, reception
from approdo.usecases.reception import Said
from approdo.vault import gateways

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db
KEY = "una-chiave-della-pagina"
ALL = {
    "companion": "partner",
    "alone": "no",
    "safe_to_talk": "no",
    "protected_room": "yes",
    "children": "2",
    "triage": "orange",
    "interpreter": "yes",
    "speaks": "ar",
}


@pytest.fixture
def nurse(sign_in: SignIn) -> Client:
    return sign_in("ed")


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


def received(client: Client, key: str = KEY, **said: object) -> str:
    """Address of the case that a press at the door opened."""
    response = client.post("/casi/accogli/", {"key": key, **said})
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def written(region: Region, kind: Kind) -> list[dict[str, object]]:
    actor = region.actor("ed")
    with entered(actor=actor):
        return [
            dict(one.texts[-1].answers.given)
            for one in persons.entries(actor, Case.objects.get().pk, ())
            if one.kind is kind
        ]


def said_in_the_record(client: Client) -> str:
    """The record before what is not written yet."""
    return (
        text(client, f"/casi/{Case.objects.get().pk}/scheda/")
        .split("Non c&#x27;è ancora")[0]
        .split("Non c'è ancora")[0]
    )


def test_the_door_is_shown_where_a_nurse_looks_and_nowhere_else(nurse: Client, sign_in: SignIn) -> None:
    for page in ("/", "/casi/"):
        assert 'href="/casi/accogli/"' in text(nurse, page)
        assert 'href="/casi/accogli/"' not in text(sign_in("centre"), page)


def test_one_press_with_nothing_said_opens_a_case_that_her_service_owns(nurse: Client, region: Region) -> None:
    address = received(nurse)
    case = Case.objects.get()
    assert address == f"/casi/{case.pk}/"
    assert (case.arrival, case.exercise) == ("health", False)
    assert case.lead_service_id == region.services["ed"].pk
    assert case.lead_operator_id == region.operators["ed"].pk
    assert case.municipality_id == "012133"
    assert list(Participation.objects.values_list("service_id", flat=True)) == [region.services["ed"].pk]
    assert written(region, Kind.RECEPTION) == written(region, Kind.LANGUAGE) == []
    verbs = set(AuditEntry.objects.filter(case_id=case.pk).values_list("verb", flat=True))
    assert verbs == {"case.open", "case.lead", "phase.begin"}


def test_what_is_known_at_the_door_is_sealed_each_thing_in_one_place(nurse: Client, region: Region) -> None:
    received(nurse, **ALL)
    said = {name: one for name, one in ALL.items() if name not in {"interpreter", "speaks"}}
    assert written(region, Kind.RECEPTION) == [said]
    assert written(region, Kind.LANGUAGE) == [{"interpreter": "yes", "speaks": ("ar",)}]


def test_another_service_of_the_case_reads_nothing_of_it(nurse: Client, sign_in: SignIn, region: Region) -> None:
    case = received(nurse, **ALL)
    sent = nurse.post(
        "/attiva/",
        {
            "need": ["talk_now"],
            "consent": "given",
            "municipality": "012133",
            "key": "z" * 12,
            "case": case.split("/")[2],
        },
    )
    assert sent.status_code == 302
    centre = sign_in("centre")
    assert "In pronto soccorso" not in text(centre, case)
    assert "Accoglienza in pronto soccorso" not in text(centre, f"{case}scheda/")
    for page in ("lesioni/", "reperti/", "legge-53/", "uscita/"):
        assert centre.get(f"{case}{page}").status_code == 404


def test_the_limit_is_a_plain_time_from_when_she_arrived(nurse: Client) -> None:
    case = received(nurse, minutes_ago="5")
    kept = Reception.objects.get()
    assert kept.received_at - kept.arrived_at == timedelta(minutes=5)
    assert kept.see_by - kept.arrived_at == timedelta(minutes=20)
    page = text(nurse, case)
    assert re.search(r"Da vedere\s+<time[^>]*>entro (le|\w+ alle) \d\d:\d\d<", page), "tomorrow, late at night"


def test_the_minutes_are_a_setting(nurse: Client, settings: Settings) -> None:
    settings.SEEN_WITHIN_MINUTES = 15
    received(nurse)
    kept = Reception.objects.get()
    assert kept.see_by - kept.arrived_at == timedelta(minutes=15)


def test_whoever_waits_too_long_is_said_to_until_somebody_sees_her(nurse: Client) -> None:
    case = received(nurse, minutes_ago="45")
    assert "in ritardo" in text(nurse, case)
    assert nurse.post(f"{case}vista/").status_code == 302
    page = text(nurse, case)
    assert "in ritardo" not in page
    assert "Vista" in page
    first = Reception.objects.get().seen_at
    nurse.post(f"{case}vista/")
    assert Reception.objects.get().seen_at == first, "the first time counts"
    assert AuditEntry.objects.filter(verb="case.seen").count() == 1


@pytest.mark.parametrize("typed", ["-1", "721", "ieri", "1.5", "9" * 30, "٣"])
def test_minutes_that_cannot_be_open_nothing(nurse: Client, typed: str) -> None:
    response = nurse.post("/casi/accogli/", {"key": KEY, "minutes_ago": typed, "companion": "police"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "fino a dodici ore" in page
    assert re.search(r'value="police" checked', page), "what she had pressed is still pressed"
    assert f'name="key" value="{KEY}"' in page
    assert not Case.objects.exists()


@pytest.mark.parametrize("wrong", [{"companion": "lover"}, {"alone": "forse"}, {"speaks": "xx"}, {"triage": "viola"}])
def test_an_answer_that_no_list_has_opens_nothing(nurse: Client, wrong: dict[str, str]) -> None:
    assert nurse.post("/casi/accogli/", {"key": KEY, **wrong}).status_code == 422
    assert not Case.objects.exists()


@pytest.mark.parametrize("key", ["", "corta", "x" * 81, "una-chiave\x00della-pagina"])
def test_without_the_key_of_a_page_nothing_is_opened(nurse: Client, key: str) -> None:
    assert nurse.post("/casi/accogli/", {"key": key}).status_code == 422
    assert not Case.objects.exists()


def test_pressing_twice_is_one_case(nurse: Client) -> None:
    assert received(nurse, **ALL) == received(nurse, **ALL)
    assert Case.objects.count() == Reception.objects.count() == 1
    assert received(nurse, key="un'altra-pagina") != received(nurse)


def test_a_key_of_another_service_opens_another_case(nurse: Client, region: Region) -> None:
    first = received(nurse)
    Reception.objects.update(service=region.services["centre"])
    assert received(nurse) != first


def test_a_key_of_a_colleague_opens_nothing_and_says_nothing_of_hers(nurse: Client, region: Region) -> None:
    first = received(nurse, **ALL)
    colleague = region.operators["coordinator"]
    Membership.objects.create(operator=colleague, service=region.services["ed"], role="emergency_operator")
    actor = replace(region.actor("ed"), operator_id=colleague.pk)
    with entered(actor=actor), pytest.raises(Conflict) as refused:
        reception.receive(actor=actor, said=Said({}, {}), idempotency_key=KEY, now=clock.now())
    assert refused.value.code == "key_reused"
    assert received(nurse) == first, "her own press is still the same one"
    assert Case.objects.count() == 1


def test_a_key_whose_case_is_kept_from_her_is_refused_like_any_that_was_used(nurse: Client, region: Region) -> None:
    case = received(nurse)
    kept_out(region, "ed")
    response = nurse.post("/casi/accogli/", {"key": KEY})
    assert response.status_code == 409
    page = response.content.decode()
    assert "già stata usata" in page
    assert case not in page
    assert not re.search(rf'name="key" value="{KEY}"', page), "the next press is another one"
    assert Case.objects.count() == 1


def test_what_else_the_database_refuses_at_the_door_is_not_called_a_key_that_was_used(
    settings: Settings, region: Region
) -> None:
    settings.SEEN_WITHIN_MINUTES = 0
    actor = region.actor("ed")
    with entered(actor=actor), pytest.raises(IntegrityError):
        reception.receive(actor=actor, said=Said({}, {}), idempotency_key=KEY, now=clock.now())


def kept_out(region: Region, who: str) -> None:
    """Keep somebody out of the one case there is."""
    with as_system():
        said = {"reason": "knows_him", "blocked_at": clock.now(), "blocked_by": region.operators["centre"]}
        Block.objects.create(case_id=Case.objects.get().pk, operator_id=region.operators[who].pk, **said)


def test_the_database_takes_a_key_once(nurse: Client) -> None:
    received(nurse)
    kept = Reception.objects.get()
    other = received(nurse, key="un'altra-pagina").split("/")[2]
    with pytest.raises(IntegrityError), transaction.atomic():
        Reception.objects.filter(pk=other).update(idempotency_key=kept.idempotency_key)


def test_when_the_other_press_was_quicker_its_case_is_shown(
    nurse: Client, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = received(nurse)
    asked = iter([None, Case.objects.get().pk])
    monkeypatch.setattr(reception.cases, "opened_by_key", lambda _actor, _key: next(asked))
    with entered(actor=region.actor("ed")):
        made = reception.receive(actor=region.actor("ed"), said=Said({}, {}), idempotency_key=KEY, now=clock.now())
    assert f"/casi/{made.case_id}/" == first
    assert Case.objects.count() == 1, "the second one is taken back whole"


@pytest.mark.parametrize("who", ["centre", "shelter", "coordinator"])
def test_only_an_emergency_department_has_a_door(sign_in: SignIn, who: str, nurse: Client) -> None:
    case = received(nurse)
    client = sign_in(who)
    assert client.get("/casi/accogli/").status_code == 404
    assert client.post("/casi/accogli/", {"key": "altra-chiave"}).status_code == 404
    assert client.post(f"{case}vista/").status_code == 404
    assert Case.objects.count() == 1


def test_a_department_of_which_nobody_wrote_the_place_says_what_to_do(nurse: Client, region: Region) -> None:
    Service.objects.filter(pk=region.services["ed"].pk).update(seat=None)
    response = nurse.post("/casi/accogli/", {"key": KEY})
    assert response.status_code == 409
    assert "chi coordina" in response.content.decode()


def test_while_the_keys_are_away_the_case_is_opened_and_she_is_told(
    nurse: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.KEYS_DIRECTORY = tmp_path / "away"
    gateways.provider.cache_clear()
    try:
        page = nurse.post("/casi/accogli/", {"key": KEY, **ALL}, follow=True).content.decode()
    finally:
        gateways.provider.cache_clear()
    assert "non si sono potute scrivere" in page
    assert Case.objects.get().lead_operator_id is not None
    assert "Accoglienza in pronto soccorso" not in said_in_the_record(nurse)


def test_no_answer_is_in_an_address_a_title_or_the_register(nurse: Client) -> None:
    case = received(nurse, **ALL)
    assert "?" not in case
    title = re.search(r"<title>(.*?)</title>", text(nurse, case), re.DOTALL)
    assert title
    assert Case.objects.get().alias not in title[1]
    said = " ".join(str(one.detail) for one in AuditEntry.objects.all())
    assert not re.search("partner|orange|ar\\b", said)


def test_the_network_is_called_for_the_case_that_is_there(nurse: Client) -> None:
    case = received(nurse)
    identifier = case.split("/")[2]
    assert f'href="/attiva/?case={identifier}"' in text(nurse, case)
    page = text(nurse, f"/attiva/?case={identifier}")
    assert f"Per {Case.objects.get().alias}" in page
    assert f'name="case" value="{identifier}"' in page
    form = {"need": ["talk_now"], "consent": "given", "municipality": "012133", "key": "z" * 12, "case": identifier}
    assert nurse.post("/attiva/", form).status_code == 302
    assert Case.objects.count() == 1
    assert "La rete è attivata" in text(nurse, case)


def test_a_case_that_is_not_hers_cannot_be_named(nurse: Client, sign_in: SignIn) -> None:
    case = received(nurse).split("/")[2]
    centre = sign_in("centre")
    assert centre.get(f"/attiva/?case={case}").status_code == 404
    form = {"need": ["talk_now"], "consent": "given", "municipality": "012133", "key": "z" * 12, "case": case}
    assert centre.post("/attiva/", form).status_code == 404
    assert nurse.get("/attiva/?case=no").status_code == 404


# -- leaving ------------------------------------------------------------------------------------------------------


def leaves(client: Client, case: str, **said: object) -> str:
    response = client.post(f"{case}uscita/", {"how": "home", "at": "2026-11-01T04:10", **said}, follow=True)
    assert response.status_code == 200, response.content.decode()
    return str(response.content.decode())


def the_level_is(monkeypatch: pytest.MonkeyPatch, level: Outcome | None) -> None:
    monkeypatch.setattr(leaving, "level_of", lambda _actor, _case_id, _now: level)


def test_nobody_has_assessed_is_said_and_everything_is_proposed(nurse: Client) -> None:
    page = text(nurse, f"{received(nurse)}uscita/")
    assert "non vuol dire che è basso" in page
    for code in OPTIONS:
        assert f'name="option_{code}"' in page
    assert "Altre possibilità" not in page


def test_asked_in_private_the_risk_is_still_to_be_assessed(nurse: Client) -> None:
    case = received(nurse)
    not_now = {"reason": "Dorme, sedata: si riprova domani mattina."}
    for sheet, said, is_assessed in (
        ("lei/hark", {"item-afraid": "yes"}, False),
        ("minori/ten4facesp", {"item-ear": "yes"}, False),
        ("lei/da5", not_now, False),
        ("lei/da5", {"item-weapon": "yes"}, True),
    ):
        assert nurse.post(f"{case}valutazioni/nuova/{sheet}/", said).status_code == 302
        page = text(nurse, case)
        assert ("il rischio è valutato" in page) is is_assessed
        assert ("Valuta il rischio" in page) is not is_assessed


def test_that_she_was_asked_in_private_is_said_with_when_and_she_may_be_asked_again(
    nurse: Client, settings: Settings, tmp_path: Path
) -> None:
    case = received(nurse)
    sheet = f"{case}valutazioni/nuova/lei/hark/"
    assert "Chiedile in privato" in text(nurse, case)
    nurse.post(sheet, {"item-afraid": "unknown"})
    assert "Chiedile in privato" in text(nurse, case), "a sheet that nobody answered asked nothing"
    nurse.post(sheet, {"item-afraid": "no"})
    for _keys in ("here", "away"):
        page = text(nurse, case)
        assert re.search(r"Chiesto in privato alle \d\d:\d\d", page)
        assert "Chiedile in privato" not in page
        assert f'href="{sheet}"' in page
        settings.KEYS_DIRECTORY = tmp_path / "away"
        gateways.provider.cache_clear()
    gateways.provider.cache_clear()


@pytest.mark.parametrize(("level", "first"), [(Outcome.LOW, {"informed", "centre"}), (Outcome.HIGH, set(OPTIONS))])
def test_what_comes_first_depends_on_the_risk(
    nurse: Client, monkeypatch: pytest.MonkeyPatch, level: Outcome, first: set[str]
) -> None:
    case = received(nurse)
    the_level_is(monkeypatch, level)
    page = text(nurse, f"{case}uscita/")
    before = page.split("Altre possibilità")[0]
    assert {code for code in OPTIONS if f'name="option_{code}"' in before} == first
    assert {code for code in OPTIONS if f'name="option_{code}"' in page} == set(OPTIONS), "nothing is kept from her"


THE_NETWORKS_OWN = {
    "low": ["centre", "informed"],
    "medium": ["network", "centre", "informed", "stay"],
    "high": ["stay", "network", "centre", "informed"],
    "extreme": ["stay", "network", "centre", "informed", "safe_place"],
    "not_assessed": ["safe_place", "informed", "centre", "network", "stay"],
}


def the_network_says(region: Region, hours: dict[str, int] | None = None, **more: object) -> None:
    """Publish a version of the network's protocol that has a way out of its own."""
    exits = THE_NETWORKS_OWN | ({"stay_hours": hours} if hours else {})
    made = protocols.text(network="varese", exits=exits, **{"code": "urgenza", **more})
    protocols.published(actor=region.actor("coordinator"), network_code="varese", text=made, now=clock.now())


def first_of(page: str) -> list[str]:
    """The options that a page proposes first, in its order, each once."""
    return list(dict.fromkeys(re.findall(r'name="option_([a-z_]+)"', page.partition("Altre possibilità")[0])))


@pytest.mark.parametrize("level", [Outcome.LOW, Outcome.MEDIUM, Outcome.HIGH, Outcome.EXTREME, None])
def test_the_page_proposes_what_the_version_in_force_says_in_its_order_and_keeps_nothing_from_her(
    nurse: Client, region: Region, monkeypatch: pytest.MonkeyPatch, level: Outcome | None
) -> None:
    the_network_says(region)
    case = received(nurse)
    the_level_is(monkeypatch, level)
    page = text(nurse, f"{case}uscita/")
    assert first_of(page) == THE_NETWORKS_OWN[level.value if level else "not_assessed"]
    assert {code for code in OPTIONS if f'name="option_{code}"' in page} == set(OPTIONS)


@pytest.mark.parametrize("level", [Outcome.NEGATIVE, Outcome.POSITIVE])
def test_what_is_no_class_of_danger_is_not_taken_for_a_low_one(
    nurse: Client, region: Region, monkeypatch: pytest.MonkeyPatch, level: Outcome
) -> None:
    the_network_says(region)
    case = received(nurse)
    the_level_is(monkeypatch, level)
    assert first_of(text(nurse, f"{case}uscita/")) == THE_NETWORKS_OWN["not_assessed"]


def test_hours_are_said_where_the_network_wrote_them_and_nowhere_else(nurse: Client, region: Region) -> None:
    case = received(nurse)
    hours = r"\b\d+ ore\b"
    assert not re.search(hours, text(nurse, f"{case}uscita/"))
    the_network_says(region, {"at_least": 12, "at_most": 30})
    stay = text(nurse, f"{case}uscita/").split("Restare in ospedale o in osservazione")[1].split("</fieldset>")[0]
    assert "Qui da 12 a 30 ore, se lei vuole." in stay
    assert len(re.findall(hours, text(nurse, f"{case}uscita/"))) == 1


def test_a_protocol_for_emergency_departments_holds_there_and_one_for_clinics_does_not(
    nurse: Client, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = received(nurse)
    the_level_is(monkeypatch, Outcome.LOW)
    the_network_says(region, code="consultori", contexts=["clinic"])
    assert first_of(text(nurse, f"{case}uscita/")) == ["informed", "centre"]
    the_network_says(region, code="pronto-soccorso", contexts=["emergency_department"])
    assert first_of(text(nurse, f"{case}uscita/")) == ["centre", "informed"]


def test_a_version_that_has_yet_to_begin_proposes_nothing_yet(
    nurse: Client, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = received(nurse)
    the_level_is(monkeypatch, Outcome.LOW)
    protocols.published(
        actor=region.actor("coordinator"),
        network_code="varese",
        text=protocols.text(code="urgenza", network="varese", exits=THE_NETWORKS_OWN),
        now=clock.now(),
        effective_from=clock.now() + timedelta(hours=1),
    )
    assert first_of(text(nurse, f"{case}uscita/")) == ["informed", "centre"]


def test_leaving_is_written_told_and_not_written_twice(
    nurse: Client, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = received(nurse)
    the_level_is(monkeypatch, Outcome.MEDIUM)
    page = leaves(nurse, case, option_network="refused", option_centre="agreed", safe_to_carry="no", level="low")
    assert "Uscita scritta" in page
    expected = {
        "how": "home",
        "at": "2026-11-01T04:10",
        "level": "medium",
        "option_network": "refused",
        "option_centre": "agreed",
        "safe_to_carry": "no",
    }
    assert written(region, Kind.EXIT) == [expected], "the class comes from the assessment, not from the form"
    assert "era già scritta" in leaves(nurse, case, how="admitted")
    assert written(region, Kind.EXIT) == [expected]
    assert Event.objects.filter(kind="left").count() == 1
    told = text(nurse, case)
    assert "è uscita dal pronto soccorso" in told
    assert "Da vedere" not in told


def test_the_register_says_by_which_version_it_was_proposed(
    nurse: Client, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaves(nurse, received(nurse))
    the_network_says(region)
    leaves(nurse, received(nurse, key="un'altra-pagina"))
    monkeypatch.setattr(leaving, "version_for", lambda _case, _actor, _now: None)
    leaves(nurse, received(nurse, key="la-terza-pagina"))
    found = [one.detail for one in AuditEntry.objects.filter(verb="case.leave").order_by("pk")]
    first, second = ProtocolVersion.objects.order_by("number").values_list("pk", flat=True)
    assert found == [{"protocol_version": first}, {"protocol_version": second}, {}]


def test_going_away_before_anybody_saw_her_is_leaving_too(nurse: Client, region: Region) -> None:
    case = received(nurse)
    leaves(nurse, case, how="before_seen")
    assert Event.objects.get(kind="left").detail == "before_seen"
    assert Reception.objects.get().seen_at is None
    assert written(region, Kind.EXIT)[0]["level"] == "not_assessed"


def test_a_press_that_says_nothing_writes_no_exit(nurse: Client) -> None:
    case = received(nurse)
    response = nurse.post(f"{case}uscita/", {"at": "2026-11-01T04:10", "option_centre": "agreed"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "Scegli come esce" in page
    assert re.search(r'name="option_centre" value="agreed" checked', page), "what she answered is not lost"
    assert not Event.objects.filter(kind="left").exists()


def test_a_moment_that_has_yet_to_come_is_not_written(nurse: Client) -> None:
    case = received(nurse)
    response = nurse.post(f"{case}uscita/", {"how": "home", "at": "2999-01-01T00:00", "option_stay": "refused"})
    assert response.status_code == 422
    assert re.search(r'name="option_stay" value="refused" checked', response.content.decode())
    assert not Event.objects.filter(kind="left").exists()


def test_a_yes_to_the_centre_leads_to_the_one_act_of_sending_filled_in(nurse: Client, region: Region) -> None:
    case = received(nurse)
    page = leaves(nurse, case, option_centre="agreed")
    centre = region.services["centre"].pk
    form = page[page.index(f'action="{case}invii/"') :]
    form = form[: form.index("</form>")]
    sent = dict(re.findall(r'name="(\w+)" value="(\w+)"', form))
    assert f"{case}invii/?" not in page, "an address stays in the browser, and tells what she said"
    filled = nurse.post(f"{case}invii/", sent).content.decode()
    assert not Referral.objects.exists(), "nothing leaves before the press"
    assert re.search(rf'<option value="{centre}" selected', filled)
    assert re.search(r'<option value="listening" selected', filled)
    assert re.search(r'value="yes"[^>]*checked', filled)
    sent = {"target": centre, "reason": "listening", "urgency": "urgent", "she_said": "yes", "words": ""}
    assert nurse.post(f"{case}invii/", sent).status_code == 302


def test_another_page_fills_in_only_what_a_list_has(nurse: Client) -> None:
    invii = f"{received(nurse)}invii/"
    sent = {"fill": "1", "target": "999999", "reason": "nothing", "words": "Canarina"}
    page = nurse.post(invii, sent).content.decode()
    assert "Canarina" not in page
    assert "999999" not in page
    assert not re.search(r'value="yes"[^>]*checked', text(nurse, f"{invii}?she_said=yes")), "an address fills nothing"


def test_without_a_yes_to_the_centre_nobody_is_sent(nurse: Client) -> None:
    assert "Invia a" not in leaves(nurse, received(nurse), option_centre="later")


def the_network_is_called(client: Client, case: str) -> str:
    """Address of the board."""
    said = {"need": ["talk_now"], "consent": "given", "municipality": "012133", "key": "z" * 12}
    response = client.post("/attiva/", {**said, "case": case.split("/")[2]})
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def she_is_sent(client: Client, case: str, region: Region, she_said: str = "yes") -> str:
    """Address of her referral to the centre."""
    said = {"target": region.services["centre"].pk, "reason": "listening", "urgency": "urgent", "words": ""}
    response = client.post(f"{case}invii/", {**said, "she_said": she_said})
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def test_who_was_sent_is_not_sent_again_and_the_page_says_when_and_where_it_stands(
    nurse: Client, region: Region, sign_in: SignIn
) -> None:
    case = received(nurse)
    assert "Invia a" in leaves(nurse, case, option_centre="agreed")
    referral = she_is_sent(nurse, case, region)
    page = text(nurse, f"{case}uscita/")
    assert "Invia a" not in page
    assert re.search(r"Inviata alle \d\d:\d\d a [^:<]+: in attesa di risposta", page)
    assert f'href="{referral}"' in page
    assert sign_in("centre").post(f"{referral}atto/", {"act": "reject", "reject-code": "no_place"}).status_code == 302
    page = text(nurse, f"{case}uscita/")
    assert re.search(r"Inviata alle \d\d:\d\d a [^:<]+: non possono", page)
    assert "Invia a" in page, "who was refused may be sent again"


def test_what_she_is_thinking_about_is_gone_on_with_and_not_begun_again(nurse: Client, region: Region) -> None:
    case = received(nurse)
    leaves(nurse, case, option_centre="agreed")
    referral = she_is_sent(nurse, case, region, she_said="later")
    page = text(nurse, f"{case}uscita/")
    assert "Invia a" not in page
    assert f'href="{referral}"' in page
    assert "non ancora spedito" in page
    assert "Inviata" not in page


def test_her_no_and_a_mistake_are_nothing_that_was_done(nurse: Client, region: Region) -> None:
    case = received(nurse)
    leaves(nurse, case, option_centre="agreed")
    she_is_sent(nurse, case, region, she_said="no")
    wrong = she_is_sent(nurse, case, region)
    assert nurse.post(f"{wrong}atto/", {"act": "correct"}).status_code == 302
    page = text(nurse, f"{case}uscita/")
    assert "Invia a" in page
    assert "Già fatto" not in page


def test_a_second_centre_is_still_offered(nurse: Client, region: Region) -> None:
    case = received(nurse)
    leaves(nurse, case, option_centre="agreed")
    she_is_sent(nurse, case, region)
    first = region.services["centre"]
    networks.a_service(organisation=first.organisation, name="Centro due")
    page = text(nurse, f"{case}uscita/")
    assert "Invia a Centro due" in page
    assert f'name="target" value="{first.pk}"' not in page


def test_while_the_network_is_called_it_is_not_called_again(nurse: Client, region: Region) -> None:
    case = received(nurse)
    board = the_network_is_called(nurse, case)
    before = text(nurse, f"{case}uscita/")
    assert f'href="{board}"' in before
    assert "È già attivata" in before, "what she says to it can still be written"
    page = leaves(nurse, case, option_network="agreed")
    assert f'href="{board}"' in page
    assert re.search(r"Rete attivata alle \d\d:\d\d", page)
    assert f"/attiva/?case={case.split('/')[2]}" not in page
    assert nurse.post(f"{board}ferma/", {"reason": "help_arrived"}).status_code == 302
    page = text(nurse, f"{case}uscita/")
    assert f"/attiva/?case={case.split('/')[2]}" in page, "one that is over calls nobody"
    assert "Rete attivata" not in page


def paper(client: Client, case: str, service: int) -> tuple[int, str]:
    response = client.post(f"{case}uscita/promemoria/", {"service": service})
    if response.status_code != 200:
        return response.status_code, ""
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Disposition"] == 'attachment; filename="promemoria.pdf"'
    reader = PdfReader(BytesIO(response.content))
    return 200, " ".join(" ".join(page.extract_text() for page in reader.pages).split()) + str(reader.metadata)


@pytest.mark.parametrize("said", ["no", ""])
def test_without_her_yes_there_is_no_paper(nurse: Client, region: Region, said: str) -> None:
    case = received(nurse)
    page = leaves(nurse, case, safe_to_carry=said)
    assert "iente carta" in page
    assert paper(nurse, case, region.services["centre"].pk)[0] == 404
    assert not AuditEntry.objects.filter(verb="exit.print").exists()


def test_before_she_was_asked_there_is_no_paper(nurse: Client, region: Region) -> None:
    assert paper(nurse, received(nurse), region.services["centre"].pk)[0] == 404


def test_the_paper_says_a_number_and_nothing_of_what_it_is(nurse: Client, region: Region) -> None:
    case = received(nurse)
    leaves(nurse, case, safe_to_carry="yes")
    status, said = paper(nurse, case, region.services["centre"].pk)
    assert status == 200
    assert "1000000" in said.replace(" ", "")
    forbidden = r"violenz|antiviolenza|rifugio|centro|ospedale|soccorso|donna|1522|112|Varese|Lago|Rosa|legge"
    assert not re.search(forbidden, said, re.IGNORECASE)
    assert Case.objects.get().alias not in said
    assert AuditEntry.objects.get(verb="exit.print").detail == {"service": region.services["centre"].pk}


def test_only_the_number_of_a_centre_can_be_carried(nurse: Client, region: Region) -> None:
    case = received(nurse)
    leaves(nurse, case, safe_to_carry="yes")
    for other in ("shelter", "coordinator", "ed"):
        assert paper(nurse, case, region.services[other].pk)[0] == 404
    assert nurse.post(f"{case}uscita/promemoria/", {"service": "x"}).status_code == 404


def test_the_entry_of_an_exit_is_begun_only_by_the_act(nurse: Client, region: Region) -> None:
    case = received(nurse)
    response = nurse.post(f"{case}scheda/exit/nuova/", {"how": "home"})
    assert (response.status_code, response["Location"]) == (302, f"{case}uscita/")
    assert written(region, Kind.EXIT) == []


def test_whoever_is_kept_out_sees_no_reception(nurse: Client, region: Region) -> None:
    case = received(nurse)
    pk = Case.objects.get().pk
    kept_out(region, "ed")
    for page in ("", "uscita/", "lesioni/", "reperti/", "legge-53/"):
        assert nurse.get(f"{case}{page}").status_code == 404
    assert nurse.post(f"{case}vista/").status_code == 404
    actor: Actor = region.actor("ed")
    with entered(actor=actor), pytest.raises(NotFound):
        leaving.leave(actor=actor, case_id=pk, written={"how": "home"}, now=clock.now())


def test_an_exit_that_is_no_exit_says_so(region: Region, nurse: Client) -> None:
    received(nurse)
    actor = region.actor("ed")
    with entered(actor=actor), pytest.raises(Invalid):
        leaving.leave(actor=actor, case_id=Case.objects.get().pk, written={"how": "flying"}, now=clock.now())
    assert not Event.objects.filter(kind="left").exists()
