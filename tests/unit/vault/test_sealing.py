# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A sealed value opens in its own place with its own key, and nowhere else (security.md, P7, P8)."""

from dataclasses import replace
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from approdo.vault.rules import CaseKey, Place, Unreadable, new_key, unwrap, wrap

CASE = uuid4()
PLACE = Place(3, CASE, "identity", uuid4(), 1)
KEY = new_key()


def test_what_was_sealed_opens_again() -> None:
    sealed = CaseKey(CASE, KEY).seal(PLACE, b"Nome di prova")
    assert b"prova" not in sealed
    assert CaseKey(CASE, KEY).open(PLACE, sealed) == b"Nome di prova"


@given(st.binary(max_size=2_000))
def test_any_value_comes_back(value: bytes) -> None:
    key = CaseKey(CASE, KEY)
    assert key.open(PLACE, key.seal(PLACE, value)) == value


def test_the_same_value_never_looks_the_same() -> None:
    key = CaseKey(CASE, KEY)
    assert len({key.seal(PLACE, b"x") for _each in range(50)}) == 50


@pytest.mark.parametrize(
    "moved",
    [
        replace(PLACE, organisation_id=4),
        replace(PLACE, field="contact"),
        replace(PLACE, row_id=uuid4()),
        replace(PLACE, version=2),
        replace(PLACE, case_id=uuid4()),
    ],
    ids=["organisation", "field", "row", "version", "case"],
)
def test_it_opens_in_no_other_place(moved: Place) -> None:
    sealed = CaseKey(CASE, KEY).seal(PLACE, b"x")
    with pytest.raises(Unreadable):
        CaseKey(CASE, KEY).open(moved, sealed)
    with pytest.raises(Unreadable):
        CaseKey(moved.case_id, KEY).open(moved, sealed)


def test_two_places_never_have_the_same_associated_data() -> None:
    assert replace(PLACE, field='identity", 1').associated() != PLACE.associated()
    assert Place(1, CASE, "1", PLACE.row_id, 11).associated() != Place(1, CASE, "11", PLACE.row_id, 1).associated()


@pytest.mark.parametrize("at", [0, 1, 12, 13, -1])
def test_a_changed_byte_is_noticed_wherever_it_is(at: int) -> None:
    sealed = bytearray(CaseKey(CASE, KEY).seal(PLACE, b"a value that is long enough"))
    sealed[at] ^= 1
    with pytest.raises(Unreadable):
        CaseKey(CASE, KEY).open(PLACE, bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + b"0" * 27, b"\x02" + b"0" * 60])
def test_what_is_no_envelope_is_refused(sealed: bytes) -> None:
    with pytest.raises(Unreadable):
        CaseKey(CASE, KEY).open(PLACE, sealed)


def test_another_cases_key_does_not_open_it() -> None:
    with pytest.raises(Unreadable):
        CaseKey(CASE, new_key()).open(PLACE, CaseKey(CASE, KEY).seal(PLACE, b"x"))


def test_a_key_never_shows_itself() -> None:
    shown = f"{CaseKey(CASE, KEY)!r} {CaseKey(CASE, KEY)}"
    assert KEY.hex() not in shown
    assert shown == "CaseKey(…) CaseKey(…)"


def test_a_wrapped_key_is_for_one_organisation_one_case_and_one_key() -> None:
    encryption = AESGCM(new_key())
    wrapped = wrap(encryption, "first", 3, CASE, KEY)
    assert KEY not in wrapped
    assert unwrap(encryption, "first", 3, CASE, wrapped) == KEY
    for key_id, organisation, case in [("second", 3, CASE), ("first", 4, CASE), ("first", 3, uuid4())]:
        with pytest.raises(Unreadable):
            unwrap(encryption, key_id, organisation, case, wrapped)
    with pytest.raises(Unreadable):
        unwrap(AESGCM(new_key()), "first", 3, CASE, wrapped)
