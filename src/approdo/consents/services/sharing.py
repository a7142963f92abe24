# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Her yes and her no, and what a norm shares without asking her."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from approdo.access.rules import Actor, Slice
from approdo.audit import services as audit
from approdo.consents.models import Grant, NotShared
from approdo.consents.rules import (
    TRANSITIONS,
    Action,
    Agreed,
    Basis,
    GrantAct,
    GrantState,
    Norms,
    NotSharedReason,
    Standing,
    Terms,
    Told,
    check_norms,
    check_told,
    code_of,
    grant_state,
    read_terms,
)
from approdo.consents.services._permission import require, require_some
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.kit.words import mark as _
from approdo.networks import selectors as networks
from approdo.networks.rules import ServiceKind


@transaction.atomic
def grant(
    *, actor: Actor, standing: Standing, case_id: UUID, service_id: int, terms: Terms, told: Told, now: datetime
) -> UUID:
    """Record that she agreed to share slices with a service, and return the grant.

    Raises ``Invalid`` with a sentence per field; ``Forbidden`` for a slice that is masked for her own service.
    """
    agreed, operator_id = _agreed(Action.GRANT, actor, standing, case_id, terms, now)
    check_told(told)
    _check_recipient(actor, service_id)
    return _record(
        actor,
        case_id,
        agreed,
        now,
        service_id=service_id,
        recorded_by_id=operator_id,
        basis=Basis.CONSENT,
        told=told,
    )


@transaction.atomic
def share_by_law(
    *, actor: Actor, standing: Standing, case_id: UUID, service_id: int, terms: Terms, norms: Norms, now: datetime
) -> UUID:
    """Record that a norm shares slices without her consent: which norm, why, and who of the service decided.

    Another act than ``grant``, for the case manager and the coordinator only; nothing is sent by it.
    """
    agreed, operator_id = _agreed(Action.SHARE_BY_LAW, actor, standing, case_id, terms, now)
    check_norms(norms)
    if norms.decided_by not in networks.members_of(actor.service_id or 0):
        raise Invalid({"decided_by": _("Indica chi, del tuo servizio, ha preso la decisione.")})
    _check_recipient(actor, service_id)
    return _record(
        actor,
        case_id,
        agreed,
        now,
        service_id=service_id,
        recorded_by_id=operator_id,
        basis=Basis.LEGAL,
        norm=norms.norm,
        reason=norms.reason,
        decided_by_id=norms.decided_by,
    )


@transaction.atomic
def renew(
    *,
    actor: Actor,
    standing: Standing,
    case_id: UUID,
    grant_id: UUID,
    told: Told,
    until: datetime | None = None,
    now: datetime,
) -> UUID:
    """Record that she agreed again to the same, from now on, and return the new grant; the old one ends now.

    Raises ``Conflict`` for what she revoked, has not begun, was renewed already, or rests on a norm.
    """
    require_some(Action.GRANT, actor=actor, standing=standing, case_id=case_id, now=now)
    old = _locked(case_id, grant_id)
    state = _state(old, now)
    if TRANSITIONS.get((state, GrantAct.RENEW)) is None or old.basis != Basis.CONSENT or old.valid_from >= now:
        raise Conflict(_("Questo consenso non si rinnova: se è d'accordo, registrane uno nuovo."))
    if Grant.objects.filter(case_id=case_id, renews=old.pk).exists():
        raise Conflict(_("Questo consenso è già stato rinnovato."))
    terms = Terms(old.slices, old.purpose, until=until)
    agreed, operator_id = _agreed(Action.GRANT, actor, standing, case_id, terms, now)
    check_told(told)
    _check_recipient(actor, old.service_id)
    would_have_ended = old.until
    if state is GrantState.LIVE:
        old.until = now
        old.save(update_fields=["until"])
    return _record(
        actor,
        case_id,
        agreed,
        now,
        service_id=old.service_id,
        recorded_by_id=operator_id,
        basis=Basis.CONSENT,
        renews_id=old.pk,
        told=told,
        detail={"renews": str(old.pk), "would_have_ended": would_have_ended.isoformat()},
    )


@transaction.atomic
def revoke(*, actor: Actor, standing: Standing, case_id: UUID, grant_id: UUID, now: datetime) -> GrantState:
    """End a grant at once and return how it stands; revoking what is revoked already is answered calmly."""
    operator_id, _service_id = require(Action.REVOKE, actor=actor, standing=standing, case_id=case_id, now=now)
    held = _locked(case_id, grant_id)
    target = TRANSITIONS[_state(held, now), GrantAct.REVOKE]
    if held.revoked_at is None:
        held.revoked_at, held.revoked_by_id = now, operator_id
        held.save(update_fields=["revoked_at", "revoked_by"])
        audit.record(
            actor=actor,
            verb="consent.revoke",
            subject=f"case:{case_id}",
            case_id=case_id,
            now=now,
            detail={"grant": str(grant_id), "service": held.service_id},
        )
    return target


