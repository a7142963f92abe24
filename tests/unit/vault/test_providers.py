# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every provider promises, whoever keeps the keys: the file keyring and the hardware token alike."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from approdo.vault.rules import KeyProvider, KeysUnavailable, Unreadable, Wrapped, new_key

CASE = uuid4()
KEY = new_key()
Ring = Callable[..., KeyProvider]


def test_an_installation_makes_an_empty_keyring_and_never_a_second(ring: Ring) -> None:
    wrapped = ring().wrap(3, CASE, KEY)
    ring().install()
    assert ring().unwrap(3, CASE, wrapped) == KEY


def test_another_process_reads_what_this_one_wrote_and_the_other_way_round(ring: Ring) -> None:
    one, other = ring(), ring()
    wrapped = one.wrap(3, CASE, KEY)
    assert other.unwrap(3, CASE, wrapped) == KEY
    other.rotate(3)
    again = one.wrap(3, CASE, KEY)
    assert again.key_id != wrapped.key_id
    assert other.unwrap(3, CASE, again) == other.unwrap(3, CASE, wrapped) == KEY


def test_many_who_need_a_first_key_at_once_get_the_same(ring: Ring) -> None:
    with ThreadPoolExecutor(8) as threads:
        wrapped = list(threads.map(lambda _each: ring().wrap(7, CASE, KEY), range(16)))
    assert len({one.key_id for one in wrapped}) == 1
    assert {ring().unwrap(7, CASE, one) for one in wrapped} == {KEY}


def test_organisations_have_keys_of_their_own(ring: Ring) -> None:
    keyring = ring()
    mine = keyring.wrap(3, CASE, KEY)
    keyring.wrap(4, CASE, KEY)
    assert keyring.token_key(3) != keyring.token_key(4)
    with pytest.raises(Unreadable):
        keyring.unwrap(4, CASE, mine)


def test_a_key_that_wraps_nothing_any_more_is_destroyed_and_the_newest_never(ring: Ring) -> None:
    keyring = ring()
    first = keyring.wrap(3, CASE, KEY)
    second = keyring.rotate(3)
    assert keyring.retire(3, {first.key_id, second}) == 0
    moved = keyring.rewrap(3, CASE, first)
    assert moved.key_id == second
    assert keyring.retire(3, set()) == 1
    with pytest.raises(Unreadable):
        keyring.unwrap(3, CASE, first)
    assert keyring.unwrap(3, CASE, moved) == KEY


def test_search_tokens_survive_a_rotation(ring: Ring) -> None:
    keyring = ring()
    before = keyring.token_key(3)
    keyring.rotate(3)
    assert ring().token_key(3) == before


def test_an_erased_case_stays_closed_for_every_process(ring: Ring) -> None:
    keyring, other = ring(), ring()
    wrapped = keyring.wrap(3, CASE, KEY)
    assert other.unwrap(3, CASE, wrapped) == KEY
    keyring.erase(CASE)
    for one in (keyring, other, ring()):
        with pytest.raises(Unreadable):
            one.unwrap(3, CASE, wrapped)
        with pytest.raises(Unreadable):
            one.rewrap(3, CASE, wrapped)
    assert other.erased() == {CASE}


@pytest.mark.parametrize("wrapped", [Wrapped("unknown", b"x" * 61), Wrapped("", b"")])
def test_a_key_that_is_not_there_opens_nothing(ring: Ring, wrapped: Wrapped) -> None:
    keyring = ring()
    keyring.wrap(3, CASE, KEY)
    with pytest.raises(Unreadable):
        keyring.unwrap(3, CASE, wrapped)


def test_a_directory_that_others_can_read_is_not_used(ring: Ring, place: Path) -> None:
    ring().wrap(3, CASE, KEY)
    place.chmod(0o750)
    with pytest.raises(KeysUnavailable):
        ring().token_key(3)
    with pytest.raises(KeysUnavailable):
        ring().rotate(3)


