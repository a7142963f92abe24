# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The file keyring: private, shared between processes, outside the database, and honest when it cannot be reached."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from approdo.vault.gateways import FileKeyring
from approdo.vault.rules import KeysUnavailable, Unreadable, Wrapped, new_key

CASE = uuid4()
KEY = new_key()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def ring(place: Path, budget: int = 1000) -> FileKeyring:
    return FileKeyring(place, budget)


@pytest.fixture(autouse=True)
def _installed(place: Path) -> None:
    ring(place).install()


def test_an_installation_makes_an_empty_keyring_and_never_a_second(place: Path) -> None:
    wrapped = ring(place).wrap(3, CASE, KEY)
    ring(place).install()
    assert ring(place).unwrap(3, CASE, wrapped) == KEY


def test_the_first_need_makes_a_private_directory_and_private_files(place: Path) -> None:
    keyring = ring(place)
    assert keyring.unwrap(3, CASE, keyring.wrap(3, CASE, KEY)) == KEY
    keyring.erase(CASE)
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in place.iterdir()} == {0o600}


def test_another_process_reads_what_this_one_wrote_and_the_other_way_round(place: Path) -> None:
    one, other = ring(place), ring(place)
    wrapped = one.wrap(3, CASE, KEY)
    assert other.unwrap(3, CASE, wrapped) == KEY
    other.rotate(3)
    again = one.wrap(3, CASE, KEY)
    assert again.key_id != wrapped.key_id
    assert other.unwrap(3, CASE, again) == other.unwrap(3, CASE, wrapped) == KEY


