# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from approdo.accounts.models import Operator, ServiceToken
from approdo.accounts.rules import digest


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """For whom a live bearer token speaks, and its last use as far as it was noted."""

    token_id: UUID
    operator_id: int
    service_id: int
    last_used_at: datetime | None


def token_holder(secret: str, now: datetime) -> TokenHolder | None:
    """Return for whom a live bearer token speaks, or None for any other string."""
    row = (
        ServiceToken.objects.filter(
            digest=digest(secret), revoked_at=None, expires_at__gt=now, operator__is_active=True
        )
        .values_list("pk", "operator_id", "service_id", "last_used_at")
        .first()
    )
    return TokenHolder(*row) if row else None


def operator_by_email(email: str) -> Operator | None:
    """Return the operator who signs in with this address, whatever its case."""
    return None if "\x00" in email else Operator.objects.filter(email=email.strip().lower()).first()


def tokens_of(service_id: int) -> list[ServiceToken]:
    """Return the tokens ever made for a service, newest first."""
    return list(ServiceToken.objects.filter(service_id=service_id).order_by("-created_at"))


def is_operator(operator_id: int) -> bool:
    """Tell whether an operator exists, shut out or not."""
    return Operator.objects.filter(pk=operator_id).exists()
