# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every write of the room begins with."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from approdo.access.rules import Actor, Forbidden, Slice, acting
from approdo.consents import selectors
from approdo.consents.rules import OF_A_SLICE, Action, ConsentState, Relation, Standing, allowed
from approdo.kit.errors import NotFound, Refusal


class Blocked(NotFound):
    """She is on the block list of the case: it answers like what is absent, and the door notes the attempt."""


def require(
    action: Action,
    *,
    actor: Actor,
    standing: Standing,
    case_id: UUID,
    now: datetime,
    slices: Iterable[Slice] | None = None,
) -> tuple[int, int]:
    """Return (operator, service) of an actor who may do this to the case, to each of the slices if any are named.

    Raises ``Blocked``, ``NotFound`` for who has nothing to do with the case, and ``Forbidden`` for who has but may not.
    """
    operator_id, service_id = _not_kept_out(actor, standing, case_id)
    asked = [None] if slices is None else list(slices)
    if not asked or set(asked) - set(_permitted(action, asked, actor, standing, case_id, now)):
        raise _refusal(standing)
    return operator_id, service_id


def require_some(action: Action, *, actor: Actor, standing: Standing, case_id: UUID, now: datetime) -> None:
    """Refuse, as ``require`` does, whoever may do this to no slice at all: before a word of what she typed is read."""
    _not_kept_out(actor, standing, case_id)
    if not _permitted(action, list(Slice), actor, standing, case_id, now):
        raise _refusal(standing)


def _not_kept_out(actor: Actor, standing: Standing, case_id: UUID) -> tuple[int, int]:
    """The block list is read again here, in the transaction of the act, whatever the standing says."""
    operator_id, service_id = acting(actor)
    if standing.blocked or selectors.blocked(operator_id, case_id):
        raise Blocked
    if standing.barred:
        raise NotFound
    return operator_id, service_id


def _permitted(
    action: Action, asked: Sequence[Slice | None], actor: Actor, standing: Standing, case_id: UUID, now: datetime
) -> list[Slice | None]:
    consents: Mapping[Slice, ConsentState] = {}
    if action in OF_A_SLICE and actor.service_id is not None:
        consents = selectors.consent_states(service_id=actor.service_id, case_id=case_id, at=now)
    return [one for one in asked if allowed(action, one, role=actor.role, standing=standing, consents=consents)]


def _refusal(standing: Standing) -> Refusal:
    return NotFound() if standing.relation is Relation.NONE else Forbidden()
