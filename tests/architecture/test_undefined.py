# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The guard that every test of a page stands on: an undefined variable fails it."""

import pytest
from django.template import Context, Origin, Template, engines


def _render(text: str, name: str) -> str:
    engine = engines["django"].engine
    return Template(text, origin=Origin(f"src/approdo/web/templates/{name}"), engine=engine).render(Context({"x": {}}))


@pytest.mark.parametrize("text", ["{{ nobody }}", "{{ x.nothing }}", "{{ nobody|default:'k' }}"])
def test_a_variable_that_nobody_gives_fails_the_test_of_its_page(text: str) -> None:
    with pytest.raises(pytest.fail.Exception, match="which nobody gives"):
        _render(text, "web/page.html")


@pytest.mark.parametrize(
    ("text", "name"),
    [("{{ class }}", "cotton/icon.html"), ("{% if nobody %}{% endif %}", "web/page.html")],
)
def test_what_is_optional_may_be_absent(text: str, name: str) -> None:
    assert _render(text, name) == ""
