# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Contrast of every pair of colours that is used together, in both schemes (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
from pathlib import Path

import pytest

import approdo.web

TOKENS = (Path(approdo.web.__file__).parent / "assets" / "_tokens.scss").read_text()
LIGHT, DARK = (
    dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", part))
    for part in TOKENS.split("@media (prefers-color-scheme: dark)")
)

TEXT = [
    ("ink", "paper"),
    ("ink", "surface"),
    ("ink", "sunk"),
    ("quiet", "paper"),
    ("quiet", "surface"),
    ("quiet", "sunk"),
    ("link", "paper"),
    ("link", "surface"),
    ("action-ink", "action"),
    ("action-ink", "action-over"),
    ("lantern-ink", "lantern"),
    ("glow-ink", "glow"),
    ("glow-ink", "paper"),
    ("glow-ink", "surface"),
    ("bar-ink", "bar"),
    ("bar-quiet", "bar"),
]
MEANING = [("edge", "paper"), ("edge", "surface"), ("glow-edge", "surface"), ("action", "paper"), ("focus", "paper")]


def luminance(colour: str) -> float:
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_the_measure_itself_gives_the_known_extremes() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_can_be_read_by_everybody(scheme: dict[str, str], text: str, ground: str) -> None:
    assert contrast(scheme[text], scheme[ground]) >= 4.5


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("mark", "ground"), MEANING)
def test_a_border_that_means_something_can_be_seen(scheme: dict[str, str], mark: str, ground: str) -> None:
    assert contrast(scheme[mark], scheme[ground]) >= 3


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_no_colour_is_red(scheme: dict[str, str]) -> None:
    for colour in scheme.values():
        red, green, blue = (int(colour[index : index + 2], 16) for index in (1, 3, 5))
        assert not (red > 150 and green < 80 and blue < 80), f"{colour}: red is for the exit of public pages only"
