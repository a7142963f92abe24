# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two shares of three rebuild what opens a sealed copy; one says nothing, and a wrong one is told apart in words."""

import json
from itertools import permutations
from uuid import UUID

import pytest
from shamir_mnemonic import MnemonicError, combine_mnemonics

from approdo.vault.rules import (
    Kept,
    RecoveryRefused,
    check_share,
    is_copy_of,
    new_recovery,
    open_copy,
    rebuilt,
    seal_copy,
    series,
)

KEPT = Kept({"3": {"tokens": "dG9rZW5z", "keys": [{"id": "a", "key": "a2V5"}]}}, frozenset({UUID(int=7)}))
PUBLIC, SHARES = new_recovery()
OTHER_PUBLIC, OTHER_SHARES = new_recovery()


def refusal(*shares: str, copy: str | None = None) -> RecoveryRefused:
    with pytest.raises(RecoveryRefused) as refused:
        open_copy(rebuilt(shares), copy or seal_copy(PUBLIC, KEPT))
    return refused.value


@pytest.mark.parametrize("pair", [*permutations(SHARES, 2)])
def test_any_two_shares_in_any_order_open_the_copy(pair: tuple[str, str]) -> None:
    assert open_copy(rebuilt(pair), seal_copy(PUBLIC, KEPT)) == KEPT


@pytest.mark.parametrize("share", SHARES)
def test_one_share_alone_rebuilds_nothing(share: str) -> None:
    with pytest.raises(MnemonicError):
        combine_mnemonics([share])


def test_the_copy_is_sealed_anew_without_any_share_and_shows_no_key() -> None:
    one, other = seal_copy(PUBLIC, KEPT), seal_copy(PUBLIC, KEPT)
    assert json.loads(one)["sealed"] != json.loads(other)["sealed"]
    for word in ("a2V5", "dG9rZW5z", str(UUID(int=7))):
        assert word not in one


def test_a_copy_tells_whether_it_is_of_today() -> None:
    copy = seal_copy(PUBLIC, KEPT)
    assert is_copy_of(copy, PUBLIC, KEPT)
    assert not is_copy_of(copy, PUBLIC, Kept(KEPT.organisations, frozenset()))
    assert not is_copy_of(copy, OTHER_PUBLIC, KEPT)
    assert not is_copy_of("{", PUBLIC, KEPT)


def test_a_share_may_be_typed_with_capitals_commas_and_blanks() -> None:
    assert check_share("  " + SHARES[0].upper().replace(" ", ",  ") + "\n") == SHARES[0]


def test_a_word_that_is_none_is_named_by_its_place_and_never_repeated() -> None:
    words = SHARES[0].split()
    words[4] = "limoncello"
    refused = refusal(" ".join(words), SHARES[1])
    assert refused.word == 5
    assert "limoncello" not in str(refused) + refused.sentence


@pytest.mark.parametrize("change", ["another word", "two swapped", "one missing", "one too many", "nothing"])
def test_a_share_copied_badly_is_told_by_its_checksum(change: str) -> None:
    words = SHARES[0].split()
    changed = {
        "another word": [*words[:-1], "acid" if words[-1] != "acid" else "academic"],
        "two swapped": [*words[:6], words[7], words[6], *words[8:]],
        "one missing": words[:-1],
        "one too many": [*words, "acid"],
        "nothing": [],
    }[change]
    if changed == words:
        pytest.skip("chance gave two equal words")
    assert "non tornano" in refusal(" ".join(changed), SHARES[1]).sentence


def test_twice_the_same_share_is_one_share() -> None:
    assert "due volte la stessa" in refusal(SHARES[1], SHARES[1].upper()).sentence


def test_shares_of_two_series_do_not_go_together() -> None:
    assert "stessa serie" in refusal(SHARES[0], OTHER_SHARES[1]).sentence


def test_shares_of_another_installation_open_no_copy_of_ours() -> None:
    assert "non aprono questa copia" in refusal(*OTHER_SHARES[:2]).sentence
    assert series(PUBLIC) != series(OTHER_PUBLIC)


@pytest.mark.parametrize("damage", ["", "[]", "{}", '{"for": "x"}', "changed"])
def test_a_damaged_copy_says_so(damage: str) -> None:
    held = json.loads(seal_copy(PUBLIC, KEPT))
    held["sealed"] = "A" + held["sealed"][1:] if held["sealed"][0] != "A" else "B" + held["sealed"][1:]
    assert (
        "danneggiato" in refusal(*SHARES[:2], copy=json.dumps(held) if damage == "changed" else damage or " ").sentence
    )
