# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mark a sentence for the catalogues without translating it, so that pure rules may hold words."""


def mark(text: str) -> str:
    """Return the Italian sentence unchanged; the doors translate it with gettext."""
    return text
