# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A woman who comes back is found by her name: only where one may read it anyway (security.md, P12 and T5)."""

from datetime import datetime
from uuid import UUID

from approdo.access.rules import Actor, acting
from approdo.audit import services as audit
from approdo.cases.selectors import CasePage
from approdo.persons import selectors as persons
from approdo.usecases import record

MOST = 20
"""Cases shown for one search."""


def by_name(*, actor: Actor, typed: str, now: datetime) -> tuple[tuple[CasePage, ...], bool]:
    """Return the cases in which every word typed begins a word of her name, and whether there are more.

    Among those whose name the actor may read at this instant. That she looked is written down, and in each case that
    is shown; never what she typed. Raises ``Invalid`` when no word has three letters, ``Slowed``, ``KeysUnavailable``.
    """
    _operator_id, service_id = acting(actor)
    found: dict[UUID, CasePage] = {}
    candidates = persons.entries_named(actor, typed)
    for case_id, entry_id in candidates:
        if len(found) < MOST and case_id not in found and (case := record.found_by_name(actor, case_id, entry_id, now)):
            found[case_id] = case
    detail: dict[str, str | int | bool] = {"found": len(found)}
    audit.record(actor=actor, verb="case.search", subject=f"service:{service_id}", now=now, detail=detail)
    return tuple(found.values()), len(found) == MOST and len(candidates) > MOST
