# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a document is, which files are taken, and how it lives."""

from approdo.documents.rules.files import PAGES, PIXELS, FileType, Problem, Refused, type_of
from approdo.documents.rules.kinds import KIND_LABELS, SLICES, Kind
from approdo.documents.rules.papers import PaperProblem, PaperRefused, paper_type_of
from approdo.documents.rules.states import KEPT_AFTER_REMOVAL, STATE_LABELS, TRANSITIONS, Act, State, Verdict, moved

__all__ = [
    "KEPT_AFTER_REMOVAL",
    "KIND_LABELS",
    "PAGES",
    "PIXELS",
    "SLICES",
    "STATE_LABELS",
    "TRANSITIONS",
    "Act",
    "FileType",
    "Kind",
    "PaperProblem",
    "PaperRefused",
    "Problem",
    "Refused",
    "State",
    "Verdict",
    "moved",
    "paper_type_of",
    "type_of",
]
