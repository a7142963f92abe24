# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the register keeps of signing in and out: who, when, with what outcome; never what was typed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client, RequestFactory
from django.utils import timezone
from tests.factories.region import Region

from approdo.audit.models import Entry
from approdo.web.middleware import KEY_SEEN

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
