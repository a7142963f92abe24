# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a service is, when it is open, and whom it serves."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from approdo.access.rules import SYSTEM, Actor, Permission, require
from approdo.audit import services as audit
from approdo.kit.errors import Invalid, NotFound
from approdo.kit.words import mark as _
from approdo.networks.models import (
    NetworkTerritory,
    OpeningHours,
    Organisation,
    Service,
    ServiceTerritory,
)
from approdo.networks.rules import (
    DAY_KEYS,
    Hours,
    ServiceDetails,
    ServiceKind,
    normalised_phone,
    overlapping_hours,
    problems_of_service,
)
from approdo.networks.selectors import municipalities_by_code
from approdo.networks.selectors.editing import edits_coordination
from approdo.networks.services._editing import locked_service

_DAYS = (
    _("lunedì"),
    _("martedì"),
    _("mercoledì"),
    _("giovedì"),
    _("venerdì"),
    _("sabato"),
    _("domenica"),
    _("festivi"),
)
_MOST_LINES = 28


@transaction.atomic
def create_service(*, actor: Actor, organisation_id: int, details: ServiceDetails, now: datetime) -> int:
    """Create an active service of an organisation and return its identifier; raises ``Invalid`` field by field."""
    if actor != SYSTEM:
        require(actor, Permission.EDIT_ORGANISATION)
        if organisation_id != actor.organisation_id:
            raise NotFound
    if not Organisation.objects.filter(pk=organisation_id).exists():
        raise NotFound
    service = Service(organisation_id=organisation_id)
    _write(actor, service, details)
    audit.record(actor=actor, verb="service.create", subject=f"service:{service.pk}", now=now)
    return service.pk


@transaction.atomic
def edit_service(*, actor: Actor, service_id: int, details: ServiceDetails, now: datetime) -> None:
    """Rewrite what is said of a service; raises ``Invalid`` field by field."""
    service = locked_service(actor, service_id)
    _write(actor, service, details)
    audit.record(actor=actor, verb="service.edit", subject=f"service:{service.pk}", now=now)


def _write(actor: Actor, service: Service, details: ServiceDetails) -> None:
    problems = problems_of_service(details)
    if details.kind == ServiceKind.NETWORK_COORDINATION and not edits_coordination(actor):
        problems["kind"] = _("Il coordinamento della rete lo scrive solo chi coordina la rete.")
    if details.code and Service.objects.filter(code=details.code).exclude(pk=service.pk).exists():
        problems["code"] = _("Questo codice è già di un altro servizio: scegline un altro.")
    if details.seat_code and not municipalities_by_code([details.seat_code]):
        problems.setdefault("seat_code", _("Non conosciamo questo comune: cercalo per nome nell'elenco."))
    if problems:
        raise Invalid(problems)
    service.name = details.name.strip()
    service.kind = details.kind
    service.phone = normalised_phone(details.phone) or ""
    service.capabilities = sorted(details.capabilities)
    service.languages = list(details.languages)
    service.rank = details.rank
    service.seat_id = details.seat_code or None
    service.address = details.address.strip()
    service.code = details.code
    service.save()


@transaction.atomic
def deactivate_service(*, actor: Actor, service_id: int, now: datetime) -> None:
    """Close a service down: it is called no more; calls under way and its past stay."""
    _switch(actor, service_id, active=False, now=now)


@transaction.atomic
def reactivate_service(*, actor: Actor, service_id: int, now: datetime) -> None:
    """Open a closed-down service again."""
    _switch(actor, service_id, active=True, now=now)


def _switch(actor: Actor, service_id: int, *, active: bool, now: datetime) -> None:
    service = locked_service(actor, service_id)
    if not active and service.pk == actor.service_id:
        raise Invalid({"": _("Stai lavorando per questo servizio: scegline un altro, poi chiudi questo.")})
    service.active = active
    service.save(update_fields=["active"])
    verb = "service.reactivate" if active else "service.deactivate"
    audit.record(actor=actor, verb=verb, subject=f"service:{service.pk}", now=now)


@transaction.atomic
def set_opening_hours(
    *, actor: Actor, service_id: int, always_open: bool, hours: Sequence[Hours], now: datetime
) -> None:
    """Replace the opening hours of a service; a line that closes before it opens closes on the next day."""
    service = locked_service(actor, service_id)
    if len(hours) > _MOST_LINES or any(not line.days or not line.days <= set(DAY_KEYS) for line in hours):
        raise Invalid({"hours": _("Per ogni orario scegli almeno un giorno.")})
    if clash := overlapping_hours(hours):
        day, one, other = clash
        raise Invalid(
            {
                "hours": gettext("Due orari si sovrappongono (%(day)s): %(one)s e %(other)s. Uniscili in uno solo.")
                % {"day": gettext(_DAYS[day]), "one": _span(one), "other": _span(other)}
            }
        )
    service.always_open = always_open
    service.save(update_fields=["always_open"])
    service.opening_hours.all().delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(service=service, days=sorted(line.days), opens=line.opens, closes=line.closes) for line in hours
    )
    audit.record(actor=actor, verb="service.hours", subject=f"service:{service.pk}", now=now)


def _span(line: Hours) -> str:
    return f"{line.opens:%H:%M}–{line.closes:%H:%M}"


@transaction.atomic
def set_territory(*, actor: Actor, service_id: int, municipality_codes: Iterable[str], now: datetime) -> None:
    """Say which municipalities a service serves; raises ``Invalid`` when one does not exist.

    A municipality of a network to which the organisation does not belong is not added: whoever serves a place is called
    there, and its coordination sees and stops every activation.
    """
    service = locked_service(actor, service_id)
    wanted = set(municipality_codes)
    if len(municipalities_by_code(list(wanted))) != len(wanted):
        raise Invalid({"municipality_codes": _("Uno dei comuni non esiste: sceglilo dall'elenco.")})
    served = set(ServiceTerritory.objects.filter(service=service).values_list("municipality_id", flat=True))
    if actor != SYSTEM:
        _refuse_foreign(service, wanted - served)
    ServiceTerritory.objects.filter(service=service, municipality__in=served - wanted).delete()
    ServiceTerritory.objects.bulk_create(
        ServiceTerritory(service=service, municipality_id=code) for code in sorted(wanted - served)
    )
    audit.record(
        actor=actor,
        verb="service.territory",
        subject=f"service:{service.pk}",
        now=now,
        detail={"added": len(wanted - served), "removed": len(served - wanted)},
    )


def _refuse_foreign(service: Service, codes: Iterable[str]) -> None:
    elsewhere = NetworkTerritory.objects.filter(municipality__in=codes).exclude(
        network__organisations=service.organisation_id
    )
    if names := list(elsewhere.order_by("municipality__folded_name").values_list("municipality__name", flat=True)[:5]):
        raise Invalid(
            {
                "municipality_codes": gettext(
                    "%(names)s: è di un'altra rete. Un servizio serve i comuni delle reti della sua organizzazione."
                )
                % {"names": ", ".join(names)}
            }
        )