def test_a_directory_inside_a_database_is_not_used(ring: Ring, tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text("18\n")
    inside = ring(tmp_path / "base" / "keys")
    with suppress(KeysUnavailable):  # one says so at once, the other when a key is needed
        inside.install()
    with pytest.raises(KeysUnavailable):
        inside.wrap(3, CASE, KEY)


def test_without_its_directory_nothing_opens_and_it_opens_again_when_it_is_back(ring: Ring, place: Path) -> None:
    keyring = ring()
    wrapped = keyring.wrap(3, CASE, KEY)
    place.rename(place.with_name("away"))
    for one in (keyring, ring()):
        with pytest.raises(KeysUnavailable):
            one.unwrap(3, CASE, wrapped)
        with pytest.raises(KeysUnavailable):
            one.wrap(8, CASE, KEY)
    assert not place.exists(), "a missing keyring is not replaced by an empty one"
    place.with_name("away").rename(place)
    assert keyring.unwrap(3, CASE, wrapped) == KEY


def test_who_opens_too_many_cases_in_a_minute_is_stopped(ring: Ring, caplog: pytest.LogCaptureFixture) -> None:
    keyring = ring(budget=10)
    wrapped = keyring.wrap(3, CASE, KEY)
    for _each in range(5):
        keyring.unwrap(3, CASE, wrapped)
    with pytest.raises(KeysUnavailable):
        keyring.unwrap(3, CASE, wrapped)
    assert str(CASE) not in caplog.text
    assert "refused" in caplog.text
    assert keyring.rewrap(3, CASE, wrapped), "a rotation is no reading"


def test_one_organisation_that_opens_too_many_keeps_no_other_from_reading(ring: Ring) -> None:
    keyring = ring(budget=10)
    wrapped = {organisation: keyring.wrap(organisation, CASE, KEY) for organisation in (3, 4, 5)}
    for organisation in (3, 3, 3, 3, 3, 4, 4, 4, 4):
        keyring.unwrap(organisation, CASE, wrapped[organisation])
    with pytest.raises(KeysUnavailable):
        keyring.unwrap(3, CASE, wrapped[3])
    assert keyring.unwrap(5, CASE, wrapped[5]) == KEY
    with pytest.raises(KeysUnavailable):
        keyring.unwrap(5, CASE, wrapped[5])  # the process as a whole has its limit all the same


def test_a_minute_later_everybody_opens_again(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring, now = ring(budget=4), [100.0]
    monkeypatch.setattr("approdo.vault.gateways.pace.time.monotonic", lambda: now[0])
    wrapped = keyring.wrap(3, CASE, KEY)
    for _minute in range(3):
        for _each in range(2):
            assert keyring.unwrap(3, CASE, wrapped) == KEY
        with pytest.raises(KeysUnavailable):
            keyring.unwrap(3, CASE, wrapped)
        now[0] += 60.1


@pytest.mark.parametrize(("organisation", "case"), [(3, uuid4()), (4, CASE), (33, CASE)])
def test_a_wrapped_key_opens_for_its_own_organisation_and_case_only(ring: Ring, organisation: int, case: UUID) -> None:
    keyring = ring()
    wrapped = keyring.wrap(3, CASE, KEY)
    keyring.wrap(organisation, case, new_key())
    for act in (keyring.unwrap, keyring.rewrap):
        with pytest.raises(Unreadable):
            act(organisation, case, wrapped)
    assert keyring.unwrap(3, CASE, wrapped) == KEY


def test_a_wrapped_key_that_was_changed_or_is_said_to_be_of_another_key_opens_nothing(ring: Ring) -> None:
    keyring = ring()
    wrapped = keyring.wrap(3, CASE, KEY)
    changed = []
    for at in (0, 5, 20, -1):
        sealed = bytearray(wrapped.sealed)
        sealed[at] ^= 1
        changed.append(replace(wrapped, sealed=bytes(sealed)))
    for one in [*changed, replace(wrapped, key_id=keyring.rotate(3))]:
        with pytest.raises(Unreadable):
            keyring.unwrap(3, CASE, one)
    assert keyring.unwrap(3, CASE, wrapped) == KEY
