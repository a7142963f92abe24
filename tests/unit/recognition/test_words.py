# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is read in an Italian note: violence by another, done to her; not what is denied or done to others."""

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.recognition.noted import KNOWN_MISSES, Noted, notes

from approdo.recognition.rules.forms import mistyped
from approdo.recognition.rules.statements import BY_LABELS, KEY_LABELS
from approdo.recognition.rules.tokens import fold, plain
from approdo.recognition.rules.words import read, triggers
from approdo.recognition.selectors import lexicon

LEXICON = lexicon()
NOTED = notes()
SAYING = [one for one in NOTED if one.said]
PHRASES = {one for begun in LEXICON.events.values() for some in begun.values() for one in some}
WORDS = sorted({word for one in PHRASES for word in one.elements[0].words})
CONTEXT = [
    "nega",
    "non",
    "dal",
    "marito",
    "la",
    "è",
    "stata",
    ",",
    ".",
    "?",
    "se",
    "ex",
    "figlia",
    "a",
    "di",
    "e",
    "\n",
    "con",
]


def keys(text: str) -> set[str]:
    return {statement.key for statement in read(LEXICON, text)}


def test_there_are_enough_notes_of_both_kinds() -> None:
    assert len(SAYING) >= 400
    assert len(NOTED) - len(SAYING) >= 350


@pytest.mark.parametrize("one", NOTED, ids=lambda one: one.text[:60])
def test_a_note_says_what_a_person_reads_in_it(one: Noted) -> None:
    found = keys(one.text)
    assert one.keys <= found
    assert bool(found) is bool(one.said)


def test_by_whom_it_was_is_mostly_read_too() -> None:
    right = [one for one in SAYING if one.said <= {(said.key, said.by) for said in read(LEXICON, one.text)}]
    assert len(right) / len(SAYING) >= 0.93


@pytest.mark.parametrize("one", notes(KNOWN_MISSES), ids=lambda one: one.text[:60])
def test_what_is_missed_is_known(one: Noted) -> None:
    assert not (one.keys <= keys(one.text) and bool(keys(one.text)) is bool(one.said)), "read now: move it"


@pytest.mark.parametrize(
    ("text", "key", "by", "words"),
    [
        ("Nega pdc. Pugno al volto dal marito.", "physical", "partner", "Pugno al volto dal marito"),
        ("pz picchiata dall'ex", "physical", "former_partner", "picchiata"),
        ("mani al collo dal padre", "strangulation", "relative", "mani al collo"),
        ("E\u0300 stata  aggre\u00addita da ignoti", "physical", "stranger", "aggre\u00addita"),
        ("aggre-\ndita", "physical", "unknown", "aggre-\ndita"),
        ("l'ex, venuto a prendere il figlio, l'ha insultata", "psychological", "former_partner", "insultata"),
        ("la figlia traduce percosse", "physical", "unknown", "percosse"),
        ("la hapicchiata", "physical", "unknown", "hapicchiata"),
        ("spintadal figlio", "physical", "relative", "spintadal"),
    ],
)
def test_a_statement_has_its_place_in_the_note(text: str, key: str, by: str, words: str) -> None:
    [statement] = read(LEXICON, text)
    assert (statement.key, statement.by, text[statement.start : statement.end]) == (key, by, words)


def test_of_a_note_only_keys_and_places_are_kept() -> None:
    for one in SAYING:
        for said in read(LEXICON, one.text):
            assert said.key in KEY_LABELS
            assert said.by in BY_LABELS
            assert type(said.start) is type(said.end) is int
            assert 0 <= said.start < said.end <= len(one.text)


def test_statements_come_in_the_order_of_the_note() -> None:
    found = read(LEXICON, "Minacciata dal marito. Poi picchiata. Attivato codice rosa.")
    assert [said.key for said in found] == ["threat", "physical", "pathway"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nel 2015 tentato strangolamento dal marito", {"history", "strangulation"}),
        ("in passato picchiata dal padre", {"history"}),
        ("oggi picchiata dal marito, in passato dal padre", {"physical"}),
        ("minacciata dal marito con un coltello", {"threat", "weapon"}),
        ("si taglia con un coltello", set()),
        ("sospetta violenza domestica", {"suspected"}),
        ("violenza domestica? sì", {"abuse"}),
        ("violenza domestica? no", set()),
        ("violenza domestica?", {"suspected"}),
    ],
)
def test_long_ago_armed_and_doubted_are_keys_of_their_own(text: str, expected: set[str]) -> None:
    assert keys(text) == expected


