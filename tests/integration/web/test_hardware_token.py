# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The record as people meet it when the keys are in a hardware token, and when somebody unplugs it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from approdo.vault import gateways

pytestmark = pytest.mark.django_db


@pytest.fixture
def _in_a_token(token: Path, settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.KEY_PROVIDER = "approdo.vault.gateways.HardwareToken"
    settings.KEYS_DIRECTORY = tmp_path / "keys"
    gateways.provider.cache_clear()
    gateways.provider().install()
    yield
    gateways.provider.cache_clear()


@pytest.mark.usefixtures("_in_a_token")
def test_an_entry_is_written_and_read_and_waits_while_the_token_is_away(
    sign_in: Callable[[str], Client], case: str, token: Path
) -> None:
    centre = sign_in("centre")
    assert centre.post(f"{case}conduce/", {"act": "take"}).status_code == 302
    written = {"account": "Racconto di prova", "types": ["physical"], "children_present": "yes"}
    assert centre.post(f"{case}scheda/episode/nuova/", written).status_code == 302
    assert "Racconto di prova" in centre.get(f"{case}scheda/").content.decode()
    (token / "objects").rename(token / "away")
    away = centre.get(f"{case}scheda/")
    assert "Racconto di prova" not in away.content.decode()
    assert "non si possono leggere" in away.content.decode()
    (token / "away").rename(token / "objects")
    assert "Racconto di prova" in centre.get(f"{case}scheda/").content.decode()
