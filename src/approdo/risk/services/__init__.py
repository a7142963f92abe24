# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every write about risk: what was assessed, judged and noted; the instruments that a network loads."""

from approdo.risk.services.assessing import Verdict, assess, confirm, judge, note_happening
from approdo.risk.services.loading import NotLoadable, approve, load, propose, withdraw

__all__ = [
    "NotLoadable",
    "Verdict",
    "approve",
    "assess",
    "confirm",
    "judge",
    "load",
    "note_happening",
    "propose",
    "withdraw",
]
