# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How an alert reaches somebody, what it betrays, and what happens when there is nobody."""

import email
import email.policy
import json
import re
import time

import pytest
from playwright.sync_api import Browser, expect
from tests.journeys.conftest import PHONE, Arrived, SignIn
from tests.journeys.installation import Installation
from tests.journeys.steps import SECRET_WORDS, activate, call_of

pytestmark = [pytest.mark.journey, pytest.mark.filterwarnings("ignore::ResourceWarning")]

_NAMES = """
import json
from approdo.accounts.models import Operator
from approdo.cases.models import Case
from approdo.networks.models import Network, Organisation, Service
named = [Operator.objects.values_list("display_name", flat=True), Case.objects.values_list("alias", flat=True)]
named += [kind.objects.values_list("name", flat=True) for kind in (Network, Organisation, Service)]
print(json.dumps([name for names in named for name in names if name]))
"""
_NOBODY_ON_CALL = """
from approdo.networks.models import Shift
Shift.objects.filter(service_id={service}).delete()
"""


def test_replying_1_to_the_text_message_takes_the_call_and_the_nurse_sees_it(
    sign_in: SignIn, browser: Browser, product: Installation, arrived: Arrived
) -> None:
    nurse = sign_in("hospital")
    activate(nurse, product, "Colloquio ora")
    message = arrived("sms")
    telephone = browser.new_context(viewport=PHONE, locale="it-IT").new_page()
    telephone.goto(product.gateway_address)
    hers = telephone.get_by_role("article").filter(has=telephone.get_by_role("heading", name=message["to"]))
    hers.get_by_role("button", name="Rispondi 1").first.click()
    expect(call_of(nurse, "Centro antiviolenza")).to_contain_text(re.compile(r"presa in carico \d"), timeout=3_000)
    expect(hers).to_contain_text("Ricevuto. Grazie.")
    telephone.context.close()


def test_the_whole_source_of_the_letter_betrays_neither_name_nor_place_nor_what_it_is_about(
    sign_in: SignIn, product: Installation, arrived: Arrived
) -> None:
    nurse = sign_in("hospital")
    activate(nurse, product, "Posto sicuro")
    received = arrived("email")
    letter = email.message_from_string(received["source"], policy=email.policy.default)
    assert letter["Subject"] == received["subject"] != ""
    assert letter["To"] == received["to"] in {address for people in product.people.values() for address in people}
    del letter["To"]  # her own address is hers to read
    said = [f"{name}: {value}" for name, value in letter.items()]
    said += [part.get_content() for part in letter.walk() if part.get_content_maintype() == "text"]
    whole = "\n".join([*said, received["source"].replace(received["to"], "")])
    assert "Subject:" in whole
    assert f"{product.site}/r/" in whole, "the letter is whole: the link is in it"
    names = json.loads(product.run(_NAMES))
    assert len(names) > 20
    for name in names:
        assert name.lower() not in whole.lower(), name
    assert not SECRET_WORDS.search(whole)


def test_a_service_with_nobody_on_call_is_said_at_once_and_the_next_step_is_alerted_at_once(
    sign_in: SignIn, product: Installation, arrived: Arrived
) -> None:
    product.run(_NOBODY_ON_CALL.format(service=product.services["shelter"]))
    nurse = sign_in("hospital")
    nurse.goto(f"{product.site}/attiva/?need=safe_place")
    expect(nurse.get_by_role("region", name="Chi avvisiamo")).to_contain_text("Nessuno è reperibile ora")
    activation = activate(nurse, product, "Posto sicuro")
    sent = time.monotonic()
    shelter = call_of(nurse, "Casa rifugio")
    expect(shelter).to_contain_text("nessuna reperibile qui · servizio di riserva", timeout=2_000)
    backup = sign_in("emergency")
    backup.goto(f"{product.site}/attivazioni/{activation}/")
    expect(call_of(backup, "Casa rifugio").get_by_role("button", name=re.compile("Prendo in carico"))).to_be_visible()
    assert time.monotonic() - sent < 15, "at once, not after fifteen minutes"
    expect(shelter).to_contain_text(re.compile("avvisata|letta"), timeout=10_000)
