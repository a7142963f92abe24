# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which days of the year a service keeps as holidays, beside the national ones."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from approdo.access.rules import Actor
from approdo.audit import services as audit
from approdo.kit.errors import Invalid
from approdo.kit.words import mark as _
from approdo.networks import models
from approdo.networks.rules import LocalHoliday, ServiceKind, exists_in_a_year
from approdo.networks.services._editing import locked_service

MOST_LOCAL_HOLIDAYS = 2
_NAME_LENGTH = 60


@transaction.atomic
def set_local_holidays(*, actor: Actor, service_id: int, days: Sequence[LocalHoliday], now: datetime) -> None:
    """Replace the local holidays of a service; of a shelter there are none, because they would say where it is."""
    service = locked_service(actor, service_id)
    if days and service.kind == ServiceKind.SHELTER:
        raise Invalid({"": _("Di una casa rifugio il santo patrono direbbe dov'è: non si scrive da nessuna parte.")})
    if len(days) > MOST_LOCAL_HOLIDAYS or len({(one.month, one.day) for one in days}) < len(days):
        raise Invalid({"": _("Scrivi ogni giorno una volta sola, e al massimo due.")})
    for one in days:
        if not exists_in_a_year(one.month, one.day):
            raise Invalid({"": _("Questo giorno non esiste nel calendario: controlla giorno e mese.")})
        if not one.name.strip() or len(one.name.strip()) > _NAME_LENGTH:
            raise Invalid({"": _("Scrivi il nome della festa, al massimo 60 caratteri.")})
    service.local_holidays.all().delete()
    models.LocalHoliday.objects.bulk_create(
        models.LocalHoliday(service=service, month=one.month, day=one.day, name=one.name.strip()) for one in days
    )
    detail = {"days": len(days)}
    audit.record(actor=actor, verb="service.holidays", subject=f"service:{service.pk}", now=now, detail=detail)
