# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The keys have stopped, and a nurse presses: every page between her and the answer is there (P9)."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from tests.factories.region import VARESE

from approdo.activations.models import Alert, Call
from approdo.activations.rules.states import CallState
from approdo.activations.services import advance_due
from approdo.cases.models import Case
from approdo.kit import clock
from approdo.notifications.models import Message
from approdo.vault import gateways

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_keys(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.KEYS_DIRECTORY = tmp_path / "away"
    gateways.provider.cache_clear()
    yield
    gateways.provider.cache_clear()


def test_from_the_press_to_the_answer_no_page_needs_a_key(sign_in: SignIn) -> None:
    nurse, centre = sign_in("ed"), sign_in("centre")
    form = {"need": ["safe_place"], "consent": "given", "municipality": VARESE, "key": "una-chiave-della-pagina"}
    sent = nurse.post("/attiva/", form)
    assert sent.status_code == 302
    board = sent["Location"]
    advance_due(now=clock.now())
    assert "Ti stanno chiamando" in centre.get("/").content.decode()

    call = Call.objects.get(key="centro")
    taken = centre.post(f"{board}chiamate/{call.pk}/prendo/", follow=True)
    assert "Passo la mano" in taken.content.decode()

    advance_due(now=clock.now() + timedelta(minutes=15))
    assert Alert.objects.filter(call__key="rifugio", step=2).exists(), "nobody at the shelter answers: it climbs"
    code = Message.objects.filter(channel="sms", address="+390020000002").latest("due_at").code
    answered = Client().post(f"/r/{code}/prendo", follow=True)
    assert "Grazie" in answered.content.decode()
    assert Call.objects.get(key="rifugio").state == CallState.TAKEN
    assert "2 di 2" in nurse.get(f"{board}lavagna/").content.decode()

    case = f"/casi/{Case.objects.get().pk}/"
    assert centre.get(case).status_code == 200
    refused = centre.post(f"{case}scheda/note/nuova/", {"text": "Parole di prova"})
    assert refused.status_code == 503
    assert "le attivazioni funzionano" in refused.content.decode()
