# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import models

from approdo.kit.rows import Answer, Statement
from approdo.vault.models import WrappedKey
from approdo.vault.rules import Wrapped

_WRAPPED = Statement(
    lambda organisation, case: WrappedKey.objects.filter(organisation_id=organisation, case_id=case).values_list(
        "private", "key_id", "sealed"
    ),
    organisation=int,
    case=UUID,
)


def ask_wrapped_keys(organisation_id: int, case_id: UUID) -> Answer[Mapping[bool, Wrapped]]:
    """Ask for the keys of a case as an organisation holds them: True is its private one, False the shared one."""
    asked = _WRAPPED.ask(organisation=organisation_id, case=case_id)
    return asked.then(lambda found: {private: Wrapped(key_id, bytes(sealed)) for private, key_id, sealed in found})


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


def holders(case_id: UUID) -> frozenset[int]:
    """Return the organisations that hold the shared key of a case."""
    held = WrappedKey.objects.filter(case_id=case_id, private=False)
    return frozenset(held.values_list("organisation_id", flat=True))


def is_shared(case_id: UUID) -> bool:
    """Tell whether anybody holds the shared key of a case."""
    return WrappedKey.objects.filter(case_id=case_id, private=False).exists()
