# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is wrong with a document: where, in words, and whether it forbids publishing."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Severity(StrEnum):
    """An error forbids publishing; a warning is shown to whoever publishes."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend, at ``path`` (``calls[2].escalation[0].to``; empty for the whole document).

    ``message`` is an Italian template for the catalogues, ``values`` fills it; ``line`` is known for a text.
    """

    path: str
    message: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    severity: Severity = Severity.ERROR
    line: int | None = None
    places: tuple[str, ...] = ()
    """Names of the municipalities it concerns; empty: everywhere, or no place in particular."""

    @property
    def sentence(self) -> str:
        """The message filled in, in Italian."""
        return self.message % self.values

    def __str__(self) -> str:
        place = f"riga {self.line}" if self.line else self.path
        words = f"{self.sentence} ({', '.join(self.places)})" if self.places else self.sentence
        return f"{place}: {words}" if place else words


def join(path: str, step: str | int) -> str:
    """Return the path of a child: ``join("calls", 2) == "calls[2]"``."""
    if isinstance(step, int):
        return f"{path}[{step}]"
    return f"{path}.{step}" if path else step


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Return only the problems that forbid publishing."""
    return [problem for problem in problems if problem.severity is Severity.ERROR]


def warnings(problems: Iterable[Problem]) -> list[Problem]:
    """Return only the problems that somebody should know and may accept."""
    return [problem for problem in problems if problem.severity is Severity.WARNING]


def located(problems: Iterable[Problem], lines: Mapping[str, int]) -> list[Problem]:
    """Give each problem the line of its path, or of the nearest thing around it, and sort by line."""

    def line_of(path: str) -> int | None:
        while path and path not in lines:
            path = re.sub(r"(\.?[^.\[\]]+|\[\d+\])$", "", path)
        return lines.get(path)

    found = [replace(problem, line=problem.line or line_of(problem.path)) for problem in problems]
    return sorted(found, key=lambda problem: problem.line or 0)
