# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the rules of recognition are given: tables and words that come with the program."""

from approdo.recognition.selectors.words import lexicon

__all__ = ["lexicon"]
