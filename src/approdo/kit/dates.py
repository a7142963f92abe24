# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Days and months as the language of the moment writes them."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import get_language


def written(at: date, pattern: str) -> str:
    """Return a local day or instant by a date pattern: "giovedì 26 novembre"."""
    text = date_format(at, pattern)
    # Italian writes days and months small, wherever the catalogue of the framework does not
    return text.lower() if (get_language() or "it").startswith("it") else text
