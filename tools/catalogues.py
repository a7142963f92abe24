# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keep the English catalogue equal to the sentences in the code: ``python tools/catalogues.py`` (``make catalogues``).

Sentences are collected from Python and from templates with Babel, so that neither xgettext nor msgfmt is needed.
"""

import re
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "approdo"
ENGLISH = SOURCE / "web" / "locale" / "en" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    "_": None,
    "later": None,
    "mark": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}

_STRING = r"""(?:u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*")"""
_CALL = re.compile(rf"(?:\b(?:n?p?gettext)|_)\(\s*{_STRING}(?:\s*,\s*{_STRING})*", re.DOTALL)
"""A call in a template that Django turned into something like Python; the rest of it is not."""


def collected() -> Catalog:
    """Return every sentence that the code marks, with the files it stands in."""
    if not settings.configured:
        settings.configure()
    catalogue = Catalog(domain="django", locale="en")
    for path in sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html"), *SOURCE.rglob("*.txt")]):
        if "migrations" in path.parts:
            continue
        text = path.read_text()
        if path.suffix != ".py":
            text = "\n".join(f"{call})" for call in _CALL.findall(templatize(text)))
        for _line, message, _comments, context in extract("python", BytesIO(text.encode()), keywords=KEYWORDS):
            if message and (message[0] if isinstance(message, tuple) else message):
                place = str(path.relative_to(ROOT))
                catalogue.add(message, locations=[(place, None)], context=context, flags=_flags(message))
    return catalogue


def _flags(message: str | tuple[str, ...]) -> list[str]:
    text = message[0] if isinstance(message, tuple) else message
    return ["python-format"] if "%(" in text else []


def english() -> Catalog:
    """Return the English catalogue as it stands."""
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en", domain="django")


def update() -> int:
    """Add new sentences to the English catalogue, drop those no longer said; return how many lack English."""
    template = collected()
    catalogue = english() if ENGLISH.exists() else Catalog(locale="en", domain="django")
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    catalogue.project, catalogue.version, catalogue.last_translator = "Approdo", "", "The Approdo founders"
    catalogue.header_comment = (
        "# SPDX-FileCopyrightText: 2026 The Approdo founders\n# SPDX-License-Identifier: AGPL-3.0-or-later"
    )
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 11, 24, tzinfo=UTC)
    ENGLISH.parent.mkdir(parents=True, exist_ok=True)
    with ENGLISH.open("wb") as file:
        write_po(file, catalogue, width=120, sort_output=True, omit_header=False, include_lineno=False)
    return sum(1 for message in catalogue if message.id and not all(_strings(message.string)))


def _strings(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (string,)


if __name__ == "__main__":
    missing = update()
    sys.stdout.write(f"{ENGLISH.relative_to(ROOT)}: {missing} sentences without English\n")
    sys.exit(0)
