# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Propose a service to a woman, and send her there if she says yes."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from approdo.access.rules import Actor, acting
from approdo.kit.errors import Conflict, Invalid
from approdo.kit.words import mark as _
from approdo.networks import selectors as networks
from approdo.networks.rules import ServiceKind
from approdo.protocols.rules import ReferralClock
from approdo.referrals.models import Referral
from approdo.referrals.rules import Status, Wish


@transaction.atomic
def offer(
    *,
    actor: Actor,
    case_id: UUID,
    alias: str,
    exercise: bool,
    target_id: int,
    wish: Wish,
    clock: ReferralClock,
    now: datetime,
) -> UUID:
    """Note that a service was proposed to her; nothing leaves until it is sent (``act``). The caller knows the case.

    Raises ``Invalid`` with a sentence per field; ``Conflict`` while a referral of ours to that service is open.
    """
    operator_id, service_id = acting(actor)
    reason, urgency = wish.read()
    kind = networks.recipient_kind(actor.organisation_id, target_id)
    if target_id == service_id or kind is None or kind is ServiceKind.PERPETRATOR_PROGRAMME:
        raise Invalid({"target": _("Scegli dall'elenco un altro servizio delle tue reti.")})
    hours = (clock.answer_within_hours, clock.remind_after_hours, clock.escalate_after_hours, clock.close_after_hours)
    row = Referral(
        id=uuid4(),
        case_id=case_id,
        alias=alias,
        exercise=exercise,
        requester_id=service_id,
        requested_by_id=operator_id,
        target_id=target_id,
        service_ids=[service_id],
        reason=reason,
        urgency=urgency,
        slices=[],
        clock=list(hours),
        status=Status.DRAFT,
        offered_at=now,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Conflict(_("A questo servizio c'è già un vostro invio aperto: riparti da quello."), code="open") from None
    return row.pk
