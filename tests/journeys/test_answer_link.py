# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The link of an alert: who opens it is a mail server or a person, and only the person has read it."""

import re

import httpx
import pytest
from playwright.sync_api import Browser, expect
from tests.journeys.conftest import PHONE, Arrived, SignIn
from tests.journeys.installation import Installation
from tests.journeys.steps import activate, call_of

pytestmark = [pytest.mark.journey, pytest.mark.filterwarnings("ignore::ResourceWarning")]
READ = re.compile(r"letta (alle )?\d")


def test_a_link_is_read_when_a_person_looks_at_it_and_not_when_a_program_opens_it(
    sign_in: SignIn, browser: Browser, product: Installation, arrived: Arrived
) -> None:
    nurse = sign_in("hospital")
    board = activate(nurse, product, "Colloquio ora")
    found = re.search(r"https?://\S+/r/\S+", arrived("sms")["text"])
    assert found
    answer = httpx.get(found[0], trust_env=False)
    assert (answer.status_code, "Serve una risposta" in answer.text) == (200, True)
    without_script = browser.new_context(viewport=PHONE, locale="it-IT", java_script_enabled=False).new_page()
    without_script.goto(found[0])
    without_script.wait_for_timeout(2_000)
    nurse.goto(f"{product.site}/attivazioni/{board}/")
    expect(call_of(nurse, "Centro antiviolenza")).not_to_contain_text(READ)
    telephone = browser.new_context(viewport=PHONE, locale="it-IT").new_page()
    telephone.goto(found[0])
    expect(call_of(nurse, "Centro antiviolenza")).to_contain_text(READ, timeout=4_000)
    without_script.get_by_role("button", name="Prendo in carico").click()
    expect(call_of(nurse, "Centro antiviolenza")).to_contain_text(re.compile(r"presa in carico \d"), timeout=3_000)
    for page in (without_script, telephone):
        page.context.close()