def test_many_who_need_a_first_key_at_once_get_the_same(place: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        wrapped = list(threads.map(lambda _each: ring(place).wrap(7, CASE, KEY), range(16)))
    assert len({one.key_id for one in wrapped}) == 1
    assert {ring(place).unwrap(7, CASE, one) for one in wrapped} == {KEY}


def test_organisations_have_keys_of_their_own(place: Path) -> None:
    keyring = ring(place)
    mine = keyring.wrap(3, CASE, KEY)
    keyring.wrap(4, CASE, KEY)
    assert keyring.token_key(3) != keyring.token_key(4)
    with pytest.raises(Unreadable):
        keyring.unwrap(4, CASE, mine)


def test_a_key_that_wraps_nothing_any_more_is_destroyed_and_the_newest_never(place: Path) -> None:
    keyring = ring(place)
    first = keyring.wrap(3, CASE, KEY)
    second = keyring.rotate(3)
    assert keyring.retire(3, {first.key_id, second}) == 0
    moved = keyring.rewrap(3, CASE, first)
    assert moved.key_id == second
    assert keyring.retire(3, set()) == 1
    with pytest.raises(Unreadable):
        keyring.unwrap(3, CASE, first)
    assert keyring.unwrap(3, CASE, moved) == KEY


def test_search_tokens_survive_a_rotation(place: Path) -> None:
    keyring = ring(place)
    before = keyring.token_key(3)
    keyring.rotate(3)
    assert ring(place).token_key(3) == before


def test_an_erased_case_stays_closed_for_every_process(place: Path) -> None:
    keyring, other = ring(place), ring(place)
    wrapped = keyring.wrap(3, CASE, KEY)
    assert other.unwrap(3, CASE, wrapped) == KEY
    keyring.erase(CASE)
    for one in (keyring, other, ring(place)):
        with pytest.raises(Unreadable):
            one.unwrap(3, CASE, wrapped)
        with pytest.raises(Unreadable):
            one.rewrap(3, CASE, wrapped)
    assert other.erased() == {CASE}


@pytest.mark.parametrize("wrapped", [Wrapped("unknown", b"x" * 61), Wrapped("", b"")])
def test_a_key_that_is_not_there_opens_nothing(place: Path, wrapped: Wrapped) -> None:
    keyring = ring(place)
    keyring.wrap(3, CASE, KEY)
    with pytest.raises(Unreadable):
        keyring.unwrap(3, CASE, wrapped)


def test_a_directory_that_others_can_read_is_not_used(place: Path) -> None:
    ring(place).wrap(3, CASE, KEY)
    place.chmod(0o750)
    with pytest.raises(KeysUnavailable):
        ring(place).token_key(3)
    with pytest.raises(KeysUnavailable):
        ring(place).rotate(3)


def test_a_directory_inside_a_database_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text("18\n")
    inside = ring(tmp_path / "base" / "keys")
    inside.install()
    with pytest.raises(KeysUnavailable):
        inside.wrap(3, CASE, KEY)


@pytest.mark.parametrize("content", ["", "{", '{"organisations": {"3": {}}}', "[]"])
def test_a_damaged_keyring_says_so_and_is_not_written_over(place: Path, content: str) -> None:
    ring(place).wrap(3, CASE, KEY)
    (place / "keyring.json").write_text(content)
    with pytest.raises(KeysUnavailable):
        ring(place).wrap(3, CASE, KEY)
    with pytest.raises(KeysUnavailable):
        ring(place).rotate(3)
    assert (place / "keyring.json").read_text() == content


def test_without_its_directory_nothing_opens_and_it_opens_again_when_it_is_back(place: Path) -> None:
    keyring = ring(place)
    wrapped = keyring.wrap(3, CASE, KEY)
    place.rename(place.with_name("away"))
    for one in (keyring, ring(place)):
        with pytest.raises(KeysUnavailable):
            one.unwrap(3, CASE, wrapped)
        with pytest.raises(KeysUnavailable):
            one.wrap(8, CASE, KEY)
    assert not place.exists(), "a missing keyring is not replaced by an empty one"
    place.with_name("away").rename(place)
    assert keyring.unwrap(3, CASE, wrapped) == KEY


def test_who_opens_too_many_cases_in_a_minute_is_stopped(place: Path, caplog: pytest.LogCaptureFixture) -> None:
    keyring = ring(place, budget=10)
    wrapped = keyring.wrap(3, CASE, KEY)
    for _each in range(5):
        keyring.unwrap(3, CASE, wrapped)
    with pytest.raises(KeysUnavailable):
        keyring.unwrap(3, CASE, wrapped)
    assert str(CASE) not in caplog.text
    assert "refused" in caplog.text
    assert keyring.rewrap(3, CASE, wrapped), "a rotation is no reading"


def test_one_organisation_that_opens_too_many_keeps_no_other_from_reading(place: Path) -> None:
    keyring = ring(place, budget=10)
    wrapped = {organisation: keyring.wrap(organisation, CASE, KEY) for organisation in (3, 4, 5)}
    for organisation in (3, 3, 3, 3, 3, 4, 4, 4, 4):
        keyring.unwrap(organisation, CASE, wrapped[organisation])
    with pytest.raises(KeysUnavailable):
        keyring.unwrap(3, CASE, wrapped[3])
    assert keyring.unwrap(5, CASE, wrapped[5]) == KEY
    with pytest.raises(KeysUnavailable):
        keyring.unwrap(5, CASE, wrapped[5])  # the process as a whole has its limit all the same


def test_a_minute_later_everybody_opens_again(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring, now = ring(place, budget=4), [100.0]
    monkeypatch.setattr("approdo.vault.gateways.time.monotonic", lambda: now[0])
    wrapped = keyring.wrap(3, CASE, KEY)
    for _minute in range(3):
        for _each in range(2):
            assert keyring.unwrap(3, CASE, wrapped) == KEY
        with pytest.raises(KeysUnavailable):
            keyring.unwrap(3, CASE, wrapped)
        now[0] += 60.1


def test_the_file_holds_no_case_key(place: Path) -> None:
    ring(place).wrap(3, CASE, KEY)
    written = (place / "keyring.json").read_bytes()
    assert KEY not in written
    assert KEY.hex().encode() not in written
    assert set(json.loads(written)["organisations"]["3"]) == {"tokens", "keys"}