# hurry ----------------------------------------------------------------------------------------------------------------

PARTS = [
    lambda text: text.upper(),
    lambda text: "".join(mark for mark in unicodedata.normalize("NFD", text) if not unicodedata.combining(mark)),
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: text.replace("'", "\u2019"),
    lambda text: text.replace(" ", "  "),
    lambda text: text.replace(" ", "\u00a0"),
    lambda text: "Parametri nella norma, apiretica. " + text,
    lambda text: text.rstrip(".") + ". Dimessa con terapia al bisogno.",
]
NAMES = ["capitals", "no accents", "apart", "curly", "spaced", "unbroken", "after others", "before others"]


@pytest.mark.parametrize("changed", PARTS, ids=NAMES)
def test_the_way_it_is_typed_changes_nothing(changed) -> None:
    differing = [one.text for one in NOTED if keys(changed(one.text)) != keys(one.text)]
    assert differing == []


@pytest.mark.parametrize(
    ("said", "unsaid"),
    [
        ("il marito la picchiava", "se il marito la picchiasse, la picchiava"),
        ("il marito l'ha colpita", "il marito, aprendo lo sportello, l'ha colpita"),
        ("il marito l'ha colpita", "ha sognato che il marito l'ha colpita"),
        ("perseguitata da ignoti", "delirio: perseguitata da ignoti"),
        ("il figlio le ha dato un calcio", "il bambino le ha dato un calcio"),
        ("pubblicizzato il 1522", "pubblicizzato il 1522 come a tutte"),
        ("il marito ha picchiato il figlio e anche lei", "il marito ha picchiato il figlio"),
        ("il compagno l'ha insultata", "ha spinto la badante e l'ha insultata"),
        ("l'hanno spinta", "il ramo l'ha spinta"),
        ("soccorsa, picchiata dal marito", "soccorre una donna picchiata dal marito"),
        ("riferisce che il marito l'ha ferita", "la cognata è ricoverata: il marito l'ha ferita"),
        ("spinta dal marito", "vetro rotto dal marito"),
        ("insegnante aggredita da un alunno", "amica aggredita da un alunno"),
        ("il marito le ha piegato le dita", "il marito ha piegato le dita"),
        ("il marito le ha piegato le dita", "il marito si è piegato le dita"),
        ("lo zio ammette di averla spinta", "la paziente ammette di averla spinta"),
        ("l'ha colpita lui", "l'ho colpito io"),
        ("la insulta il vicino", "la insulta un formicolio"),
        ("un uomo correndo la colpiva", "un barattolo cadendo la colpiva"),
        ("l'ex, che l'aveva aggredita", "l'ex, che aveva aggredito"),
        ("il vicino ha visto il padre colpirla", "ha visto il padre colpirla"),
        ("la pz è spinta dal genero", "la figlia di 16 anni è spinta dal genero"),
        ("maltrattamenti dal padre", "sorella ricoverata per maltrattamenti"),
        ("percosse alla madre (pz)", "percosse alla madre"),
        ("non percosse dal fratello, ma dal padre", "non percosse dal fratello, né dal padre"),
        ("teme il marito? Sì", "teme il marito? No"),
        ("gomitata della rivale in partita, data apposta", "gomitata della rivale in partita"),
        ("aggressione in strada", "aggressione in strada, vittima il figlio"),
        ("solco al collo", "solco al collo da gesto anticonservativo"),
        ("caduta giù dal muretto, spinta da un uomo", "caduta, spinta da un ramo"),
        ("afferrandola la graffia il figlio", "afferrandola si è graffiata"),
        ("il marito la segue, le scrive ogni giorno", "il medico la segue, ogni giorno"),
    ],
)
def test_what_stands_around_makes_it_none(said: str, unsaid: str) -> None:
    assert keys(said)
    assert keys(unsaid) == set()


@pytest.mark.parametrize(
    ("run_together", "by"),
    [
        ("il compagno la spinta", "partner"),
        ("tre ragazzi l'hanno portata via, spogliata e filmata", "stranger"),
        ("pugno marito", "partner"),
        ("ex marito: pugno", "former_partner"),
        ("il fratello le era salito addosso", "relative"),
        ("tirata giù dalla bici da un uomo", "stranger"),
        ("calcio da paziente", "acquaintance"),
        ("spazzola lanciatale dalla suocera", "relative"),
        ("lui tirare me per capelli, marito", "partner"),
    ],
)
def test_who_did_it_is_read_where_words_are_few(run_together: str, by: str) -> None:
    assert {said.by for said in read(LEXICON, run_together)} == {by}


