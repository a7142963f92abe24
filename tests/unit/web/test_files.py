# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is committed under static and templates keeps the promises of weight, policy and neutrality."""

import re
from pathlib import Path

import brotli
import pytest

import approdo.web
from approdo.web.middleware import content_policy

WEB = Path(approdo.web.__file__).parent
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
STYLE = (WEB / "static" / "web" / "app.css").read_bytes()
SCRIPTS = sorted((WEB / "static" / "web").glob("*.js"))
ICONS = set(re.findall(r'symbol id="([a-z-]+)"', (WEB / "static" / "web" / "icons.svg").read_text()))


def test_the_style_sheet_stays_within_its_weight() -> None:
    assert len(STYLE) <= 45_000
    assert len(brotli.compress(STYLE)) <= 12_000


def test_the_style_sheet_asks_nothing_of_anybody() -> None:
    assert not re.search(rb"https?://(?!www\.w3\.org/2000/svg)", STYLE)
    assert b"@font-face" not in STYLE
    assert b"@import" not in STYLE


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: str(file.relative_to(WEB / "templates")))
def test_a_template_holds_no_inline_script_or_style_and_no_foreign_address(file: Path) -> None:
    text = file.read_text()
    assert not re.search(r"{% load [^%]*i18n", text), "it is at hand, and says a fixed sentence once (ADR 0011)"
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son[a-z]+=", text)
    assert "<style" not in text
    assert all("src=" in tag or 'type="application/json"' in tag for tag in re.findall(r"<script[^>]*>", text))
    assert not re.search(r"(?:src|href|action)=\"https?:", text)


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: str(file.relative_to(WEB / "templates")))
def test_a_template_names_only_icons_that_exist(file: Path) -> None:
    named = set(re.findall(r'{% icon "([a-z-]+)"', file.read_text()))
    assert named <= ICONS


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: str(file.relative_to(WEB / "templates")))
def test_a_title_betrays_nothing(file: Path) -> None:
    for title in re.findall(r"{% block title %}(.*?){% endblock", file.read_text(), re.S):
        assert not re.search(r"violen|rifug|abus|maltratt|112|1522", title, re.I)


def test_the_policy_allows_ourselves_and_the_live_stream_only() -> None:
    policy = content_policy("https://vivo.approdo.example/live")
    assert policy.startswith("default-src 'none'")
    assert "connect-src 'self' https://vivo.approdo.example;" in policy
    assert "unsafe" not in policy
    assert "connect-src 'self';" in content_policy("/live")
    assert "base-uri 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_no_script_may_turn_words_into_markup_or_code_ours_neither() -> None:
    policy = content_policy("/live")
    assert "require-trusted-types-for 'script'" in policy
    assert "trusted-types 'none'" in policy, "no policy at all: there is nothing to talk into letting something through"


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)
def test_a_script_of_ours_never_hands_words_to_a_parser_and_keeps_nothing_in_the_browser(file: Path) -> None:
    text = file.read_text()
    parsers = r"innerHTML|outerHTML|insertAdjacentHTML|parseFromString|HTMLUnsafe|createContextualFragment|srcdoc"
    assert not re.search(rf"{parsers}|document\.write|\beval\b|new Function|createPolicy|\.src = ", text)
    assert not re.search(r"localStorage|sessionStorage|indexedDB|caches\.|document\.cookie|serviceWorker", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_title_names_a_case_or_a_person(template: Path) -> None:
    """Titles stay in the history of the browser (security.md, P30)."""
    for title in re.findall(r"{% block title %}(.*?){% endblock %}", template.read_text(encoding="utf-8")):
        shown = set(re.findall(r"{{ *([\w.]+)", title))
        assert shown <= {"service.label", "version.view.name"}
