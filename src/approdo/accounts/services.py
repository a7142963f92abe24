# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from approdo.access.rules import Actor
from approdo.accounts.models import Operator, ServiceToken
from approdo.accounts.rules import LIFETIME_DAYS, USE_NOTED_EVERY, digest, new_secret
from approdo.audit import services as audit
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.kit.words import mark as _


@transaction.atomic
def create_operator(
    *, actor: Actor, email: str, display_name: str, now: datetime, password: str | None = None, language: str = "it"
) -> int:
    """Create an operator and return her identifier; raises ``Conflict`` when the address is taken."""
    if "@" not in email:
        raise Invalid({"email": _("Scrivi un indirizzo di posta elettronica.")})
    if Operator.objects.filter(email=email.strip().lower()).exists():
        raise Conflict(_("C'è già un'operatrice con questo indirizzo."))
    operator = Operator.objects.create_user(email.strip(), password, display_name=display_name, language=language)
    audit.record(actor=actor, verb="operator.create", subject=f"operator:{operator.pk}", now=now)
    return operator.pk


@transaction.atomic
def create_token(
    *, actor: Actor, operator_id: int, service_id: int, label: str, now: datetime, days: int = LIFETIME_DAYS
) -> str:
    """Create a bearer token for one service and return its secret, which is shown once and never stored."""
    secret = new_secret()
    token = ServiceToken.objects.create(
        service_id=service_id,
        operator_id=operator_id,
        label=label,
        digest=digest(secret),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    audit.record(actor=actor, verb="token.create", subject=f"token:{token.pk}", now=now)
    return secret


def note_use(*, token_id: UUID, now: datetime) -> None:
    """Note that a program used a token, unless another process has within the minute; what it did audits itself."""
    old = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
    ServiceToken.objects.filter(old, pk=token_id).update(last_used_at=now)


@transaction.atomic
def revoke_token(*, actor: Actor, token_id: UUID, now: datetime) -> None:
    """End a bearer token at once; raises ``NotFound`` for an unknown or already ended one."""
    if not ServiceToken.objects.filter(pk=token_id, revoked_at=None).update(revoked_at=now):
        raise NotFound
    audit.record(actor=actor, verb="token.revoke", subject=f"token:{token_id}", now=now)


@transaction.atomic
def set_operator_active(*, actor: Actor, operator_id: int, active: bool, now: datetime) -> bool:
    """Shut an operator out, or let her in again; tell whether that changed anything.

    Shut out, she has no open session at her next request, answers by no link, and counts as on call nowhere.
    """
    if not Operator.objects.filter(pk=operator_id, is_active=not active).update(is_active=active):
        return False
    verb = "operator.enable" if active else "operator.disable"
    audit.record(actor=actor, verb=verb, subject=f"operator:{operator_id}", now=now)
    return True
