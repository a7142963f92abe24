# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""publiccode.yml 0.7: the mandatory keys, in the shape the standard wants."""

from pathlib import Path
from typing import Any

import pytest
import yaml

FILE = Path(__file__).resolve().parents[2] / "publiccode.yml"
MANDATORY = [
    "publiccodeYmlVersion",
    "name",
    "url",
    "platforms",
    "developmentStatus",
    "softwareType",
    "description",
    "legal.license",
    "maintenance.type",
    "localisation.localisationReady",
    "localisation.availableLanguages",
]


@pytest.fixture
def published() -> dict[str, Any]:
    return dict(yaml.safe_load(FILE.read_text()))


@pytest.mark.parametrize("key", MANDATORY)
def test_every_mandatory_key_is_there(published: dict[str, Any], key: str) -> None:
    found: Any = published
    for part in key.split("."):
        found = found[part]
    assert found not in (None, "", [])


def test_each_language_says_what_it_is_within_the_limits(published: dict[str, Any]) -> None:
    for said in published["description"].values():
        assert len(said["shortDescription"]) <= 150
        assert 150 <= len(said["longDescription"]) <= 10_000
        assert said["features"]
    assert set(published["description"]) == set(published["localisation"]["availableLanguages"])


def test_a_community_names_somebody_to_write_to(published: dict[str, Any]) -> None:
    assert published["maintenance"]["type"] == "community"
    assert published["maintenance"]["contacts"]
    assert "it" not in published, "that section is deprecated"