@transaction.atomic
def revoke_all(*, actor: Actor, standing: Standing, case_id: UUID, now: datetime) -> int:
    """End at once everything she agreed to share, and return how many grants that were; what a norm shares stays."""
    operator_id, _service_id = require(Action.REVOKE, actor=actor, standing=standing, case_id=case_id, now=now)
    ended = Grant.objects.filter(case_id=case_id, basis=Basis.CONSENT, revoked_at=None, until__gt=now).update(
        revoked_at=now, revoked_by=operator_id
    )
    if ended:
        audit.record(
            actor=actor,
            verb="consent.revoke_all",
            subject=f"case:{case_id}",
            case_id=case_id,
            now=now,
            detail={"grants": ended},
        )
    return ended


@transaction.atomic
def not_shared(
    *,
    actor: Actor,
    standing: Standing,
    case_id: UUID,
    service_id: int,
    slices: Collection[str],
    reason: str,
    now: datetime,
) -> None:
    """Record that slices are not shared with a service, and why; it takes nothing away and opens nothing."""
    require_some(Action.GRANT, actor=actor, standing=standing, case_id=case_id, now=now)
    why = code_of(NotSharedReason, reason, "reason")
    if not slices:
        raise Invalid({"slices": _("Scegli almeno una parte del percorso.")})
    named = [code_of(Slice, one, "slices") for one in slices]
    operator_id, _service_id = require(
        Action.GRANT, actor=actor, standing=standing, case_id=case_id, now=now, slices=named
    )
    _check_recipient(actor, service_id)
    NotShared.objects.bulk_create(
        NotShared(
            case_id=case_id,
            service_id=service_id,
            slice=one,
            reason=why,
            recorded_at=now,
            recorded_by_id=operator_id,
        )
        for one in sorted(set(named))
    )
    audit.record(
        actor=actor,
        verb="consent.not_shared",
        subject=f"case:{case_id}",
        case_id=case_id,
        now=now,
        detail={"service": service_id, "slices": ",".join(sorted(set(named))), "reason": why},
    )


def _agreed(
    action: Action, actor: Actor, standing: Standing, case_id: UUID, terms: Terms, now: datetime
) -> tuple[Agreed, int]:
    require_some(action, actor=actor, standing=standing, case_id=case_id, now=now)
    agreed = read_terms(terms, now=now, days=settings.CONSENT_DAYS)
    operator_id, _service_id = require(
        action, actor=actor, standing=standing, case_id=case_id, now=now, slices=agreed.slices
    )
    return agreed, operator_id


def _check_recipient(actor: Actor, service_id: int) -> None:
    kind = networks.recipient_kind(actor.organisation_id, service_id)
    if kind is None:
        raise Invalid({"service_id": _("Con questo servizio non si può condividere: scegline uno attivo della rete.")})
    if kind is ServiceKind.PERPETRATOR_PROGRAMME:
        raise Invalid({"service_id": _("Un centro per uomini autori di violenza non vede mai questo percorso.")})


def _record(
    actor: Actor,
    case_id: UUID,
    agreed: Agreed,
    now: datetime,
    *,
    told: Told | None = None,
    detail: Mapping[str, str] | None = None,
    **columns: Any,
) -> UUID:
    row = Grant.objects.create(
        id=uuid4(),
        case_id=case_id,
        slices=list(agreed.slices),
        purpose=agreed.purpose,
        valid_from=agreed.valid_from,
        until=agreed.until,
        recorded_at=now,
        **(asdict(told) if told else {}),
        **columns,
    )
    basis = {"norm": row.norm, "reason": row.reason} if row.norm else {"how": row.how, "proof": row.proof}
    audit.record(
        actor=actor,
        verb="consent.by_law" if row.norm else "consent.renew" if row.renews_id else "consent.grant",
        subject=f"case:{case_id}",
        case_id=case_id,
        now=now,
        detail={
            "grant": str(row.pk),
            "service": row.service_id,
            "slices": ",".join(agreed.slices),
            "purpose": agreed.purpose,
            "until": agreed.until.isoformat(),
            **basis,
            **(detail or {}),
        },
    )
    return row.pk


def _locked(case_id: UUID, grant_id: UUID) -> Grant:
    found = Grant.objects.select_for_update().filter(pk=grant_id, case_id=case_id).first()
    if found is None:
        raise NotFound
    return found


def _state(row: Grant, at: datetime) -> GrantState:
    return grant_state(valid_from=row.valid_from, until=row.until, revoked_at=row.revoked_at, at=at)