@pytest.mark.parametrize("word", ["aggredita", "picchiata", "percosse", "maltrattata", "strangolata", "schiaffeggiata"])
def test_a_long_word_is_read_with_one_error(word: str) -> None:
    wrongs = {wrong for wrong in mistyped(word) if LEXICON.typos.get(wrong, wrong) == wrong}
    assert len(wrongs) <= 1, "a word of its own, or one that looks like it"
    right = keys(f"pz {word} dal marito")
    assert all(keys(f"pz {wrong} dal marito") == right for wrong in set(mistyped(word)) - wrongs)


@pytest.mark.parametrize(
    "text",
    [
        "dolore in colite dal marito",
        "sedata dal medico",
        "in merito al dolore",
        "vive in campagna",
        "accostata alle pareti",
        "progressione di malattia",
        "calce e calco del piede dal marito",
        "spuntino, pinta di birra con il marito",
    ],
)
def test_another_word_is_not_an_error(text: str) -> None:
    assert keys(text) == set()


# what a column engine may skip ----------------------------------------------------------------------------------------


def test_every_phrase_has_a_place_where_every_word_has_a_trigger() -> None:
    pieces = triggers(LEXICON)
    wrongs: dict[str, list[str]] = {}
    for wrong, word in LEXICON.typos.items():
        wrongs.setdefault(word, []).append(wrong)

    def shown(word: str) -> bool:
        return all(any(piece in one for piece in pieces) for one in (word, *wrongs.get(word, ())))

    apart = {"da5"}
    assert [
        one
        for one in PHRASES
        if not any(all(word in apart or shown(word) for word in place.words) for place in one.elements)
    ] == []


def test_every_note_that_says_something_has_a_trigger() -> None:
    pieces = triggers(LEXICON)
    assert [one.text for one in SAYING if not any(piece in plain(one.text) for piece in pieces)] == []


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*WORDS, *CONTEXT]), max_size=12).map(" ".join))
def test_a_note_without_any_trigger_says_nothing(text: str) -> None:
    for piece in triggers(LEXICON):
        text = text.replace(piece, "")
    if not any(piece in plain(text) for piece in triggers(LEXICON)):
        assert read(LEXICON, text) == ()


def test_triggers_are_in_small_letters_few_and_long_enough() -> None:
    pieces = triggers(LEXICON)
    assert all(piece == piece.lower() for piece in pieces)
    assert len(pieces) < 5000
    everyday = (
        "dolore addominale da ieri, nausea, alvo regolare, apiretica. pa 120/80. nega allergie. accompagnata in auto"
    )
    assert [piece for piece in pieces if piece in everyday] == []


# any note at all ------------------------------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.sampled_from([*WORDS, *CONTEXT]), st.text(max_size=5)), max_size=30).map(" ".join))
def test_any_note_is_read_and_its_places_are_in_it(text: str) -> None:
    for said in read(LEXICON, text):
        assert 0 <= said.start < said.end <= len(text)
        assert said.key in KEY_LABELS
        assert said.by in BY_LABELS
        assert fold(text[said.start : said.end]).strip()


@pytest.mark.parametrize(
    "piece",
    [
        "nega percosse aggredita dal marito ",
        "percosse,",
        "percosse nei ",
        "percosse? ",
        "prende ",
        "figlia aggredita ",
        "oggi ",
        "non ",
        "a",
        "a-\n",
        ".",
        " ",
        "\u00ad",
        "a\u0300",
        "da5-",
        "da5 ",
        "nega percosse, ",
        "non da5, ",
        "il marito la ",
        "se in caso di rischio di ",
        "segnalata aggressione errore ",
        "perseguitata, non psicosi ",
    ],
)
def test_a_hostile_note_of_100_kilobytes_takes_less_than_a_second(piece: str) -> None:
    text = (piece * (100_000 // len(piece) + 1))[:100_000]
    began = time.process_time()
    read(LEXICON, text)
    assert time.process_time() - began < 1


def test_thousands_of_notes_are_read_in_a_second() -> None:
    began = time.process_time()
    for one in NOTED:
        read(LEXICON, one.text)
    assert len(NOTED) / (time.process_time() - began) > 1500
