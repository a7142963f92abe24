# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from datetime import UTC, datetime
from enum import StrEnum

import pytest
from django.utils import translation

from approdo.access.rules import Role
from approdo.activations.rules.states import ActivationState, Consent, DeclineReason, StandDownReason
from approdo.cases.rules import Arrival, CaseState, EventKind
from approdo.cases.selectors import EventRow
from approdo.networks.rules import Capability, Channel, ServiceKind
from approdo.notifications.rules import MessageState
from approdo.protocols.rules import Context, Need, Target
from approdo.web.templatetags.words import at_key, browser, end_word, missing_answers, told, word, words

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
    what, which, why = told(event(service_id=1, detail=str(detail)), {1: "Centro"}).split(" · ")
    assert (what, which) == (word(EventKind.ACTIVATED), "Centro")
    assert "_" not in why


def event(**changed: object) -> EventRow:
    known = {"happened_at": datetime(2026, 11, 27, tzinfo=UTC), "kind": EventKind.ACTIVATED, "subject": None}
    return EventRow(**known | {"service_id": None, "detail": ""} | changed)


def test_an_unknown_detail_shows_nothing_rather_than_a_code() -> None:
    assert told(event(detail="4d2c"), {}) == word(EventKind.ACTIVATED)
    assert told(event(service_id=2), {1: "Centro"}) == word(EventKind.ACTIVATED)
    assert end_word("") == end_word("nothing_known") == ""
    assert at_key({1: "Centro"}, 2) == ""


def test_missing_answers_are_counted_as_people_count() -> None:
    assert [missing_answers(1), missing_answers(2)] == ["manca 1 risposta", "mancano 2 risposte"]
    with translation.override("en"):
        assert missing_answers(2) == "2 answers missing"


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
