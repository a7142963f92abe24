# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from approdo.kit.errors import NotFound
from approdo.risk.rules import Instrument, parse

DATA = Path(__file__).parents[1] / "data"


@cache
def shipped() -> dict[str, dict[str, Any]]:
    """Return the documents of the instruments that come with the program, by code; copy them, never change them."""
    found = [yaml.safe_load(path.read_text()) for path in sorted(DATA.glob("*.yaml"))]
    return {document["code"]: document for document in found}


def instruments() -> tuple[Instrument, ...]:
    """Return the instruments that come with the program, by title."""
    return tuple(sorted((parse(document) for document in shipped().values()), key=lambda one: one.title))


def instrument(code: str) -> Instrument:
    """Return one of them; raises ``NotFound``."""
    if code not in shipped():
        raise NotFound
    return parse(shipped()[code])
