# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The real municipalities, read from the file that the migration loads."""

import csv
from functools import lru_cache
from pathlib import Path

import approdo.networks
from approdo.cli.demonstration.geography import Place

SOURCE = Path(approdo.networks.__file__).parent / "data" / "lombardy_municipalities.csv"


@lru_cache(maxsize=1)
def places() -> dict[str, Place]:
    """Every municipality of Lombardy by ISTAT code."""
    with SOURCE.open(encoding="utf-8", newline="") as file:
        return {
            row["istat_code"]: Place(
                row["istat_code"],
                row["name"],
                row["province_acronym"],
                int(row["population_2011"]),
                float(row["lat"]),
                float(row["lon"]),
            )
            for row in csv.DictReader(file)
        }
