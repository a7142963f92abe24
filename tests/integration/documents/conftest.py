# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from pytest_django.fixtures import Settings
from tests.factories.activations import TONIGHT, Town, a_town, an_activation

from approdo.access.rules import Actor
from approdo.access.services import entered
from approdo.cases import services as cases


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """An empty directory of documents."""
    settings.MEDIA_DIRECTORY = tmp_path / "media"
    yield settings.MEDIA_DIRECTORY
    shutil.rmtree(settings.MEDIA_DIRECTORY, ignore_errors=True)


@pytest.fixture
def town(db: None, media: Path) -> Town:
    return a_town()


@pytest.fixture
def centre(town: Town) -> Actor:
    return town.actor(town.centre)


@pytest.fixture
def case(town: Town, centre: Actor) -> UUID:
    """A case that the centre leads."""
    case_id = an_activation(town).case_id
    with entered(actor=centre):
        cases.take_lead(actor=centre, case_id=case_id, now=TONIGHT)
    return case_id
