# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may do what about an activation: a table of acts by relations."""

from collections.abc import Iterable
from enum import StrEnum


class Relation(StrEnum):
    """What the actor's service is to an activation."""

    ACTIVATING = "activating"
    CALLED = "called"
    SUPERVISING = "supervising"
    STRANGER = "stranger"


class Act(StrEnum):
    """What can be asked about an activation or one of its calls."""

    READ = "read"
    UNDO = "undo"
    STAND_DOWN = "stand_down"
    CLOSE = "close"
    TAKE = "take"
    DECLINE = "decline"
    RELEASE = "release"


ALLOWED: dict[Act, frozenset[Relation]] = {
    Act.READ: frozenset({Relation.ACTIVATING, Relation.CALLED, Relation.SUPERVISING}),
    Act.UNDO: frozenset({Relation.ACTIVATING}),
    Act.STAND_DOWN: frozenset({Relation.ACTIVATING, Relation.SUPERVISING}),
    Act.CLOSE: frozenset({Relation.ACTIVATING, Relation.SUPERVISING}),
    Act.TAKE: frozenset({Relation.CALLED, Relation.SUPERVISING}),
    Act.DECLINE: frozenset({Relation.CALLED, Relation.SUPERVISING}),
    Act.RELEASE: frozenset({Relation.CALLED, Relation.SUPERVISING}),
}


def relations(
    service_id: int | None, *, activating: int, called: Iterable[int], supervising: int | None
) -> frozenset[Relation]:
    """Return everything a service is to an activation (a service may be several things at once)."""
    found = set()
    if service_id is not None:
        if service_id == activating:
            found.add(Relation.ACTIVATING)
        if service_id in set(called):
            found.add(Relation.CALLED)
        if service_id == supervising:
            found.add(Relation.SUPERVISING)
    return frozenset(found) or frozenset({Relation.STRANGER})


def allowed(act: Act, held: frozenset[Relation]) -> bool:
    """Tell whether any of the held relations permits the act."""
    return bool(ALLOWED[act] & held)
