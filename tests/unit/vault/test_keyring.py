# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The file keyring: private, and never written over when it is damaged.

What it promises as every provider does: ``test_providers``.
"""

import json
import stat
from pathlib import Path
from uuid import uuid4

import pytest

from approdo.vault.gateways import FileKeyring
from approdo.vault.rules import KeysUnavailable, new_key

CASE = uuid4()
KEY = new_key()


def ring(place: Path, budget: int = 1000) -> FileKeyring:
    return FileKeyring(place, budget)


@pytest.fixture(autouse=True)
def _installed(place: Path) -> None:
    ring(place).install()


def test_the_first_need_makes_a_private_directory_and_private_files(place: Path) -> None:
    keyring = ring(place)
    assert keyring.unwrap(3, CASE, keyring.wrap(3, CASE, KEY)) == KEY
    keyring.erase(CASE)
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in place.iterdir()} == {0o600}


@pytest.mark.parametrize("content", ["", "{", '{"organisations": {"3": {}}}', "[]"])
def test_a_damaged_keyring_says_so_and_is_not_written_over(place: Path, content: str) -> None:
    ring(place).wrap(3, CASE, KEY)
    (place / "keyring.json").write_text(content)
    with pytest.raises(KeysUnavailable):
        ring(place).wrap(3, CASE, KEY)
    with pytest.raises(KeysUnavailable):
        ring(place).rotate(3)
    assert (place / "keyring.json").read_text() == content


def test_the_file_holds_no_case_key(place: Path) -> None:
    ring(place).wrap(3, CASE, KEY)
    written = (place / "keyring.json").read_bytes()
    assert KEY not in written
    assert KEY.hex().encode() not in written
    assert set(json.loads(written)["organisations"]["3"]) == {"tokens", "keys"}
