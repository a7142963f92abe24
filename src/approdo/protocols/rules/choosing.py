# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which of a network's versions holds for a place, a context and a moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from approdo.protocols.rules.document import Context


@dataclass(frozen=True, slots=True)
class Scope:
    """For what one version is written, and since when; empty sets mean everything."""

    version_id: int
    number: int
    digest: str
    municipality_codes: frozenset[str]
    contexts: frozenset[Context]
    effective_from: datetime

    def holds(self, municipality_code: str, context: Context) -> bool:
        """Tell whether the version is written for this place and context."""
        return (not self.municipality_codes or municipality_code in self.municipality_codes) and (
            not self.contexts or context in self.contexts
        )

    def competes_with(self, other: "Scope") -> bool:
        """Tell whether two versions of different protocols would be equally right for some place and context."""
        if bool(self.municipality_codes) != bool(other.municipality_codes):
            return False  # the one with a list beats the one for all
        if bool(self.contexts) != bool(other.contexts):
            return False  # the one that names its contexts beats the one for all
        return (not self.municipality_codes or not self.municipality_codes.isdisjoint(other.municipality_codes)) and (
            not self.contexts or not self.contexts.isdisjoint(other.contexts)
        )


def choose(latest: Iterable[Scope], municipality_code: str, context: Context) -> Scope | None:
    """Choose among the latest version of each protocol: a list of places beats all, then named contexts beat all."""
    fitting = [scope for scope in latest if scope.holds(municipality_code, context)]
    return max(
        fitting,
        key=lambda scope: (
            bool(scope.municipality_codes),
            bool(scope.contexts),
            scope.effective_from,
            scope.version_id,
        ),
        default=None,
    )
