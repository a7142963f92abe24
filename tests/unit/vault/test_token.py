# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The hardware token: keys never leave it, a wrong PIN does not lock it, it may be unplugged and plugged in again.

What it promises as every provider does: ``test_providers``.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from pkcs11 import Attribute, GeneralError, KeyType, Mechanism, PKCS11Error, SecretKey
from pytest_django.fixtures import Settings
from tests.factories.tokens import a_pin_file, a_token

from approdo.kit.processes import locked
from approdo.vault.gateways import FileKeyring, HardwareToken, cryptoki
from approdo.vault.gateways.cryptoki import Held, Token, TokenCipher, token_of_process
from approdo.vault.rules import KeysUnavailable, Unreadable, Wrapped, new_key

ROOT = Path(__file__).parents[3]
CASE = uuid4()
KEY = new_key()


@pytest.fixture
def hardware(token: Path, place: Path) -> HardwareToken:
    """The token of an installation that has begun."""
    made = HardwareToken(place, 1000)
    made.install()
    return made


@pytest.fixture
def session(hardware: HardwareToken, settings: Settings) -> Token:
    """The session of this process with it."""
    return token_of_process(settings.TOKEN_MODULE, settings.TOKEN_LABEL, settings.TOKEN_PIN_FILE)


@pytest.fixture
def objects(session: Token) -> Callable[[], list[SecretKey]]:
    """Whatever is on the token, asked of the token itself."""

    def found(held: Held) -> list[SecretKey]:
        return list(held._session.get_objects({Attribute.TOKEN: True}))

    return lambda: session.using(found)


def test_no_key_ever_leaves_the_token(hardware: HardwareToken, objects: Callable[[], list[SecretKey]]) -> None:
    hardware.wrap(3, CASE, KEY)
    hardware.rotate(3)
    labels = {one.label for one in objects()}
    assert labels == {"approdo/installed", "approdo/3/tokens", "approdo/3/1", "approdo/3/2"}
    for one in objects():
        assert one[Attribute.SENSITIVE]
        assert one[Attribute.PRIVATE]
        assert one[Attribute.NEVER_EXTRACTABLE]
        with pytest.raises(PKCS11Error):
            one[Attribute.VALUE]
        changes = {Attribute.EXTRACTABLE: True, Attribute.SENSITIVE: False, Attribute.LABEL: "approdo/4/1"}
        for attribute, value in changes.items():
            with pytest.raises(PKCS11Error):
                one[attribute] = value


def test_a_key_does_one_thing_only(hardware: HardwareToken, objects: Callable[[], list[SecretKey]]) -> None:
    hardware.wrap(3, CASE, KEY)
    for one in objects():
        seals = one.key_type == KeyType.AES
        assert one[Attribute.ENCRYPT] == one[Attribute.DECRYPT] == seals
        assert one[Attribute.SIGN] != seals
        assert not any(one[other] for other in (Attribute.WRAP, Attribute.UNWRAP, Attribute.DERIVE))


def test_a_retired_key_is_gone_from_the_token(hardware: HardwareToken, objects: Callable[[], list[SecretKey]]) -> None:
    hardware.wrap(3, CASE, KEY)
    hardware.wrap(4, CASE, KEY)
    newest = [hardware.rotate(3) for _each in range(10)][-1]
    assert hardware.wrap(3, CASE, KEY).key_id == newest, "ten comes after nine"
    assert hardware.retire(3, set()) == 10
    assert {one.label for one in objects() if one.key_type == KeyType.AES} == {"approdo/3/11", "approdo/4/1"}
    hardware.rotate(3)
    assert "approdo/3/12" in {one.label for one in objects()}, "a number is never used again"


def test_the_file_keyring_opens_nothing_that_the_token_wrapped(hardware: HardwareToken, tmp_path: Path) -> None:
    keyring = FileKeyring(tmp_path / "files", 1000)
    keyring.install()
    keyring.wrap(3, CASE, KEY)
    with pytest.raises(Unreadable):
        keyring.unwrap(3, CASE, hardware.wrap(3, CASE, KEY))


