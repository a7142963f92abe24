# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data"


@cache
def shipped() -> dict[str, dict[str, Any]]:
    """Return the documents of the instruments that come with the program, by code; copy them, never change them."""
    found = [yaml.safe_load(path.read_text()) for path in sorted(DATA.glob("*.yaml"))]
    return {document["code"]: document for document in found}
