# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who sets another level than an instrument comes to: up alone, down with a reason, from high with another reader."""

from approdo.kit.words import mark as _
from approdo.risk.rules.instrument import ORDER, Outcome

SHORTEST_REASON, LONGEST_REASON = 10, 1000
_ANOTHER_READS = ORDER[Outcome.HIGH]


def decision_faults(
    outcome: Outcome | None, chosen: Outcome, *, reason: str, decided_by: int, second_reader: int | None
) -> dict[str, str]:
    """Return what is missing before a level holds, a sentence per field; empty when it may be set.

    Raising needs nobody. Where an instrument says nothing (``outcome`` None) the judgement is hers, with a reason.
    """
    lowers = outcome is None or ORDER[chosen] < ORDER[outcome]
    found = {}
    if lowers and not SHORTEST_REASON <= len(reason.strip()) <= LONGEST_REASON:
        found["reason"] = _("Scrivi perché, in dieci caratteri almeno: chi legge dopo deve capirlo.")
    if outcome is not None and lowers and ORDER[outcome] >= _ANOTHER_READS and second_reader in {None, decided_by}:
        found["second_reader"] = _("Da un rischio alto si scende in due: serve una collega che abbia letto.")
    return found
