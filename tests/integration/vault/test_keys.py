# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Case keys in the database: wrapped for each organisation, rotated under readers, gone for good when erased."""

import threading
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection, connections
from pytest_django.fixtures import Settings
from tests.factories.activations import TONIGHT, a_town, an_activation

from approdo.access.services import as_system
from approdo.kit.errors import NotFound
from approdo.vault import gateways, services
from approdo.vault.models import WrappedKey
from approdo.vault.rules import KeysUnavailable, Place, Unreadable, Wrapped

CENTRE, HOSPITAL = 3, 4


@pytest.fixture
def keyring(settings: Settings, tmp_path: Path) -> Path:
    """A keyring of this test alone."""
    settings.KEYS_DIRECTORY = tmp_path / "keys"
    gateways.provider.cache_clear()
    gateways.provider().install()
    yield tmp_path / "keys"
    gateways.provider.cache_clear()


@pytest.fixture
def case(keyring: Path) -> UUID:
    return an_activation(a_town()).case_id


def place(case: UUID, organisation: int = CENTRE) -> Place:
    return Place(organisation, case, "identity", UUID(int=1), 1)


@pytest.mark.django_db
def test_the_first_who_writes_makes_the_key_and_the_next_gets_the_same(case: UUID) -> None:
    sealed = services.key_to_write(organisation_id=CENTRE, case_id=case, now=TONIGHT).seal(place(case), b"x")
    again = services.key_to_write(organisation_id=CENTRE, case_id=case, now=TONIGHT)
    assert again.open(place(case), sealed) == b"x"
    assert WrappedKey.objects.count() == 1


@pytest.mark.django_db
def test_another_organisation_reads_when_the_key_is_shared_and_not_before_nor_after(case: UUID) -> None:
    sealed = services.key_to_write(organisation_id=CENTRE, case_id=case, now=TONIGHT).seal(place(case), b"x")
    for act in (services.case_key, lambda **who: services.key_to_write(**who, now=TONIGHT)):
        with pytest.raises(NotFound):
            act(organisation_id=HOSPITAL, case_id=case)
    services.share_case_key(case_id=case, holder_id=CENTRE, organisation_ids=[HOSPITAL, CENTRE], now=TONIGHT)
    services.share_case_key(case_id=case, holder_id=CENTRE, organisation_ids=[HOSPITAL], now=TONIGHT)
    assert services.case_key(organisation_id=HOSPITAL, case_id=case).open(place(case), sealed) == b"x"
    services.withdraw_case_key(case_id=case, organisation_ids=[HOSPITAL])
    with pytest.raises(NotFound):
        services.case_key(organisation_id=HOSPITAL, case_id=case)
    assert services.case_key(organisation_id=CENTRE, case_id=case).open(place(case), sealed) == b"x"


@pytest.mark.django_db
def test_who_holds_no_key_shares_none(case: UUID) -> None:
    with pytest.raises(NotFound):
        services.share_case_key(case_id=case, holder_id=HOSPITAL, organisation_ids=[CENTRE], now=TONIGHT)


@pytest.mark.django_db
def test_private_notes_have_a_key_that_is_never_shared(case: UUID) -> None:
    own = services.key_to_write(organisation_id=CENTRE, case_id=case, now=TONIGHT, private=True)
    services.key_to_write(organisation_id=CENTRE, case_id=case, now=TONIGHT)
    services.share_case_key(case_id=case, holder_id=CENTRE, organisation_ids=[HOSPITAL], now=TONIGHT)
    sealed = own.seal(place(case), b"note")
    with pytest.raises(Unreadable):
        services.case_key(organisation_id=HOSPITAL, case_id=case).open(place(case), sealed)
    with pytest.raises(NotFound):
        services.case_key(organisation_id=HOSPITAL, case_id=case, private=True)
    services.withdraw_case_key(case_id=case, organisation_ids=[CENTRE])
    assert services.case_key(organisation_id=CENTRE, case_id=case, private=True).open(place(case), sealed) == b"note"


@pytest.mark.django_db
def test_an_erased_case_stays_closed_though_yesterdays_rows_come_back(case: UUID) -> None:
    services.key_to_write(organisation_id=CENTRE, case_id=case, now=TONIGHT)
    yesterday = list(WrappedKey.objects.values())
    services.erase_case(case_id=case)
    assert not WrappedKey.objects.exists()
    WrappedKey.objects.bulk_create(WrappedKey(**row) for row in yesterday)
    with pytest.raises(Unreadable):
        services.case_key(organisation_id=CENTRE, case_id=case)
    assert services.replay_erasures() == 1
    assert services.replay_erasures() == 0
    with pytest.raises(NotFound):
        services.case_key(organisation_id=CENTRE, case_id=case)


@pytest.mark.django_db
def test_a_rotation_wraps_every_key_again_and_the_old_key_goes(case: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "BATCH", 2)
    cases = [case]
    sealed = services.key_to_write(organisation_id=CENTRE, case_id=case, now=TONIGHT).seal(place(case), b"x")
    services.key_to_write(organisation_id=CENTRE, case_id=case, now=TONIGHT, private=True)
    services.share_case_key(case_id=case, holder_id=CENTRE, organisation_ids=[HOSPITAL], now=TONIGHT)
    before = set(WrappedKey.objects.filter(organisation_id=CENTRE).values_list("key_id", flat=True))
    seen: list[int] = []
    assert services.rotate(organisation_id=CENTRE, progress=seen.append) == 2 * len(cases)
    assert seen == [2]
    after = set(WrappedKey.objects.filter(organisation_id=CENTRE).values_list("key_id", flat=True))
    assert len(after) == 1
    assert not after & before
    assert not gateways.provider().retire(CENTRE, after), "the old one is gone already"
    for organisation in (CENTRE, HOSPITAL):
        assert services.case_key(organisation_id=organisation, case_id=case).open(place(case), sealed) == b"x"


