# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is rendered once is found by its very words, in the language of the moment, and escapes what it is given."""

from uuid import UUID

import pytest
from django.template import engines
from django.templatetags.i18n import TranslateNode
from django.test.utils import override_script_prefix
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from approdo.web.templatetags import shapes
from approdo.web.templatetags.shapes import once, url

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


def rendered(template: str, **words: object) -> str:
    return engines["django"].from_string(template).render(words)


def test_words_may_be_given_by_name() -> None:
    assert once("web/_footer.html", signed_in=True) is once("web/_footer.html", signed_in=True)
    assert once("web/_footer.html", signed_in=True) != once("web/_footer.html", signed_in=False)


def test_an_address_is_djangos_own_under_every_prefix() -> None:
    number = UUID(int=7)
    for prefix in ("/", "/approdo/", "/"):
        with override_script_prefix(prefix):
            assert url("case", number) == url("case", case_id=number) == reverse("case", args=[number])
            assert rendered("{% url 'case' number %}", number=number).startswith(prefix)


def test_an_address_that_does_not_exist_is_an_error_as_in_django() -> None:
    with pytest.raises(NoReverseMatch):
        rendered("{% url 'nowhere_at_all' %}")
    with pytest.raises(NoReverseMatch):
        rendered("{% url 'case' 'not-a-number' %}")


def test_a_fixed_sentence_is_looked_up_once_for_each_language(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str | None] = []
    of_django = TranslateNode.render
    monkeypatch.setattr(
        TranslateNode, "render", lambda node, context: looked_up.append(get_language()) or of_django(node, context)
    )
    page = engines["django"].from_string("{% trans 'Rispondi' %}")
    assert [page.render(), page.render()] == ["Rispondi", "Rispondi"]
    with translation.override("en"):
        assert [page.render(), page.render()] == ["Answer", "Answer"]
    assert page.render() == "Rispondi"
    assert looked_up == ["it", "en"]


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("{% trans what %}", ["Casi", "Rete"]),
        ("{% trans 'Casi' as kept %}{{ kept }}/{{ what }}", ["Casi/Casi", "Casi/Rete"]),
        ("{% trans what|lower %}", ["casi", "rete"]),
        ("{% trans 'Oggi' context 'gruppo' %}", ["Oggi", "Oggi"]),
        ("{% translate 'Casi' noop %}", ["Casi", "Casi"]),
    ],
)
def test_what_depends_on_the_page_is_translated_on_each_page(template: str, shown: list[str]) -> None:
    page = engines["django"].from_string("" + template)
    assert [page.render({"what": what}) for what in ("Casi", "Rete")] == shown
