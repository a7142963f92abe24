# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is rendered once is found by its very words, in the language of the moment, and escapes what it is given."""

import pytest
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

from approdo.web.templatetags import shapes
from approdo.web.templatetags.shapes import once

CALL = "web/activations/_call.html"
SAID = {
    "label": "Centro",
    "kind": "support_centre",
    "number": "",
    "shape": "alerted",
    "words": "avvisata 02:15",
    "progress": 2,
    "limit": "",
    "next": "",
    "refusals": (),
}


@pytest.fixture(autouse=True)
def nothing_rendered_yet() -> None:
    shapes._rendered.cache_clear()


@pytest.fixture(autouse=True)
def words_for_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kind is an enum in the product; here any text says itself."""
    from approdo.networks.rules import ServiceKind

    monkeypatch.setitem(SAID, "kind", ServiceKind.SUPPORT_CENTRE)


def test_the_same_words_are_rendered_once() -> None:
    assert once(CALL, SAID) is once(CALL, dict(SAID))
    assert shapes._rendered.cache_info().misses == 1


@pytest.mark.parametrize("name", [name for name in SAID if name not in {"kind", "progress", "refusals"}])
def test_any_other_word_is_another_text(name: str) -> None:
    assert once(CALL, SAID) != once(CALL, SAID | {name: "read"})


def test_it_speaks_the_language_of_the_moment() -> None:
    assert "inviata" in once(CALL, SAID)
    with translation.override("en"):
        assert "sent" in once(CALL, SAID)
    assert "inviata" in once(CALL, SAID)


def test_what_somebody_wrote_is_escaped_even_after_the_same_text_was_trusted() -> None:
    hostile = "<b>x</b>"
    trusted = once(CALL, SAID | {"limit": mark_safe(hostile)})
    written = once(CALL, SAID | {"limit": hostile})
    assert isinstance(written, SafeString)
    assert hostile in trusted
    assert hostile not in written
    assert "&lt;b&gt;x" in written