@pytest.mark.django_db
def test_an_older_keyring_than_the_database_destroys_no_key(case: UUID) -> None:
    services.key_to_write(organisation_id=CENTRE, case_id=case, now=TONIGHT)
    found = WrappedKey.objects.get(organisation_id=CENTRE)
    WrappedKey.objects.filter(pk=found.pk).update(key_id="of-a-newer-copy")
    with pytest.raises(Unreadable):
        services.rotate(organisation_id=CENTRE)
    with pytest.raises(Unreadable):
        services.check_keys()
    assert WrappedKey.objects.filter(pk=found.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_a_key_stays_while_somebody_may_just_have_wrapped_with_it(keyring: Path) -> None:
    """What is wrapped but not committed yet is waited for before an old key goes."""
    case_id = an_activation(a_town()).case_id
    wrapped, rotated, order = threading.Event(), threading.Event(), []

    def write() -> None:
        with as_system():
            services.key_to_write(organisation_id=CENTRE, case_id=case_id, now=TONIGHT)
            wrapped.set()
            assert not rotated.wait(1)
            order.append("committed")
        connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    assert wrapped.wait(10)
    services.rotate(organisation_id=CENTRE)
    order.append("rotated")
    rotated.set()
    writer.join(10)
    assert order == ["committed", "rotated"]
    with as_system():
        assert services.case_key(organisation_id=CENTRE, case_id=case_id)


@pytest.mark.django_db(transaction=True)
def test_who_reads_while_keys_rotate_never_fails(keyring: Path) -> None:
    made = an_activation(a_town())
    with as_system():
        sealed = services.key_to_write(organisation_id=CENTRE, case_id=made.case_id, now=TONIGHT).seal(
            place(made.case_id), b"x"
        )
    stop, failures, readings = threading.Event(), [], []

    def read() -> None:
        try:
            while not stop.is_set():
                with as_system():
                    key = services.case_key(organisation_id=CENTRE, case_id=made.case_id)
                readings.append(key.open(place(made.case_id), sealed) == b"x")
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    reader = threading.Thread(target=read)
    reader.start()
    for _each in range(15):
        services.rotate(organisation_id=CENTRE)
    stop.set()
    reader.join()
    assert not failures
    assert len(readings) > 15
    assert all(readings)


@pytest.mark.django_db(transaction=True)
def test_a_rotation_inside_a_transaction_that_could_be_undone_is_refused_before_anything_goes(keyring: Path) -> None:
    made = an_activation(a_town())
    with as_system():
        services.key_to_write(organisation_id=CENTRE, case_id=made.case_id, now=TONIGHT)
    with pytest.raises(RuntimeError, match="durable"), as_system():
        services.rotate(organisation_id=CENTRE)
    with as_system():
        assert services.case_key(organisation_id=CENTRE, case_id=made.case_id)


@pytest.mark.django_db
def test_without_the_keyring_nothing_is_read_or_written_and_activations_go_on(keyring: Path) -> None:
    town = a_town()
    case = an_activation(town).case_id
    services.key_to_write(organisation_id=CENTRE, case_id=case, now=TONIGHT)
    keyring.rename(keyring.with_name("away"))
    with pytest.raises(KeysUnavailable):
        services.case_key(organisation_id=CENTRE, case_id=case)
    with pytest.raises(KeysUnavailable):
        services.key_to_write(organisation_id=HOSPITAL, case_id=an_activation(town).case_id, now=TONIGHT)
    with pytest.raises(KeysUnavailable):
        services.install_keys()
    assert an_activation(town).created


@pytest.mark.django_db
def test_a_dump_of_the_table_and_the_keyring_hold_no_case_key(case: UUID, keyring: Path) -> None:
    services.key_to_write(organisation_id=CENTRE, case_id=case, now=TONIGHT)
    (row,) = WrappedKey.objects.values_list("key_id", "sealed")
    key = gateways.provider().unwrap(CENTRE, case, Wrapped(row[0], bytes(row[1])))
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(w::text, '') FROM vault_wrappedkey w")
        dump = cursor.fetchone()[0]
    kept = dump + "".join(file.read_text() for file in keyring.iterdir() if file.name != "lock")
    assert key.hex() not in kept
    assert len(key) == 32


@pytest.mark.django_db
def test_names_are_found_by_beginnings_and_only_by_their_own_organisation(keyring: Path) -> None:
    held = set(services.name_tokens(organisation_id=CENTRE, name="Niccolò D'Amico"))
    assert set(services.search_tokens(organisation_id=CENTRE, beginning="DAM nic")) <= held
    assert not set(services.search_tokens(organisation_id=CENTRE, beginning="mic")) <= held
    assert not set(services.search_tokens(organisation_id=HOSPITAL, beginning="dam")) & held
    assert services.search_tokens(organisation_id=CENTRE, beginning="da") == []
    assert services.search_tokens(organisation_id=CENTRE, beginning=" ") == []
