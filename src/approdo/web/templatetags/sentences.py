# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Django's tags for translation, at hand in every template, with one that says a fixed sentence once per language.

A template does not load ``i18n``: that would bring back Django's own, which looks it up on every page (ADR 0011).
"""

from django.template import Context, Library
from django.template.base import Node, Parser, Token
from django.templatetags.i18n import TranslateNode, do_translate
from django.templatetags.i18n import register as of_django
from django.utils.translation import get_language

register = Library()
register.tags.update(of_django.tags)
register.filters.update(of_django.filters)


class Sentence(Node):
    """A fixed sentence of a template: looked up in the catalogue once for each language, not on every page."""

    def __init__(self, node: TranslateNode) -> None:
        self._node = node
        self._said: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        """Return the sentence in the language of the moment."""
        language = get_language()
        if language not in self._said:
            self._said[language] = self._node.render(context)
        return self._said[language]


@register.tag("translate")
@register.tag("trans")
def translated(parser: Parser, token: Token) -> Node:
    """Translate: a literal once per language; a variable, or a sentence kept under a name, as Django does."""
    node = do_translate(parser, token)
    expression = node.filter_expression
    is_fixed = not (node.asvar or expression.filters) and getattr(expression.var, "literal", None) is not None
    return Sentence(node) if is_fixed else node
