# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every read of this room. What comes with the program is read without a database, by whoever scores a file."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from approdo.recognition.selectors.explaining import Line, explained
from approdo.recognition.selectors.tables import table
from approdo.recognition.selectors.words import lexicon, said_in

if TYPE_CHECKING:
    from approdo.recognition.selectors.imports import ImportView, RejectedView, recent_imports, rejected_lines
    from approdo.recognition.selectors.prompts import (
        PromptView,
        department,
        mode_of,
        past_prompts,
        prompt,
        prompt_of,
        waiting,
    )
    from approdo.recognition.selectors.sites import (
        Counted,
        Rates,
        Since,
        Site,
        modes_of,
        outcomes,
        own_sites,
        rates,
        site,
    )
    from approdo.recognition.selectors.visits import History, Pseudonyms, history, pseudonym, pseudonyms

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
    "lexicon",
    "mode_of",
    "modes_of",
    "outcomes",
    "own_sites",
    "past_prompts",
    "prompt",
    "prompt_of",
    "pseudonym",
    "pseudonyms",
    "rates",
    "recent_imports",
    "rejected_lines",
    "said_in",
    "site",
    "table",
    "waiting",
]

_OF_THE_DATABASE = {
    "imports": ("ImportView", "RejectedView", "recent_imports", "rejected_lines"),
    "prompts": ("PromptView", "department", "mode_of", "past_prompts", "prompt", "prompt_of", "waiting"),
    "sites": ("Counted", "Rates", "Since", "Site", "modes_of", "outcomes", "own_sites", "rates", "site"),
    "visits": ("History", "Pseudonyms", "history", "pseudonym", "pseudonyms"),
}


def __getattr__(name: str) -> Any:
    for module, names in _OF_THE_DATABASE.items():
        if name in names:  # models ask for settings as soon as they are imported
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(name)
