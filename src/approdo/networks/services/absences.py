# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""An operator writes when she is away, in all her services; nobody is asked why, and no shift changes by it."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from approdo.access.rules import Actor, acting
from approdo.audit import services as audit
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.networks.models import Absence
from approdo.networks.rules import Period, problems_of_absence, touching
from approdo.networks.selectors import spoken_away


@transaction.atomic
def note_absence(*, actor: Actor, period: Period, now: datetime) -> int:
    """Write down that the actor is away, and return its identifier.

    Raises ``Invalid`` with a sentence per field, or with the absence of hers that it would overlap.
    """
    operator_id, _service_id = acting(actor)
    if problems := problems_of_absence(period, now):
        raise Invalid(problems)
    rows = Absence.objects.filter(operator=operator_id, ends_at__gt=period.starts_at, starts_at__lt=period.ends_at)
    if other := touching(period, (Period(*row) for row in rows.values_list("starts_at", "ends_at"))):
        raise Invalid({"": gettext("Hai già scritto che sei assente: %(other)s.") % {"other": spoken_away(other)}})
    try:
        with transaction.atomic():
            absence = Absence.objects.create(
                operator_id=operator_id, starts_at=period.starts_at, ends_at=period.ends_at
            )
    except IntegrityError as error:  # another screen of hers was quicker
        raise Conflict from error
    _record(actor, "absence.note", absence.pk, now)
    return absence.pk


@transaction.atomic
def end_absence(*, actor: Actor, absence_id: int, now: datetime) -> None:
    """Take an absence of the actor's away; of one that has begun, what is still to come."""
    operator_id, _service_id = acting(actor)
    absence = Absence.objects.select_for_update().filter(pk=absence_id, operator=operator_id, ends_at__gt=now).first()
    if absence is None:
        raise NotFound
    if absence.starts_at < now:
        absence.ends_at = now
        absence.save(update_fields=["ends_at"])
    else:
        absence.delete()
    _record(actor, "absence.end", absence_id, now)


def _record(actor: Actor, verb: str, absence_id: int, now: datetime) -> None:
    audit.record(actor=actor, verb=verb, subject=f"absence:{absence_id}", now=now)