@pytest.mark.parametrize("key_id", ["", "zz", "00", "approdo/3/1"])
def test_an_identifier_that_is_none_opens_nothing(hardware: HardwareToken, key_id: str) -> None:
    wrapped = hardware.wrap(3, CASE, KEY)
    with pytest.raises(Unreadable):
        hardware.unwrap(3, CASE, Wrapped(key_id, wrapped.sealed))


def test_the_directory_holds_the_ledger_and_no_key(hardware: HardwareToken, place: Path) -> None:
    hardware.wrap(3, CASE, KEY)
    hardware.erase(CASE)
    assert {file.name for file in place.iterdir()} == {"erased", "lock"}
    assert (place / "erased").read_text() == f"{CASE}\n"


def test_a_ledger_that_is_missing_is_noticed(hardware: HardwareToken, place: Path) -> None:
    wrapped = hardware.wrap(3, CASE, KEY)
    (place / "erased").unlink()
    for act in (lambda: hardware.unwrap(3, CASE, wrapped), lambda: hardware.rotate(3), hardware.erased):
        with pytest.raises(KeysUnavailable):
            act()


def test_a_token_that_is_unplugged_is_found_again(hardware: HardwareToken, token: Path) -> None:
    wrapped = hardware.wrap(3, CASE, KEY)
    for _twice in range(2):
        (token / "objects").rename(token / "away")
        for _again in range(2):
            with pytest.raises(KeysUnavailable):
                hardware.unwrap(3, CASE, wrapped)
            with pytest.raises(KeysUnavailable):
                hardware.wrap(8, CASE, KEY)
        hardware.erase(uuid4())  # what must never open again does not wait for the token
        (token / "away").rename(token / "objects")
        assert hardware.unwrap(3, CASE, wrapped) == KEY


def test_a_token_that_opens_nothing_any_more_is_not_taken_for_a_changed_value() -> None:
    """Many makers have one error for both: the value would be called lost, when it is the token that is ill."""

    class Ill:
        def encrypt(self, data: bytes, **_how: object) -> bytes:
            return data

        def decrypt(self, data: bytes, **_how: object) -> bytes:
            raise GeneralError

    with pytest.raises(GeneralError):
        TokenCipher(Ill()).decrypt(b"0" * 12, b"x" * 48, b"place")


def test_a_first_key_waits_while_another_process_makes_keys(hardware: HardwareToken, place: Path) -> None:
    with ThreadPoolExecutor(2) as threads:
        with locked(place / "lock"):
            waiting = [threads.submit(act) for act in (lambda: hardware.wrap(7, CASE, KEY), lambda: hardware.rotate(7))]
            with pytest.raises(TimeoutError):
                waiting[0].result(0.3)
            assert not waiting[1].done()
        first, second = waiting[0].result(10).key_id, waiting[1].result(10)
    assert hardware.wrap(7, CASE, KEY).key_id == second
    assert first


def test_a_session_that_the_token_closed_is_opened_again_at_once(hardware: HardwareToken, session: Token) -> None:
    wrapped = hardware.wrap(3, CASE, KEY)
    session.using(lambda held: held._session.close())
    assert hardware.unwrap(3, CASE, wrapped) == KEY


def test_a_blank_token_in_its_place_gets_no_key(hardware: HardwareToken, session: Token, token: Path) -> None:
    wrapped = hardware.wrap(3, CASE, KEY)
    session.close()
    shutil.rmtree(token)
    a_token(token)
    for act in (lambda: hardware.unwrap(3, CASE, wrapped), lambda: hardware.wrap(3, CASE, KEY)):
        with pytest.raises(KeysUnavailable):
            act()
    with pytest.raises(KeysUnavailable):
        hardware.token_key(3)


