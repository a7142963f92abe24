# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from enum import StrEnum

import pytest

from approdo.access.rules import Role
from approdo.activations.rules.states import ActivationState, Consent, DeclineReason, StandDownReason
from approdo.cases.rules import Arrival, CaseState, EventKind
from approdo.networks.rules import Capability, Channel, ServiceKind
from approdo.notifications.rules import MessageState
from approdo.protocols.rules import Context, Need, Target
from approdo.web.templatetags.words import at_key, browser, detail_word, end_word, word, words

SHOWN = (
    *(Role, ActivationState, Consent, DeclineReason, StandDownReason, Arrival, CaseState, EventKind),
    *(Capability, Channel, ServiceKind, MessageState, Context, Need, Target),
)


@pytest.mark.parametrize("code", [code for codes in SHOWN for code in codes], ids=lambda code: f"{type(code).__name__}")
def test_every_code_a_page_can_show_has_its_word(code: StrEnum) -> None:
    assert word(code)
    assert "_" not in word(code)


def test_several_codes_are_said_in_the_order_of_the_page_not_of_chance() -> None:
    assert words(frozenset({Need.CHILDREN, Need.SAFE_PLACE})) == "Posto sicuro · Ci sono minori"
    assert words(frozenset()) == ""


@pytest.mark.parametrize("detail", [*Target, *DeclineReason, *StandDownReason, *CaseState])
def test_the_code_an_event_carries_is_said_in_words(detail: str) -> None:
    assert detail_word(str(detail))


def test_an_unknown_detail_shows_nothing_rather_than_a_code() -> None:
    assert detail_word("4d2c") == ""
    assert end_word("") == end_word("nothing_known") == ""
    assert at_key({1: "Centro"}, 2) == ""


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36",
            "Chrome, Linux",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/156.0 Safari/537.36 Edg/156.0", "Edge, Windows"),
        ("curl/8", "un altro programma"),
    ],
)
def test_a_browser_is_called_as_people_call_it(agent: str, words: str) -> None:
    assert browser(agent) == words
