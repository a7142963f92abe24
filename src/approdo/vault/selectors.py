# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from dataclasses import dataclass
from uuid import UUID

from django.db import models

from approdo.kit.errors import NotFound
from approdo.kit.rows import Statement
from approdo.vault.models import WrappedKey
from approdo.vault.rules import Wrapped

_WRAPPED = Statement(
    lambda organisation, case: WrappedKey.objects.filter(organisation_id=organisation, case_id=case).values_list(
        "private", "key_id", "sealed"
    ),
    organisation=int,
    case=UUID,
)


def wrapped_key(organisation_id: int, case_id: UUID, private: bool) -> Wrapped:
    """Return a case key as an organisation holds it; ``NotFound`` when it holds none."""
    for is_private, key_id, sealed in _WRAPPED.read(organisation=organisation_id, case=case_id):
        if is_private is private:
            return Wrapped(key_id, bytes(sealed))
    raise NotFound


@dataclass(frozen=True)
class Count:
    """How many case keys an organisation holds, wrapped with how many generations of its own key."""

    organisation_id: int
    cases: int
    generations: int


def counts() -> tuple[Count, ...]:
    """Return the counts of every organisation; for the host, who reads no case."""
    held = WrappedKey.objects.values("organisation_id").annotate(
        cases=models.Count("case_id", distinct=True), generations=models.Count("key_id", distinct=True)
    )
    return tuple(Count(**one) for one in held.order_by("organisation_id"))


def is_shared(case_id: UUID) -> bool:
    """Tell whether anybody holds the shared key of a case."""
    return WrappedKey.objects.filter(case_id=case_id, private=False).exists()
