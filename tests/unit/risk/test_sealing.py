# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file for licensees opens with its key, until its licence runs out, as it was sealed; otherwise it says why not."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factories.instruments import KEY, LICENSED, LICENSEE, as_file, sealed

from approdo.risk.rules import FILE_LIMIT, NotOpened, header, opened, seal

TODAY = date(2026, 11, 28)
SARA = LICENSED["sara_s"]
FILE = sealed(SARA)
NOT_THIS_KEY = "Con questa chiave il file non si apre: la chiave è un'altra, o il file è stato cambiato."
SPOILT = "Questo file sigillato è rovinato, o è di un formato che qui non si conosce."


def said(content: bytes, key: str = KEY, today: date = TODAY) -> list[str]:
    """What is said of a file that does not open."""
    found = opened(content, today, licence_key=key)
    assert found.document is None
    return [one.sentence for one in found.faults]


def in_clear(**changes: str) -> bytes:
    """The file with another header."""
    first, second, rest = FILE.split(b"\n", 2)
    return b"\n".join([first, json.dumps(json.loads(second) | changes).encode(), rest])


@pytest.mark.parametrize("code", sorted(LICENSED))
def test_with_its_key_it_is_what_was_sealed_and_says_whose_licence_it_is(code: str) -> None:
    found = opened(sealed(LICENSED[code]), TODAY, licence_key=KEY)
    assert (found.document, found.licensee, found.faults) == (LICENSED[code], LICENSEE, ())


def test_the_blanks_that_copying_a_key_adds_do_not_matter() -> None:
    assert opened(FILE, TODAY, licence_key=f"  {KEY[:9]} {KEY[9:]}\r\n").document == SARA


def test_without_the_key_one_reads_what_it_is_and_not_one_question() -> None:
    told = header(FILE)
    assert (told.code, told.title, told.version) == ("sara_s", "SARA-S (parole inventate)", "prova-1")
    assert (told.licensee, told.expires) == (LICENSEE, "2027-12-31")
    assert b"factor_1" not in FILE
    assert b"Parole inventate per la voce" not in FILE


def test_two_files_of_one_text_have_nothing_in_common_but_what_is_in_clear() -> None:
    assert FILE.split(b"\n")[2] != sealed(SARA).split(b"\n")[2]


def test_another_key_opens_nothing() -> None:
    assert said(FILE, KEY + "x") == [NOT_THIS_KEY]


def test_no_key_is_asked_for_and_a_short_one_is_not_tried() -> None:
    assert said(FILE, " ") == ["Questo file è sigillato: serve la chiave della licenza."]
    assert said(FILE, "corta") == ["La chiave della licenza ha almeno 20 caratteri: copiala intera."]


@pytest.mark.parametrize(
    "changes",
    [{"expires": "2099-12-31"}, {"licensee": "Un'altra rete"}, {"code": "sara_x"}, {"title": "x"}, {"version": "2"}],
)
def test_a_header_that_was_changed_opens_nothing(changes: dict[str, str]) -> None:
    assert said(in_clear(**changes)) == [NOT_THIS_KEY]


@settings(max_examples=15, deadline=None)
@given(place=st.integers(0, len(FILE) - 1), sign=st.sampled_from(b"Aa1/{\n"))
def test_whatever_sign_is_changed_it_does_not_open(place: int, sign: int) -> None:
    changed = FILE[:place] + bytes([sign]) + FILE[place + 1 :]
    if changed != FILE:
        assert opened(changed, TODAY, licence_key=KEY).document is None


@pytest.mark.parametrize(
    "content",
    [
        FILE[:-40],
        FILE[:60],
        FILE + b"x",
        FILE.replace(b"INSTRUMENT 1", b"INSTRUMENT 2"),
        in_clear(more="x"),
        in_clear(expires="domani"),
        b"APPRODO-INSTRUMENT 1\n" + b"[" * 100_000 + b"\n\n",
        b"APPRODO-INSTRUMENT 1\n\xff\n\n",
    ],
)
def test_a_spoilt_file_is_refused_in_words(content: bytes) -> None:
    assert said(content)[0] in {SPOILT, NOT_THIS_KEY}


def test_no_file_can_ask_for_more_work_than_the_format_says() -> None:
    assert said(in_clear(n="1073741824")) == [SPOILT]


def test_a_licence_holds_to_the_end_of_its_last_day() -> None:
    last = date(2027, 12, 31)
    assert opened(FILE, last, licence_key=KEY).document == SARA
    assert said(FILE, today=last + timedelta(days=1)) == [
        "La licenza di questo file è scaduta: chiedine uno nuovo a chi ha i diritti."
    ]


def test_a_file_of_a_hundred_megabytes_is_refused_before_it_is_looked_at() -> None:
    assert said(FILE + b"A" * 100_000_000) == ["Il file è troppo grande per essere uno strumento."]
    assert len(FILE) < FILE_LIMIT


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"licence_key": "corta"}, "La chiave della licenza ha almeno 20 caratteri: copiala intera."),
        ({"licensee": " "}, "Scrivi in poche parole a chi è data la licenza."),
        ({"licensee": "x" * 121}, "Scrivi in poche parole a chi è data la licenza."),
    ],
)
def test_what_could_not_be_opened_again_is_not_sealed(more: dict[str, str], sentence: str) -> None:
    with pytest.raises(NotOpened) as refused:
        seal(SARA, **{"licensee": LICENSEE, "licence_key": KEY} | more)
    assert refused.value.message == sentence
    assert "corta" not in str(refused.value)


def test_a_licence_without_a_last_day_is_not_sealed() -> None:
    endless = {name: value for name, value in SARA.items() if name != "expires"}
    with pytest.raises(NotOpened):
        seal(endless, licensee=LICENSEE, licence_key=KEY)


def test_a_key_for_a_file_that_is_not_sealed_is_not_swallowed() -> None:
    assert said(as_file(SARA)) == ["Questo file non è sigillato: la chiave di una licenza qui non serve."]


def test_who_has_the_key_cannot_seal_one_thing_under_the_name_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("approdo.risk.rules.sealing.write", lambda _document: as_file(LICENSED["isa"]).decode())
    assert said(sealed(SARA)) == ["Quello che il file dice in chiaro non è quello che contiene: chiedine uno nuovo."]


def test_what_is_wrong_inside_is_said_as_of_any_other_file() -> None:
    assert said(sealed(SARA | {"scorer": "average"})) == ["Qui non va bene: «average»."]
