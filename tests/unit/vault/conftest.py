# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections.abc import Callable
from pathlib import Path

import pytest

from approdo.vault.gateways import FileKeyring, HardwareToken
from approdo.vault.rules import KeyProvider

Ring = Callable[..., KeyProvider]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The private directory, not made yet."""
    return tmp_path / "keys"


@pytest.fixture(params=[FileKeyring, HardwareToken])
def ring(request: pytest.FixtureRequest, place: Path) -> Ring:
    """Makes a provider as another process would, of an installation that has begun: of either kind."""
    if request.param is HardwareToken:
        request.getfixturevalue("token")

    def made(directory: Path = place, budget: int = 1000) -> KeyProvider:
        return request.param(directory, budget)

    made().install()
    return made
