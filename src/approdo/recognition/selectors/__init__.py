# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every read of this room."""

from approdo.recognition.selectors.imports import ImportView, RejectedView, imports, rejected_lines
from approdo.recognition.selectors.tables import table
from approdo.recognition.selectors.visits import History, Pseudonyms, history, pseudonym, pseudonyms
from approdo.recognition.selectors.words import lexicon

__all__ = [
    "History",
    "ImportView",
    "Pseudonyms",
    "RejectedView",
    "history",
    "imports",
    "lexicon",
    "pseudonym",
    "pseudonyms",
    "rejected_lines",
    "table",
]
