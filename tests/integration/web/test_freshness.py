# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Grave acts ask once more who she is, lose nothing she sent, and never stand before an emergency (P15, P26)."""

import re
import time
from collections.abc import Callable
from html import unescape
from uuid import uuid4

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.webauthn.internal import auth as passkeys
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings
from tests.factories.region import Region

from approdo.audit.models import Entry as AuditEntry
from approdo.cases.models import Case
from approdo.consents.models import Block, BreakGlass, Grant, Masking

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"
MINUTE = 60


def asked(response: HttpResponse) -> bool:
    """Whether the answer is the page that asks to confirm."""
    return response.status_code == 403 and "Conferma che sei tu" in response.content.decode()


def age(client: Client, seconds: float, method: str | None = None) -> None:
    """Let the proof of a session be older; or of another kind."""
    session = client.session
    proof = session[AUTHENTICATION_METHODS_SESSION_KEY][-1]
    proof |= {"at": time.time() - seconds} | ({"method": method} if method else {})
    session.save()


def code(shift: int = 0) -> str:
    return str(format_hotp_value(hotp_value(SECRET, int(time.time()) // 30 + shift)))


def carried(response: HttpResponse) -> dict[str, list[str]]:
    """What the page that asks carries along."""
    found: dict[str, list[str]] = {}
    page = response.content.decode()
    form = next(one for one in re.findall(r"<form.*?</form>", page, re.DOTALL) if "confirm-" in one)
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form):
        if name != "csrfmiddlewaretoken":
            found.setdefault(name, []).append(unescape(value))
    return found


@pytest.fixture
def centre(sign_in: SignIn, case: str, region: Region) -> Client:
    """The centre's operator, who leads, has written where she is, and has an app that makes codes."""
    cache.clear()
    TOTP.activate(region.operators["centre"], SECRET)
    client = sign_in("centre")
    client.post(f"{case}conduce/", {"act": "take"})
    for kind, field in (("place", "address"), ("identity", "given_name")):
        client.post(f"{case}scheda/{kind}/nuova/", {field: f"Canarina {kind}"})
    return client


@pytest.fixture
def place(centre: Client, case: str) -> str:
    """Address that uncovers the place."""
    section = centre.get(f"{case}scheda/").content.decode().split('id="place"')[1]
    found = re.search(r"/casi/[0-9a-f-]+/scheda/[0-9a-f-]{36}/mostra/", section)
    assert found
    return found[0]


def a_yes(region: Region) -> dict[str, object]:
    return {
        "service_id": region.services["ed"].pk,
        "slices": ["health", "legal"],
        "purpose": "health_care",
        "how": "read_aloud",
        "proof": "noted_by_operator",
        "language": "it",
        "days": "30",
    }


def test_her_password_alone_opens_no_way_around_her_second_factor(
    centre: Client, sign_in: SignIn, region: Region, place: str
) -> None:
    operator = region.operators["centre"]
    operator.set_password("una frase lunga e sua")
    operator.save()
    left_open = sign_in("centre")
    age(left_open, 3_600)
    refused = left_open.post("/accesso/conferma/", {"password": "una frase lunga e sua"})
    assert refused.status_code == 302
    assert "/accesso/secondo/" in refused["Location"], "only a second factor confirms"
    left_open.post("/accesso/secondo/recovery-codes/generate/")
    assert not Authenticator.objects.filter(user=operator, type=Authenticator.Type.RECOVERY_CODES).exists()
    assert asked(left_open.post(place, {"why": "meeting"}))


def test_a_place_is_uncovered_for_five_minutes_after_she_proved_who_she_is(centre: Client, place: str) -> None:
    age(centre, 5 * MINUTE - 5)
    assert "Canarina place" in centre.post(place, {"why": "meeting"}).content.decode()
    age(centre, 5 * MINUTE + 1)
    refused = centre.post(place, {"why": "meeting"})
    assert asked(refused)
    assert "Canarina" not in refused.content.decode()
    assert AuditEntry.objects.filter(verb="record.reveal").count() == 1, "what was not shown is not in the log"


def test_an_operator_who_proves_it_goes_on_with_what_she_had_chosen(centre: Client, place: str) -> None:
    age(centre, 3_600)
    page = centre.post(place, {"why": "safety"})
    sent = carried(page)
    assert sent == {"why": ["safety"]}
    assert "confirm-code" in page.content.decode()
    shown = centre.post(place, sent | {"confirm-code": code()})
    assert "Canarina place" in shown.content.decode()
    assert AuditEntry.objects.get(verb="record.reveal").detail["why"] == "safety"
    assert "Canarina place" in centre.post(place, {"why": "safety"}).content.decode(), "and is not asked again at once"


def test_a_wrong_code_opens_nothing_and_loses_nothing(centre: Client, place: str) -> None:
    age(centre, 3_600)
    refused = centre.post(place, {"why": "safety", "confirm-code": "000000"})
    assert asked(refused)
    assert "Canarina" not in refused.content.decode()
    assert carried(refused) == {"why": ["safety"]}
    assert 'role="alert"' in refused.content.decode()


def test_a_code_is_good_once(centre: Client, place: str) -> None:
    age(centre, 3_600)
    used = code()
    assert centre.post(place, {"why": "safety", "confirm-code": used}).status_code == 200
    age(centre, 3_600)
    assert asked(centre.post(place, {"why": "safety", "confirm-code": used}))


def test_a_code_stays_used_when_the_act_itself_is_refused(centre: Client, place: str) -> None:
    age(centre, 3_600)
    used = code()
    assert centre.post(place, {"why": "curiosity", "confirm-code": used}).status_code == 422
    age(centre, 3_600)
    assert asked(centre.post(place, {"why": "safety", "confirm-code": used}))


def test_codes_cannot_be_guessed_one_after_another(centre: Client, place: str) -> None:
    age(centre, 3_600)
    for _each in range(10):
        centre.post(place, {"why": "safety", "confirm-code": "000000"})
    right = centre.post(place, {"why": "safety", "confirm-code": code()})
    assert asked(right)
    assert "aspetta un minuto" in right.content.decode()


def test_a_reserve_code_is_a_second_factor_a_password_is_not(centre: Client, place: str, region: Region) -> None:
    reserve = RecoveryCodes.activate(region.operators["centre"]).get_unused_codes()[0]
    age(centre, 3_600)
    assert "Canarina" in centre.post(place, {"why": "safety", "confirm-code": reserve}).content.decode()
    age(centre, 0, method="password")
    assert asked(centre.post(place, {"why": "safety"}))


def test_who_has_a_passkey_is_asked_for_it_and_something_else_in_its_place_opens_nothing(
    centre: Client, place: str, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passkeys, "get_credentials", lambda _user: [])
    operator = region.operators["centre"]
    Authenticator.objects.filter(user=operator).delete()
    Authenticator.objects.create(user=operator, type=Authenticator.Type.WEBAUTHN, data={"name": "Prova"})
    age(centre, 3_600)
    for sent in ("", "not json"):
        page = centre.post(place, {"why": "safety"} | ({"confirm-credential": sent} if sent else {}))
        assert asked(page)
        assert "Usa la passkey" in page.content.decode()
        assert "confirm-code" not in page.content.decode()


def test_hidden_and_absent_are_asked_alike(
    sign_in: SignIn, centre: Client, place: str, case: str, region: Region
) -> None:
    TOTP.activate(region.operators["ed"], SECRET)
    nurse = sign_in("ed")
    age(nurse, 3_600)
    hidden, absent = (
        nurse.post(place, {"why": "safety"}),
        nurse.post(f"{case}scheda/{uuid4()}/mostra/", {"why": "safety"}),
    )
    assert asked(hidden)
    token = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')
    assert token.sub("", hidden.content.decode()) == token.sub("", absent.content.decode())


def test_a_consent_is_given_within_fifteen_minutes_or_after_a_proof_and_nothing_chosen_is_lost(
    centre: Client, case: str, region: Region
) -> None:
    age(centre, 15 * MINUTE + 1)
    page = centre.post(f"{case}consensi/", a_yes(region))
    assert asked(page)
    assert not Grant.objects.exists()
    sent = carried(page)
    assert sent["slices"] == ["health", "legal"]
    assert centre.post(f"{case}consensi/", sent | {"confirm-code": code()}).status_code == 302
    assert Grant.objects.get().purpose == "health_care"
    age(centre, 15 * MINUTE - 5)
    assert centre.post(f"{case}consensi/", a_yes(region)).status_code in {302, 422}, "not asked"


def test_what_she_chose_is_kept_in_no_session_and_no_address(centre: Client, case: str, region: Region) -> None:
    age(centre, 3_600)
    page = centre.post(f"{case}consensi/", a_yes(region))
    kept = str(dict(centre.session.items()))
    assert "health_care" not in kept
    assert "Location" not in page
    assert page["Cache-Control"] == "no-store"


@pytest.mark.parametrize("act", ["legge", "nascondi", "mostra", "escludi"])
def test_sharing_by_law_hiding_showing_again_and_readmitting_ask_as_well(
    centre: Client, case: str, region: Region, act: str
) -> None:
    age(centre, 3_600)
    assert asked(centre.post(f"{case}consensi/{act}/", {"act": "back", "operator": region.operators["ed"].pk}))
    assert not Masking.objects.exists()


def test_taking_back_keeping_out_and_saying_why_not_are_never_slowed_down(
    centre: Client, case: str, region: Region
) -> None:
    centre.post(f"{case}consensi/", a_yes(region))
    age(centre, 3_600)
    assert centre.get(f"{case}consensi/").status_code == 200
    assert centre.post(f"{case}consensi/togli/", {"grant": "all"}).status_code == 302
    out = {"act": "out", "operator": region.operators["ed"].pk, "reason": "she_asked"}
    assert centre.post(f"{case}consensi/escludi/", out).status_code == 302
    assert Block.objects.count() == 1


def test_an_emergency_access_opens_and_uncovers_without_a_proof_but_never_a_place(
    sign_in: SignIn, centre: Client, case: str, place: str, region: Region
) -> None:
    TOTP.activate(region.operators["ed"], SECRET)
    nurse = sign_in("ed")
    age(nurse, 3_600)
    assert nurse.post(f"{case}emergenza/", {"reason": "danger_to_life"}).status_code == 302
    assert BreakGlass.objects.count() == 1
    page = nurse.get(f"{case}scheda/").content.decode()
    identity = re.search(r"/casi/[0-9a-f-]+/scheda/[0-9a-f-]{36}/mostra/", page)
    assert identity
    assert "Canarina identity" in nurse.post(identity[0], {"why": "safety"}).content.decode()
    assert asked(nurse.post(place, {"why": "safety"})), "where she is, is no part of it"
    nurse.post(f"{case}emergenza/chiudi/")
    assert asked(nurse.post(identity[0], {"why": "safety"}))


def test_a_place_that_was_granted_asks_also_while_an_emergency_access_is_open(
    sign_in: SignIn, centre: Client, case: str, place: str, region: Region
) -> None:
    TOTP.activate(region.operators["ed"], SECRET)
    centre.post(f"{case}consensi/", a_yes(region) | {"slices": ["location"], "purpose": "protection"})
    nurse = sign_in("ed")
    assert "Canarina place" in nurse.post(place, {"why": "safety"}).content.decode()
    nurse.post(f"{case}emergenza/", {"reason": "danger_to_life"})
    assert BreakGlass.objects.count() == 1
    age(nurse, 3_600)
    assert asked(nurse.post(place, {"why": "safety"}))


def test_activating_and_answering_ask_for_nothing_more(sign_in: SignIn, case: str) -> None:
    nurse, centre = sign_in("ed"), sign_in("centre")
    for client in (nurse, centre):
        age(client, 11 * 3_600)
    form = {"municipality": "012133", "need": ["talk_now"], "consent": "given", "key": uuid4().hex}
    assert nurse.post("/attiva/", form).status_code == 302
    assert Case.objects.count() == 2


def test_in_the_demonstration_one_press_confirms_and_elsewhere_it_does_not(
    region: Region, settings: Settings, case: str, centre: Client, place: str
) -> None:
    settings.DEMO = True
    client = Client()
    client.post("/prova/", {"operator": region.operators["centre"].email})
    client.get("/servizio/")
    page = client.post(place, {"why": "meeting"})
    assert asked(page)
    assert "basta premere" in page.content.decode()
    assert "Canarina" in client.post(place, carried(page) | {"confirm-press": "1"}).content.decode()
    assert "Canarina" in client.post(place, {"why": "meeting"}).content.decode()
    age(centre, 3_600)
    assert asked(centre.post(place, {"why": "meeting", "confirm-press": "1"})), "she has a factor, and proves it"
    settings.DEMO = False
    age(client, 0)
    assert "Canarina" not in client.post(place, {"why": "meeting", "confirm-press": "1"}).content.decode()
