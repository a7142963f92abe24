# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The forms of a page as a browser without scripts sends them."""

from html.parser import HTMLParser
from typing import Any


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []
        self._textarea: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({"action": said.get("action", ""), "fields": [], "buttons": []})
        if not self.forms:
            return
        form, name = self.forms[-1], said.get("name", "")
        if tag == "input" and name and said.get("type") not in {"file", "submit"}:
            if said.get("type") not in {"checkbox", "radio"} or "checked" in said:
                form["fields"].append((name, said.get("value", "on" if "checked" in said else "")))
        elif tag == "button" and name:
            form["buttons"].append((name, said.get("value", "")))
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option" and self._select is not None:
            self._options.append((said.get("value", ""), "selected" in said))
        elif tag == "textarea":
            self._textarea = name
            form["fields"].append((name, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select is not None:
            chosen = [value for value, selected in self._options if selected] or [v for v, _s in self._options[:1]]
            self.forms[-1]["fields"] += [(self._select, value) for value in chosen]
            self._select = None
        elif tag == "textarea":
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            fields = self.forms[-1]["fields"]
            fields[-1] = (self._textarea, fields[-1][1] + data.removeprefix("\n"))


def form_on(page: bytes, holding: str) -> tuple[str, dict[str, list[str]]]:
    """Return (address, fields) of the form on a page that holds a field or button of this name."""
    parser = _Forms()
    parser.feed(page.decode())
    for form in parser.forms:
        names = [name for name, _value in (*form["fields"], *form["buttons"])]
        if holding in names:
            fields: dict[str, list[str]] = {}
            for name, value in form["fields"]:
                if name != "csrfmiddlewaretoken":
                    fields.setdefault(name, []).append(value)
            return form["action"], fields
    raise AssertionError(f"no form holds {holding!r}")
