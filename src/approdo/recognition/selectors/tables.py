# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of points that comes with the program."""

import csv
from functools import cache
from pathlib import Path

import yaml

from approdo.recognition.rules.points import Table, parse

DATA = Path(__file__).parent.parent / "data"


@cache
def table() -> Table:
    """Return the frozen table of ``data/points.yaml`` and ``data/violence_codes.csv``."""
    with (DATA / "violence_codes.csv").open(newline="", encoding="utf-8") as lines:
        return parse(yaml.safe_load((DATA / "points.yaml").read_text(encoding="utf-8")), csv.DictReader(lines))
