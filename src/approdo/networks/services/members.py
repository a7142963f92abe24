# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who works for a service, and as what."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext

from approdo.access.rules import ROLE_PERMISSIONS, Actor, Permission, Role, may_all_of
from approdo.accounts import selectors as accounts
from approdo.accounts import services as account_services
from approdo.audit import services as audit
from approdo.kit.errors import Invalid
from approdo.kit.words import mark as _
from approdo.networks.models import ContactPoint, Membership, Network, Service, Shift
from approdo.networks.rules import Period, grantable_roles
from approdo.networks.selectors import spoken
from approdo.networks.services._editing import locked_service


@transaction.atomic
def add_member(*, actor: Actor, service_id: int, email: str, display_name: str, role: Role, now: datetime) -> int:
    """Let an operator work for a service, and return the membership; an unknown address becomes a new operator.

    A new operator has no password: she makes one from the sign-in page. A membership that had ended begins again.
    """
    service = locked_service(actor, service_id)
    _check_role(actor, role)
    operator = accounts.operator_by_email(email)
    if operator is None:
        if not display_name.strip() or len(display_name) > 120:
            raise Invalid({"display_name": _("Scrivi nome e cognome, al massimo 120 caratteri.")})
        operator_id = account_services.create_operator(
            actor=actor, email=email, display_name=display_name.strip(), now=now
        )
    else:
        operator_id = operator.pk
    held = Membership.objects.filter(service=service, operator=operator_id).first()
    if held is not None and held.active:
        raise Invalid({"email": _("Lavora già per questo servizio.")})
    membership, _created = Membership.objects.update_or_create(
        service=service, operator_id=operator_id, defaults={"role": role, "active": True}
    )
    _record(actor, "membership.add", membership, now)
    return membership.pk


@transaction.atomic
def set_role(*, actor: Actor, service_id: int, membership_id: int, role: Role, now: datetime) -> None:
    """Change as what a colleague works for a service; the last coordinator of an organisation stays one."""
    service = locked_service(actor, service_id)
    membership = _membership(actor, service, membership_id)
    _check_role(actor, role)
    _keep_a_coordinator(service, membership, role)
    membership.role = role
    membership.save(update_fields=["role"])
    _record(actor, "membership.role", membership, now)


@transaction.atomic
def end_membership(*, actor: Actor, service_id: int, membership_id: int, now: datetime) -> None:
    """End a colleague's work for a service: she answers for it no more, and her contact points are erased.

    Refused while she still has shifts, and for the last coordinator of an organisation.
    """
    service = locked_service(actor, service_id)
    membership = _membership(actor, service, membership_id)
    _keep_a_coordinator(service, membership, None)
    shifts = Shift.objects.filter(service=service, operator=membership.operator_id, ends_at__gt=now)
    if first := shifts.order_by("starts_at").first():
        raise Invalid(
            {
                "": gettext("È ancora di turno %(shift)s. Prima affida i suoi turni a un'altra persona.")
                % {"shift": spoken(Period(first.starts_at, first.ends_at))}
            }
        )
    running = Q(ends_at=None) | Q(ends_at__gt=F("made_until"))
    if service.rotations.filter(running, turns__operator=membership.operator_id).exists():
        raise Invalid(
            {"": _("È in una rotazione di questo servizio: prima falla finire, e falla di nuovo senza di lei.")}
        )
    membership.active = False
    membership.save(update_fields=["active"])
    ContactPoint.objects.filter(service=service, operator=membership.operator_id).delete()
    _record(actor, "membership.end", membership, now)


def _check_role(actor: Actor, role: Role) -> None:
    if role not in grantable_roles(actor):
        raise Invalid(
            {"role": _("Questo ruolo lo assegna chi coordina la rete, chi gestisce il sistema o la Regione.")}
        )


def _membership(actor: Actor, service: Service, membership_id: int) -> Membership:
    """Return the membership to be changed; who may do more than the actor is not hers to change."""
    membership = service.memberships.filter(pk=membership_id, active=True).first()
    if membership is None:
        raise Invalid({"": _("Questa persona non lavora più per il servizio.")})
    if not may_all_of(actor, Role(membership.role)):
        raise Invalid({"": _("Il ruolo di questa persona lo cambia solo chi coordina la rete.")})
    return membership


def _keep_a_coordinator(service: Service, leaving: Membership, becoming: Role | None) -> None:
    """Refuse to leave an organisation without a coordinator, or one that leads a network without the network's."""
    leads = Network.objects.filter(lead_organisation=service.organisation_id).exists()
    needed = Permission.SUPERVISE_NETWORK if leads else Permission.EDIT_ORGANISATION
    keeping = [role for role, permissions in ROLE_PERMISSIONS.items() if needed in permissions]
    if leaving.role not in keeping or becoming in keeping:
        return
    others = Membership.objects.filter(
        service__organisation=service.organisation_id,
        service__active=True,
        active=True,
        role__in=keeping,
    ).exclude(pk=leaving.pk)
    if not others.exists():
        raise Invalid({"": _("È l'unica coordinatrice: prima nominane un'altra.")})


def _record(actor: Actor, verb: str, membership: Membership, now: datetime) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject=f"service:{membership.service_id}",
        now=now,
        detail={"operator": membership.operator_id, "role": membership.role},
    )
