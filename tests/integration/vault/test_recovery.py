# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The drill: the machine is lost, two custodians come with their papers, and the record opens again."""

import json
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from pytest_django.fixtures import Settings
from tests.factories.activations import TONIGHT, Town, a_town, an_activation

from approdo.audit.models import Entry
from approdo.kit.errors import Conflict
from approdo.usecases.recovery import make_shares
from approdo.vault import gateways, services
from approdo.vault.models import WrappedKey
from approdo.vault.rules import KeysUnavailable, Place, RecoveryRefused, Unreadable

pytestmark = pytest.mark.django_db
CENTRE, HOSPITAL = 3, 4


@dataclass
class Machine:
    """Where the keys are, and the sealed copy beside the backups."""

    keys: Path
    copies: Path

    @property
    def copy(self) -> str:
        return (self.copies / "keyring.sealed").read_text()

    def is_lost(self) -> None:
        """Only the sealed copy is left; a new machine begins with an empty keyring."""
        shutil.rmtree(self.keys)
        gateways.provider.cache_clear()
        gateways.provider().install()


@pytest.fixture
def machine(settings: Settings, tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path / "keys", tmp_path / "copies")
    settings.KEYS_DIRECTORY, settings.KEYS_COPY_DIRECTORY = made.keys, made.copies
    gateways.provider.cache_clear()
    gateways.provider().install()
    yield made
    gateways.provider.cache_clear()


@dataclass
class Sealed:
    """A value that somebody wrote in a case."""

    case: UUID
    value: bytes
    organisation: int

    def place(self) -> Place:
        return Place(self.organisation, self.case, "identity", UUID(int=1), 1)

    def opens(self) -> bool:
        key = services.case_key(organisation_id=self.organisation, case_id=self.case)
        return key.open(self.place(), self.value) == b"x"


def written(case: UUID, organisation: int = CENTRE) -> Sealed:
    made = Sealed(case, b"", organisation)
    made.value = services.key_to_write(organisation_id=organisation, case_id=case, now=TONIGHT).seal(made.place(), b"x")
    return made


@pytest.fixture
def town(machine: Machine) -> Town:
    return a_town()


@pytest.fixture
def record(town: Town) -> Sealed:
    return written(an_activation(town).case_id)


def test_two_of_three_open_the_record_again_after_the_machine_is_lost(machine: Machine, record: Sealed) -> None:
    _series, shares = make_shares(now=TONIGHT)
    machine.is_lost()
    with pytest.raises(Unreadable):
        record.opens()
    assert services.recover(shares=shares[1:], copies=[machine.copy]) == 1
    assert record.opens()
    assert {stat.S_IMODE(file.stat().st_mode) for file in machine.keys.iterdir()} == {0o600}


def test_keys_made_and_changed_after_the_shares_come_back_too(machine: Machine, town: Town, record: Sealed) -> None:
    _series, shares = make_shares(now=TONIGHT)
    services.rotate(organisation_id=CENTRE)
    later = written(an_activation(town).case_id, HOSPITAL)
    before = services.search_tokens(organisation_id=CENTRE, beginning="canarina")
    machine.is_lost()
    services.recover(shares=shares[:2], copies=[machine.copy])
    assert record.opens()
    assert later.opens()
    assert services.search_tokens(organisation_id=CENTRE, beginning="canarina") == before


def test_copies_go_on_after_a_recovery_for_the_same_shares(machine: Machine, record: Sealed) -> None:
    _series, shares = make_shares(now=TONIGHT)
    machine.is_lost()
    services.recover(shares=shares[:2], copies=[machine.copy])
    services.rotate(organisation_id=CENTRE)
    assert services.sealed_copy() == "of_now"
    machine.is_lost()
    services.recover(shares=[shares[2], shares[0]], copies=[machine.copy])
    assert record.opens()


def test_what_was_erased_stays_erased_though_backup_and_keys_come_back(machine: Machine, record: Sealed) -> None:
    _series, shares = make_shares(now=TONIGHT)
    yesterday = list(WrappedKey.objects.values())
    services.erase_case(case_id=record.case)
    machine.is_lost()
    WrappedKey.objects.bulk_create(WrappedKey(**row) for row in yesterday)
    services.recover(shares=shares[:2], copies=[machine.copy])
    with pytest.raises(Unreadable):
        record.opens()
    assert services.replay_erasures() == 1


