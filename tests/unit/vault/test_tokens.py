# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A name is found by the beginnings of its words, and says nothing to another organisation (security.md, P12)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approdo.vault.rules import beginnings_of, new_key, token, words_of
from approdo.vault.rules.tokens import LONGEST

NAMES = st.text(alphabet="abcdeàèìòùßçñ'’ -ABZ", max_size=40)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Niccolò De Santis", ["niccolo", "de", "santis"]),
        ("D'Amico", ["damico"]),
        ("D’Amico", ["damico"]),
        ("Maria-Grazia", ["maria", "grazia"]),
        ("STRAẞE Weiß", ["strasse", "weiss"]),
        ("  Ana   Íris ", ["ana", "iris"]),
        ("Nguyễn", ["nguyen"]),
        ("", []),
        ("...", []),
    ],
)
def test_words_are_compared_without_accents_case_or_apostrophes(name: str, words: list[str]) -> None:
    assert words_of(name) == words


def test_every_beginning_from_three_letters_on_of_every_word() -> None:
    assert beginnings_of("Ana Rossi") == {"ana", "ros", "ross", "rossi"}
    assert beginnings_of("Li Wu") == frozenset()


def test_a_very_long_word_has_beginnings_up_to_a_length() -> None:
    assert max(map(len, beginnings_of("x" * 90))) == LONGEST


@given(NAMES)
def test_a_beginning_is_found_exactly_when_a_word_begins_with_it(name: str) -> None:
    found = beginnings_of(name)
    for word in words_of(name):
        for length in range(1, len(word) + 1):
            assert (word[:length] in found) == (3 <= length <= LONGEST)


def test_a_token_is_the_same_each_time_and_another_under_another_key() -> None:
    mine, theirs = new_key(), new_key()
    assert token(mine, "ros") == token(mine, "ros")
    assert token(mine, "ros") != token(theirs, "ros")
    assert token(mine, "ros") != token(mine, "ross")


@given(st.binary(min_size=32, max_size=32), st.text(min_size=3, max_size=20))
def test_a_token_fits_the_column(key: bytes, beginning: str) -> None:
    assert -(2**63) <= token(key, beginning) < 2**63
