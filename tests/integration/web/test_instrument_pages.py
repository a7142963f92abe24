# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whoever reads protocols reads the instruments whole: questions, meaning, source, and what is not validated."""

from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from approdo.access.rules import SYSTEM
from approdo.risk.selectors import instrument, shipped

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db


def test_the_list_leads_to_every_instrument(sign_in: SignIn) -> None:
    page = sign_in("centre").get("/rete/strumenti/").content.decode()
    for code in shipped():
        assert f'href="/rete/strumenti/{code}/"' in page


@pytest.mark.parametrize("code", sorted(shipped()))
def test_an_instrument_is_shown_whole(sign_in: SignIn, code: str) -> None:
    page = unescape(sign_in("centre").get(f"/rete/strumenti/{code}/").content.decode())
    shown = instrument(SYSTEM, code)
    for said in (shown.title, shown.source, shown.licence, *(item.text for item in shown.items)):
        assert said in page
    assert "non sono state validate" in page
    assert ("Niente si somma" in page) is (not shown.bands)
    assert page.count("→") == len(shown.sentinels)


def test_one_that_does_not_exist_is_not_found(sign_in: SignIn) -> None:
    assert sign_in("centre").get("/rete/strumenti/sara/").status_code == 404
