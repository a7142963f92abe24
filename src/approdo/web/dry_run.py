# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A draft played against past activations, as a table and a drawing."""

from dataclasses import dataclass
from datetime import timedelta

from approdo.activations.rules.dry_run import Line
from approdo.activations.selectors import DryRun
from approdo.web.templatetags.when import span

_WIDTH, _ROW = 300, 34


@dataclass(frozen=True, slots=True)
class Row:
    """One line with its words and its two bars, in whole units: calls as they were, and as they would have been."""

    line: Line
    service: str
    rang: str
    y: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Page:
    """What the page says of a dry run."""

    found: DryRun
    rows: tuple[Row, ...]
    width: int
    height: int


def page(found: DryRun) -> Page:
    """Lay a dry run out."""
    most = max((max(line.calls, line.before) for line in found.outcome.lines), default=1)
    rows = tuple(
        Row(
            line,
            found.services[line.service_id].label,
            "" if line.median_seconds is None else span(timedelta(seconds=line.median_seconds)),
            number * _ROW,
            line.before * _WIDTH // most,
            line.calls * _WIDTH // most,
        )
        for number, line in enumerate(found.outcome.lines)
    )
    return Page(found, rows, _WIDTH, len(rows) * _ROW)
