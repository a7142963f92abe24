# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every read of this room."""

from approdo.recognition.selectors.tables import table
from approdo.recognition.selectors.visits import History, Pseudonyms, history, pseudonym, pseudonyms

__all__ = ["History", "Pseudonyms", "history", "pseudonym", "pseudonyms", "table"]
