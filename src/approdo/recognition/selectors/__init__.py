# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every read of this room."""

from approdo.recognition.selectors.explaining import Line, explained
from approdo.recognition.selectors.imports import ImportView, RejectedView, imports, rejected_lines
from approdo.recognition.selectors.prompts import (
    PromptView,
    department,
    mode_of,
    past_prompts,
    prompt,
    prompt_of,
    waiting,
)
from approdo.recognition.selectors.sites import Counted, Rates, Since, Site, modes_of, outcomes, rates, site, sites
from approdo.recognition.selectors.tables import table
from approdo.recognition.selectors.visits import History, Pseudonyms, history, pseudonym, pseudonyms
from approdo.recognition.selectors.words import lexicon

__all__ = [
    "Counted",
    "History",
    "ImportView",
    "Line",
    "PromptView",
    "Pseudonyms",
    "Rates",
    "RejectedView",
    "Since",
    "Site",
    "department",
    "explained",
    "history",
    "imports",
    "lexicon",
    "mode_of",
    "modes_of",
    "outcomes",
    "past_prompts",
    "prompt",
    "prompt_of",
    "pseudonym",
    "pseudonyms",
    "rates",
    "rejected_lines",
    "site",
    "sites",
    "table",
    "waiting",
]
