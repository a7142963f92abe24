# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Case keys whose organisations' keys are in a hardware token: written, read, rotated, erased as with any other."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from pytest_django.fixtures import Settings
from tests.factories.activations import TONIGHT, a_town, an_activation
from tests.factories.tokens import a_token

from approdo.access.services import as_system
from approdo.kit.errors import Conflict, NotFound
from approdo.vault import gateways, selectors, services
from approdo.vault.models import WrappedKey
from approdo.vault.rules import KeysUnavailable, Place, Unreadable

CENTRE = 3
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(token: Path, settings: Settings, tmp_path: Path) -> Iterator[UUID]:
    """A case in an installation that began with a token."""
    settings.KEY_PROVIDER = "approdo.vault.gateways.HardwareToken"
    settings.KEYS_DIRECTORY = tmp_path / "keys"
    gateways.provider.cache_clear()
    with as_system():
        services.install_keys()
    yield an_activation(a_town()).case_id
    gateways.provider.cache_clear()


def sealed(case: UUID) -> bytes:
    with as_system():
        key = services.key_to_write(organisation_id=CENTRE, case_id=case, now=TONIGHT)
    return key.seal(place(case), b"x")


def opened(case: UUID, value: bytes) -> bytes:
    with as_system():
        return services.case_key(organisation_id=CENTRE, case_id=case).open(place(case), value)


def place(case: UUID) -> Place:
    return Place(CENTRE, case, "identity", UUID(int=1), 1)


def test_keys_are_renewed_under_what_was_sealed(case: UUID) -> None:
    value = sealed(case)
    with as_system():
        before = WrappedKey.objects.get().key_id
    assert services.rotate(organisation_id=CENTRE) == 1
    with as_system():
        assert WrappedKey.objects.get().key_id != before
        assert [one.generations for one in selectors.counts()] == [1]
    assert opened(case, value) == b"x"


def test_whether_the_token_answers_is_tried_on_a_key_of_each_organisation(case: UUID, token: Path) -> None:
    value = sealed(case)
    with as_system():
        services.check_keys()
    (token / "objects").rename(token / "away")
    with as_system(), pytest.raises(KeysUnavailable):
        services.check_keys()
    (token / "away").rename(token / "objects")
    with as_system():
        services.check_keys()
    assert opened(case, value) == b"x"


def test_an_erased_case_stays_closed_though_yesterdays_rows_come_back(case: UUID) -> None:
    value = sealed(case)
    with as_system():
        yesterday = list(WrappedKey.objects.values())
        services.erase_case(case_id=case)
        WrappedKey.objects.bulk_create(WrappedKey(**row) for row in yesterday)
        services.check_keys()  # what is closed for good is no sign of wrong keys
    with pytest.raises(Unreadable):
        opened(case, value)
    with as_system():
        assert services.replay_erasures() == 1
    with pytest.raises(NotFound):
        opened(case, value)


def test_copies_and_shares_are_the_tokens_own_affair(case: UUID) -> None:
    assert services.sealed_copy() == "kept_elsewhere"
    for act in (services.new_shares, services.copy_again):
        with pytest.raises(Conflict, match="kept_elsewhere"):
            act()


def test_a_blank_token_under_cases_that_have_keys_is_never_begun_anew(case: UUID, token: Path) -> None:
    value = sealed(case)
    (token / "objects").rename(token.with_name("away"))
    shutil.rmtree(token)
    a_token(token)
    with as_system():
        services.install_keys()
    with pytest.raises(KeysUnavailable):
        opened(case, value)
    with pytest.raises(KeysUnavailable):
        services.rotate(organisation_id=CENTRE)
    shutil.rmtree(token / "objects")
    token.with_name("away").rename(token / "objects")
    assert opened(case, value) == b"x"
