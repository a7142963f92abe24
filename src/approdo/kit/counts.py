# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How few is too few to be told: one rule for every figure (ADR 0020)."""

FEWEST = 5
"""From so many on a count is told, a rate, a median: in fewer somebody could be recognised."""


def is_told(count: int) -> bool:
    """Tell whether a count may be said: none at all, or enough of them."""
    return count == 0 or count >= FEWEST