def test_a_wrong_pin_is_tried_once_and_again_when_its_file_changes(
    hardware: HardwareToken, session: Token, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    wrapped = hardware.wrap(3, CASE, KEY)
    session.close()
    a_pin_file(tmp_path, "not this one")
    for _each in range(5):
        with pytest.raises(KeysUnavailable):
            hardware.unwrap(3, CASE, wrapped)
    assert caplog.text.count("PinIncorrect") == 1
    assert caplog.text.count("not tried again") == 4
    a_pin_file(tmp_path)
    assert hardware.unwrap(3, CASE, wrapped) == KEY


def test_a_pin_that_others_can_read_is_not_used(hardware: HardwareToken, session: Token, settings: Settings) -> None:
    session.close()
    settings.TOKEN_PIN_FILE.chmod(0o640)
    with pytest.raises(KeysUnavailable):
        hardware.wrap(3, CASE, KEY)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("TOKEN_MODULE", ""),
        ("TOKEN_MODULE", "/nowhere.so"),
        ("TOKEN_LABEL", "another"),
        ("TOKEN_PIN_FILE", Path("/no")),
    ],
)
def test_a_token_that_is_not_there_is_keys_unavailable(
    hardware: HardwareToken, session: Token, settings: Settings, setting: str, value: object
) -> None:
    session.close()
    setattr(settings, setting, value)
    with pytest.raises(KeysUnavailable):
        hardware.wrap(3, CASE, KEY)


def test_a_token_that_cannot_seal_is_refused_when_the_installation_begins(
    token: Path, place: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(cryptoki, "_NEEDED", {Mechanism.AES_GCM, Mechanism.SEED_CBC})
    with pytest.raises(KeysUnavailable):
        HardwareToken(place, 1000).install()
    assert "the token lacks SEED_CBC" in caplog.text


def test_without_the_library_the_provider_says_what_to_install(
    hardware: HardwareToken, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "approdo.vault.gateways.cryptoki", None)
    with pytest.raises(KeysUnavailable):
        hardware.wrap(3, CASE, KEY)
    assert "requirements/hardware.txt" in caplog.text


def test_no_case_and_no_secret_is_in_a_log(
    hardware: HardwareToken, token: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    wrapped = hardware.wrap(3, CASE, KEY)
    with pytest.raises(Unreadable):
        hardware.unwrap(3, uuid4(), wrapped)
    (token / "objects").rename(token / "away")
    with pytest.raises(KeysUnavailable) as caught:
        hardware.unwrap(3, CASE, wrapped)
    said = caplog.text + repr(caught.value)
    assert "does not answer" in said
    for secret in (str(CASE), KEY.hex(), wrapped.sealed.hex(), settings.TOKEN_PIN_FILE.read_text().strip()):
        assert secret not in said


def test_pages_ask_by_many_threads_at_once(hardware: HardwareToken) -> None:
    wrapped = {case: hardware.wrap(3, case, KEY) for case in (uuid4() for _each in range(8))}

    def reads(turn: int) -> bool:
        case, one = list(wrapped.items())[turn % 8]
        hardware.wrap(turn % 3, case, KEY)
        return hardware.unwrap(3, case, one) == KEY

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(reads, range(80)))


def as_another_process(script: str, place: Path, settings: Settings) -> str:
    """Run a script with a ``ring`` of its own, in a process of its own; return what it prints."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "DJANGO_SETTINGS_MODULE": "approdo.config.settings"}
    environment |= {
        "APPRODO_SECRET_KEY": "only-for-tests",
        "APPRODO_KEYS": str(place),
        "APPRODO_KEY_PROVIDER": "approdo.vault.gateways.HardwareToken",
        "APPRODO_TOKEN_MODULE": settings.TOKEN_MODULE,
        "APPRODO_TOKEN_LABEL": settings.TOKEN_LABEL,
        "APPRODO_TOKEN_PIN_FILE": str(settings.TOKEN_PIN_FILE),
    }
    script = f"import sys\nfrom uuid import UUID\nfrom approdo.vault.gateways import provider\n{script}"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_what_another_process_rotates_and_erases_is_noticed_here(
    hardware: HardwareToken, place: Path, settings: Settings
) -> None:
    wrapped, searches = hardware.wrap(3, CASE, KEY), hardware.token_key(3)
    newest, same = as_another_process(
        "ring = provider(); ring.erase(UUID(int=7)); print(ring.rotate(3), ring.token_key(3).hex())", place, settings
    ).split()
    assert hardware.wrap(3, CASE, KEY).key_id == newest != wrapped.key_id
    assert same == searches.hex()
    assert hardware.unwrap(3, CASE, wrapped) == KEY
    assert [one.int for one in hardware.erased()] == [7]


def test_the_library_is_read_only_when_the_token_answers_for_keys(token: Path, place: Path, settings: Settings) -> None:
    assert as_another_process("provider(); print('pkcs11' in sys.modules)", place, settings) == "False"
