# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the register keeps of signing in and out: who, when, with what outcome; never what was typed."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.signals import password_reset
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.internal.flows import delete_and_cleanup
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from tests.factories.region import Region

from approdo.accounts.models import Operator
from approdo.accounts.sign_in import SessionStore
from approdo.audit.models import Entry
from approdo.web.middleware import KEY_SEEN
from approdo.web.second_factor import SecondFactor

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db


def kept(name: str, region: Region) -> list[str]:
    found = Entry.objects.filter(verb__startswith="session.", operator_id=region.operators[name].pk)
    return list(found.order_by("id").values_list("verb", flat=True))


def test_signing_in_choosing_a_service_and_signing_out_are_kept(region: Region, sign_in: SignIn) -> None:
    client = sign_in("ed")
    client.post("/accesso/esci/")
    assert kept("ed", region) == ["session.begin", "session.choose", "session.end"]
    chosen = Entry.objects.get(verb="session.choose")
    assert chosen.service_id == region.services["ed"].pk


def test_a_session_that_lasted_its_time_is_told_from_one_she_ended(region: Region, sign_in: SignIn) -> None:
    client = sign_in("ed")
    session = client.session
    session[KEY_SEEN] = (timezone.now() - timedelta(minutes=16)).timestamp()
    session.save()
    client.get("/")
    assert kept("ed", region)[-1] == "session.over"


def test_a_refused_password_is_kept_without_a_letter_of_what_was_typed(region: Region) -> None:
    typed = {"login": "canarina@lago.example", "password": "canarina nel campo sbagliato"}
    Client().post("/accesso/", typed)
    (entry,) = Entry.objects.filter(verb="session.refuse")
    assert (entry.operator_id, entry.subject, entry.detail) == (None, "operator:unknown", {})


def test_a_refused_second_factor_is_kept(region: Region) -> None:
    TOTP.activate(region.operators["ed"], generate_totp_secret())
    with context.request_context(RequestFactory().post("/")):
        assert not AuthenticateForm({"code": "000000"}, user=region.operators["ed"]).is_valid()
    assert kept("ed", region) == ["session.refuse_second"]


def of_factors(name: str, region: Region) -> list[tuple[str, object]]:
    found = Entry.objects.filter(operator_id=region.operators[name].pk).exclude(verb__startswith="session.")
    return list(found.order_by("id").values_list("verb", "detail__kind"))


def test_recovery_codes_that_are_made_are_kept(
    region: Region, sign_in: SignIn, django_capture_on_commit_callbacks: Callable
) -> None:
    client, secret = sign_in("ed"), generate_totp_secret()
    TOTP.activate(region.operators["ed"], secret)
    assert client.post(reverse("mfa_reauthenticate"), {"code": right(secret)}).status_code == 302
    with django_capture_on_commit_callbacks(execute=True):
        made = client.post(reverse("mfa_generate_recovery_codes"))
    assert made["Location"] == reverse("mfa_view_recovery_codes")
    assert of_factors("ed", region) == [("factor.make_again", "recovery_codes")]


def test_a_factor_that_comes_or_goes_is_kept_without_its_secret(region: Region) -> None:
    nurse, request = region.operators["ed"], RequestFactory().post("/")
    request.user = nurse
    secret = generate_totp_secret()
    factor = TOTP.activate(nurse, secret).instance
    authenticator_added.send(sender=Authenticator, request=request, user=nurse, authenticator=factor)
    with context.request_context(request):
        delete_and_cleanup(request, factor)
    assert of_factors("ed", region) == [("factor.add", "totp"), ("factor.remove", "totp")]
    assert secret not in str(list(Entry.objects.values()))


def test_a_password_that_changes_is_kept(region: Region, sign_in: SignIn) -> None:
    nurse = region.operators["ed"]
    nurse.set_password("una frase lunga e sua")
    nurse.save()
    client = sign_in("ed")
    new = "un'altra frase, lunga anche lei"
    sent = {"oldpassword": "una frase lunga e sua", "password1": new, "password2": new}
    assert client.post(reverse("account_change_password"), sent).status_code == 302
    assert of_factors("ed", region) == [("password.change", None)]
    assert "frase" not in str(list(Entry.objects.values()))


def test_so_is_the_first_one(region: Region, sign_in: SignIn) -> None:
    nurse = region.operators["ed"]
    nurse.set_unusable_password()
    nurse.save()
    new = {"password1": "una frase lunga e sua", "password2": "una frase lunga e sua"}
    assert sign_in("ed").post(reverse("account_set_password"), new).status_code == 302
    assert of_factors("ed", region) == [("password.change", None)]


def test_so_is_one_that_was_forgotten(region: Region) -> None:
    nurse, request = region.operators["ed"], RequestFactory().post("/")
    request.user, request.session = AnonymousUser(), SessionStore()
    password_reset.send(sender=type(nurse), request=request, user=nurse)
    assert of_factors("ed", region) == [("password.change", None)]


def typed(nurse: Operator, code: str, number: int) -> list[str]:
    """Type a code, each from an address of its own: a limit by address would let all through; return what is said."""
    address = f"10.0.{number}.1"
    request = RequestFactory().post("/", REMOTE_ADDR=address, headers={"X-Forwarded-For": address})
    with context.request_context(request):
        form = SecondFactor({"code": code}, user=nurse)
        return [] if form.is_valid() else list(form.errors["code"])


def right(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def test_whoever_has_the_password_types_ten_wrong_codes_and_no_more_from_wherever(region: Region) -> None:
    nurse, secret = region.operators["ed"], generate_totp_secret()
    TOTP.activate(nurse, secret)
    said = {str(typed(nurse, "000000", number)) for number in range(10)}
    assert len(said) == 1
    refused = typed(nurse, right(secret), 11)
    assert refused, "not even the right one, for a while"
    assert str(refused) not in said
    other = region.operators["centre"]
    TOTP.activate(other, secret)
    assert typed(other, right(secret), 13) == [], "and nobody else waits for it"


def test_a_right_code_forgets_the_wrong_ones(region: Region) -> None:
    nurse, secret = region.operators["ed"], generate_totp_secret()
    TOTP.activate(nurse, secret)
    for number in range(9):
        assert typed(nurse, "000000", number)
    assert typed(nurse, right(secret), 10) == []
    said = {str(typed(nurse, "000000", 11 + number)) for number in range(10)}
    assert len(said) == 1
