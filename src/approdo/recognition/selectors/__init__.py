# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every read of this room."""

from approdo.recognition.selectors.explaining import Line, explained
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
    "Line",
    "PromptView",
    "Pseudonyms",
    "Rates",
    "Since",
    "Site",
    "department",
    "explained",
    "history",
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
    "site",
    "sites",
    "table",
    "waiting",
]
