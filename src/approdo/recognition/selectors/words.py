# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lexicon that comes with the program, read once."""

from functools import cache
from pathlib import Path

import yaml

from approdo.recognition.rules.lexicon import Lexicon, parse
from approdo.recognition.rules.words import read

LEXICON = Path(__file__).parent.parent / "data" / "lexicon.yaml"


@cache
def lexicon() -> Lexicon:
    """Return the lexicon of Italian notes."""
    return parse(yaml.safe_load(LEXICON.read_text(encoding="utf-8")))


def said_in(note: str) -> tuple[str, ...]:
    """Return the keys of what an Italian note says was done to her, each once and in one order; never its words."""
    return tuple(sorted({one.key for one in read(lexicon(), note)}))
