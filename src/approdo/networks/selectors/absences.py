# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""When an operator is away, for herself; and which shifts are in the hands of somebody who is away then."""

from dataclasses import dataclass
from datetime import datetime

from approdo.access.rules import Actor
from approdo.kit.rows import read
from approdo.networks.models import Absence
from approdo.networks.rules import Period, touching
from approdo.networks.selectors.swaps import OwnDuty, own_duties

_AWAY_ON_DUTY = """
SELECT s.id, o.id, o.display_name, s.starts_at, s.ends_at, a.starts_at, a.ends_at
  FROM networks_shift s JOIN accounts_operator o ON o.id = s.operator_id
  JOIN networks_absence a ON a.operator_id = s.operator_id AND a.ends_at > %(at)s
   AND tstzrange(a.starts_at, a.ends_at) && tstzrange(s.starts_at, s.ends_at)
 WHERE s.service_id = %(service)s AND s.ends_at > %(at)s
 ORDER BY s.starts_at, s.id, a.starts_at
"""


@dataclass(frozen=True, slots=True)
class OwnAbsence:
    """An absence of hers, and her shifts that fall into it: somebody is to be found for them."""

    id: int
    period: Period
    duties: tuple[OwnDuty, ...]


@dataclass(frozen=True, slots=True)
class AwayDuty:
    """A shift in the hands of somebody who has written that she is away in some of it, and when that is."""

    shift_id: int
    operator_id: int
    display_name: str
    starts_at: datetime
    ends_at: datetime
    away_from: datetime
    away_until: datetime


def own_absences(actor: Actor, at: datetime) -> tuple[OwnAbsence, ...]:
    """Return the actor's absences that are not over, in order, each with her shifts in it."""
    rows = Absence.objects.filter(operator=actor.operator_id, ends_at__gt=at).order_by("starts_at")
    found = [(pk, Period(*when)) for pk, *when in rows.values_list("pk", "starts_at", "ends_at")]
    duties = own_duties(actor, at) if found else ()
    return tuple(
        OwnAbsence(pk, period, tuple(own for own in duties if touching(period, [own.duty.period])))
        for pk, period in found
    )


def away_on_duty(service_id: int, at: datetime) -> tuple[AwayDuty, ...]:
    """Return the shifts of a service, not over, of people who are away in them; system-internal, asked by use cases."""
    return tuple(AwayDuty(*row) for row in read(_AWAY_ON_DUTY, {"service": service_id, "at": at}))
