# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is kept out of a case, and what does not exist for whom."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from approdo.access.rules import Slice
from approdo.consents.models import Block, Masking
from approdo.consents.rules import BlockReason
from approdo.kit.rows import Answer, Statement
from approdo.networks import selectors as networks

_BLOCKED = Statement(
    lambda operator, case: Block.objects.filter(operator=operator, case_id=case, lifted_at=None).values_list("pk")[:1],
    operator=int,
    case=UUID,
)
_BLOCKED_CASES = Statement(
    lambda operator: Block.objects.filter(operator=operator, lifted_at=None).values_list("case_id"), operator=int
)
_ENTRIES = Statement(
    lambda service, case: Masking.objects.filter(service=service, case_id=case, lifted_at=None, slice="").values_list(
        "entry_id"
    ),
    service=int,
    case=UUID,
)


@dataclass(frozen=True, slots=True)
class BlockLine:
    """An operator who is kept out of a case, since when, why, and by whom."""

    operator_id: int
    reason: BlockReason
    blocked_at: datetime
    blocked_by: int


@dataclass(frozen=True, slots=True)
class MaskLine:
    """A slice, or one entry, that does not exist for a service."""

    service_id: int
    slice: Slice | None
    entry_id: UUID | None
    masked_at: datetime
    masked_by: int


def blocked(operator_id: int, case_id: UUID) -> bool:
    """Tell whether an operator is kept out of a case now; it beats every role, break-glass included (P14)."""
    return ask_blocked(operator_id, case_id).value


def ask_blocked(operator_id: int, case_id: UUID) -> Answer[bool]:
    """Ask for the same."""
    return _BLOCKED.ask(operator=operator_id, case=case_id).then(bool)


def kept_out(case_ids: Collection[UUID]) -> dict[UUID, frozenset[int]]:
    """Return the operators who are kept out of each of these cases, so that nobody alerts them. System-internal."""
    found: dict[UUID, set[int]] = {}
    rows = Block.objects.filter(case_id__in=case_ids, lifted_at=None)
    for case_id, operator_id in rows.values_list("case_id", "operator_id"):
        found.setdefault(case_id, set()).add(operator_id)
    return {case_id: frozenset(operators) for case_id, operators in found.items()}


def referents(case_id: UUID, organisation_id: int | None) -> tuple[int, ...]:
    """Return who is independent of an organisation in what concerns a case: the coordinators of its networks for other
    organisations, without whoever is kept out of the case. For the system, or whoever sees the case."""
    beside = networks.coordinators_beside(organisation_id)
    return tuple(one for one in beside if one not in kept_out([case_id]).get(case_id, frozenset()))


def blocked_cases(operator_id: int) -> frozenset[UUID]:
    """Return the cases that an operator is kept out of: for lists, searches and counts, never for a page."""
    return frozenset(case_id for (case_id,) in _BLOCKED_CASES.read(operator=operator_id))


def blocks_of(case_id: UUID) -> tuple[BlockLine, ...]:
    """Return who is kept out of a case now; only for who leads it."""
    rows = Block.objects.filter(case_id=case_id, lifted_at=None).order_by("blocked_at", "pk")
    return tuple(
        BlockLine(operator_id, BlockReason(reason), at, by)
        for operator_id, reason, at, by in rows.values_list("operator_id", "reason", "blocked_at", "blocked_by_id")
    )


def ask_masked_entries(*, service_id: int, case_id: UUID) -> Answer[frozenset[UUID]]:
    """Ask for the single entries of a case that do not exist for a service."""
    return _ENTRIES.ask(service=service_id, case=case_id).then(lambda rows: frozenset(entry_id for (entry_id,) in rows))


def masks_of(case_id: UUID) -> tuple[MaskLine, ...]:
    """Return what of a case does not exist for whom; only for who leads it, for a mask is hidden as well (P19)."""
    rows = Masking.objects.filter(case_id=case_id, lifted_at=None).order_by("masked_at", "pk")
    return tuple(
        MaskLine(service_id, Slice(slice_) if slice_ else None, entry_id, at, by)
        for service_id, slice_, entry_id, at, by in rows.values_list(
            "service_id", "slice", "entry_id", "masked_at", "masked_by_id"
        )
    )