def test_an_old_copy_opens_nothing_that_this_machine_or_a_newer_copy_calls_erased(
    machine: Machine, record: Sealed
) -> None:
    _series, shares = make_shares(now=TONIGHT)
    old = machine.copy
    yesterday = list(WrappedKey.objects.values())
    services.erase_case(case_id=record.case)
    newest = machine.copy
    WrappedKey.objects.bulk_create(WrappedKey(**row) for row in yesterday)

    (machine.keys / "keyring.json").unlink()
    services.recover(shares=shares[:2], copies=[old])
    with pytest.raises(Unreadable):
        record.opens()
    assert services.sealed_copy() == "of_now"

    machine.is_lost()
    services.recover(shares=shares[:2], copies=[old, newest])
    with pytest.raises(Unreadable):
        record.opens()


def test_keys_that_work_are_never_written_over(machine: Machine, record: Sealed) -> None:
    _series, shares = make_shares(now=TONIGHT)
    old = machine.copy
    services.rotate(organisation_id=CENTRE)
    with pytest.raises(Conflict, match="keys_work"):
        services.recover(shares=shares[:2], copies=[old])
    assert record.opens()


def test_a_damaged_keyring_is_kept_aside(machine: Machine, record: Sealed) -> None:
    _series, shares = make_shares(now=TONIGHT)
    (machine.keys / "keyring.json").write_text('{"organisations": {"3": {')
    services.recover(shares=shares[:2], copies=[machine.copy])
    assert record.opens()
    assert (machine.keys / "keyring.before").read_text() == '{"organisations": {"3": {'


def test_a_trial_says_that_the_shares_fit_and_writes_nothing(machine: Machine, record: Sealed) -> None:
    _series, shares = make_shares(now=TONIGHT)
    copy = machine.copy
    machine.is_lost()
    assert services.recover(shares=shares[:2], copies=[copy], only_try=True) == 1
    with pytest.raises(Unreadable):
        record.opens()


def test_shares_of_another_installation_change_nothing(machine: Machine, record: Sealed) -> None:
    make_shares(now=TONIGHT)
    copy = machine.copy
    _series, others = make_shares(now=TONIGHT, again=True)
    machine.is_lost()
    with pytest.raises(RecoveryRefused):
        services.recover(shares=others[:2], copies=[copy])
    assert json.loads((machine.keys / "keyring.json").read_text()) == {"organisations": {}}


def test_shares_that_were_not_all_shown_never_come_into_force(machine: Machine, record: Sealed) -> None:
    _series, shares = make_shares(now=TONIGHT)

    def torn(_series: str, _shares: tuple[str, ...]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_shares(now=TONIGHT, again=True, shown=torn)
    assert services.sealed_copy() == "of_now"
    assert Entry.objects.filter(verb="keys.shares").count() == 1
    copy = machine.copy
    machine.is_lost()
    assert services.recover(shares=shares[1:], copies=[copy]) == 1
    assert record.opens()


def test_nobody_makes_other_shares_by_mistake_or_in_silence(machine: Machine, record: Sealed) -> None:
    first, _shares = make_shares(now=TONIGHT)
    with pytest.raises(Conflict):
        make_shares(now=TONIGHT)
    second, _shares = make_shares(now=TONIGHT, again=True)
    told = Entry.objects.filter(verb="keys.shares").order_by("id").values_list("subject", flat=True)
    assert list(told) == [f"series:{first}", f"series:{second}"]


def test_no_key_comes_into_use_that_no_copy_knows(machine: Machine, town: Town, record: Sealed) -> None:
    make_shares(now=TONIGHT)
    shutil.rmtree(machine.copies)
    machine.copies.write_text("no directory any more")
    with pytest.raises(KeysUnavailable):
        services.rotate(organisation_id=CENTRE)
    with pytest.raises(KeysUnavailable):
        written(an_activation(town).case_id, HOSPITAL)
    assert record.opens(), "what has its key is read and written as ever"
    machine.copies.unlink()
    assert services.sealed_copy() == "missing"
    services.copy_again()
    assert services.sealed_copy() == "of_now"


def test_the_directory_of_the_copies_holds_no_key(machine: Machine, record: Sealed) -> None:
    assert services.sealed_copy() == "no_shares"
    _series, shares = make_shares(now=TONIGHT)
    held = json.loads((machine.keys / "keyring.json").read_text())["organisations"][str(CENTRE)]
    for secret in (held["tokens"], held["keys"][0]["key"], *shares):
        assert secret not in machine.copy
        assert secret not in (machine.keys / "recovery.pub").read_text()


def test_whoever_keeps_keys_elsewhere_recovers_them_there(settings: Settings, machine: Machine) -> None:
    settings.KEY_PROVIDER = "builtins.object"
    gateways.provider.cache_clear()
    assert services.sealed_copy() == "kept_elsewhere"
    with pytest.raises(Conflict, match="kept_elsewhere"):
        services.new_shares()
