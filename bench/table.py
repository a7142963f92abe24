# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of a run, as it is kept in the page beside this file: what holds is ticked, what does not is crossed."""

import re
import statistics
from collections.abc import Mapping, Sequence

_PROMISED = (
    (r"^one visit in line .*: read and scored / one indexed read$", 1.5),
    (r"^8 services: .* p99", 15.0),
    (r"^60 services: .* p99", 25.0),
    (r"/ bare page$", 2.5),
    (r"in bare pages / at the size before$", 1.2),
    (r"^(list of cases|without a next step) asked .*/ the same filter in the ORM$", 1.2),
    (r"/ bare keyed query$", 4.0),
    (r"other than the names opened say$", 0.0),
    (r"/ bare insert with audit$", 2.5),
    (r"readings that failed$", 0.0),
    (r"^burst .* behind", 1.0),
    (r"^burst .* heard nothing$", 0.0),
    (r"^escalations: late", 1.0),
    (r"^recognition of every visit: MB$", 2560.0),
    (r"product / hand-written query$", 1.0),
    (r"product / PostgreSQL, a tenth × 10$", 0.2),
    (r"product / pandas, a hundredth × 100$", 1 / 30),
    (r"^recognition of a night / of every visit$", 0.01),
    (r"^first visit .* kB$", 60.0),
    (r"^first visit .* layout shift$", 0.0),
    (r"^first visit .* / stock$", 0.4),
)


def table(figures: Mapping[str, Sequence[float]]) -> str:
    """Return median, lowest and highest round of each figure, beside what is promised."""
    head = "| what | median | lowest | highest | promised |\n|---|---|---|---|---|"
    return "\n".join([head, *(_line(name, values) for name, values in figures.items())])


def _line(name: str, values: Sequence[float]) -> str:
    middle = statistics.median(values)
    limit = next((limit for pattern, limit in _PROMISED if re.search(pattern, name)), None)
    mark = "" if limit is None else " ✓" if middle <= limit else " ✗"
    promised = "" if limit is None else f"{limit:g}"
    return f"| {name} | {_shown(middle)}{mark} | {_shown(min(values))} | {_shown(max(values))} | {promised} |"


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
