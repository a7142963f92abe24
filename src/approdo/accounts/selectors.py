# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from datetime import datetime

from approdo.accounts.models import Operator, ServiceToken
from approdo.accounts.rules import digest


def token_holder(secret: str, now: datetime) -> tuple[int, int] | None:
    """Return (operator id, service id) of a live bearer token, or None for any other string."""
    row = (
        ServiceToken.objects.filter(
            digest=digest(secret), revoked_at=None, expires_at__gt=now, operator__is_active=True
        )
        .values_list("operator_id", "service_id")
        .first()
    )
    return row


def operator_by_email(email: str) -> Operator | None:
    """Return the operator who signs in with this address, whatever its case."""
    return Operator.objects.filter(email=email.strip().lower()).first()


def tokens_of(service_id: int) -> list[ServiceToken]:
    """Return the tokens ever made for a service, newest first."""
    return list(ServiceToken.objects.filter(service_id=service_id).order_by("-created_at"))
