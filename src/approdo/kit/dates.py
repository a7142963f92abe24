# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Days and months as the language of the moment writes them."""

from datetime import date, tzinfo
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import get_language


def written(at: date, pattern: str) -> str:
    """Return a local day or instant by a date pattern: "giovedì 26 novembre"."""
    return _written(at, getattr(at, "tzinfo", None), pattern, get_language() or "it")


@lru_cache(maxsize=4_096)  # a page says the same few instants dozens of times
def _written(at: date, _zone: tzinfo | None, pattern: str, language: str) -> str:
    text = date_format(at, pattern)
    # Italian writes days and months small, wherever the catalogue of the framework does not
    return text.lower() if language.startswith("it") else text
