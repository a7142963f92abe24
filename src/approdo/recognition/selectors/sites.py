# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from approdo.access.rules import Actor, Permission, require
from approdo.kit.errors import NotFound
from approdo.kit.rows import read
from approdo.networks import selectors as networks
from approdo.networks.rules import ServiceKind
from approdo.recognition.rules import AgeBand, Citizenship
from approdo.recognition.rules.figures import Outcomes
from approdo.recognition.rules.prompting import Answer, Mode


@dataclass(frozen=True, slots=True)
class Site:
    """An emergency department of the actor's organisation."""

    id: int
    label: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class Since:
    """A mode of a site, from when on, and why."""

    mode: Mode
    since: datetime
    reason: str
    operator: str


def own_sites(actor: Actor, now: datetime) -> tuple[Site, ...]:
    """Return the emergency departments of the organisation that the actor coordinates; raises ``Forbidden``."""
    require(actor, Permission.EDIT_ORGANISATION)
    services = networks.organisation_for_editing(actor, now).services
    found = [one for one in services if one.kind is ServiceKind.EMERGENCY_DEPARTMENT and one.active]
    modes = {service_id: Mode(mode) for service_id, mode in read(_MODES, [[one.id for one in found]])}
    return tuple(Site(one.id, one.label, modes.get(one.id, Mode.OFF)) for one in found)


_MODES = """
SELECT DISTINCT ON (service_id) service_id, mode FROM recognition_sitemode
 WHERE service_id = ANY(%s) ORDER BY service_id, number DESC
"""


def site(actor: Actor, service_id: int) -> int:
    """Return the identifier of an emergency department that the actor coordinates.

    Raises ``Forbidden`` for who coordinates nothing, ``NotFound`` for what is not hers or is something else.
    """
    require(actor, Permission.EDIT_ORGANISATION)
    if networks.organisation_of(service_id) != actor.organisation_id or actor.organisation_id is None:
        raise NotFound
    if networks.kind_of(service_id) is not ServiceKind.EMERGENCY_DEPARTMENT:
        raise NotFound
    return service_id


def modes_of(service_id: int) -> tuple[Since, ...]:
    """Return what a site did from when on, the latest first. The caller has checked who asks."""
    return tuple(Since(Mode(mode), since, reason, name) for mode, since, reason, name in read(_HISTORY, [service_id]))


_HISTORY = """
SELECT m.mode, m.since, m.reason, coalesce(o.display_name, '') FROM recognition_sitemode m
  LEFT JOIN accounts_operator o ON o.id = m.operator_id
 WHERE m.service_id = %s ORDER BY m.number DESC
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many visits were read, and of how many there was a reason to ask, in a group."""

    visits: int = 0
    prompts: int = 0

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(self.visits + other.visits, self.prompts + other.prompts)


@dataclass(frozen=True, slots=True)
class Rates:
    """The same by age and by citizenship; each of the two adds up to all."""

    ages: Mapping[AgeBand, Counted]
    citizenships: Mapping[Citizenship, Counted]

    @property
    def whole(self) -> Counted:
        """Return all of them together."""
        return sum(self.ages.values(), Counted())


def rates(service_id: int, since: datetime, until: datetime, *, silent: bool) -> Rates:
    """Return how many visits a site read between two instants, in silence or not, and how many came to a prompt.

    For the system, which sees readings and no prompt; whoever tells of them hides the few.
    """
    ages, citizenships = dict.fromkeys(AgeBand, Counted()), dict.fromkeys(Citizenship, Counted())
    for age, citizenship, visits, prompts in read(_RATES, [service_id, since, until, silent]):
        ages[AgeBand(age)] += Counted(visits, prompts)
        citizenships[Citizenship(citizenship)] += Counted(visits, prompts)
    return Rates(ages, citizenships)


_RATES = """
SELECT age_band, citizenship, count(*), count(*) FILTER (WHERE prompted) FROM recognition_reading
 WHERE service_id = %s AND read_at >= %s AND read_at < %s AND silent = %s GROUP BY age_band, citizenship
"""


def outcomes(service_id: int, since: datetime, until: datetime) -> dict[date, Outcomes]:
    """Return what came of the prompts that a site showed between two instants, by the first day of the month in Rome.

    Months without any are there too. For the system, as ``rates``.
    """
    counted: dict[date, dict[str, int]] = {}
    for month, answer, count in read(_OUTCOMES, [since, until, service_id]):
        by_answer = counted.setdefault(month, {})
        if answer is not None:
            by_answer[answer] = count
    return {
        month: Outcomes(
            yes=found.get(Answer.ASKED_YES, 0),
            no=found.get(Answer.ASKED_NO, 0),
            known=found.get(Answer.KNOWN, 0),
            unknown=found.get(Answer.NOT_NOW, 0) + found.get("", 0),
        )
        for month, found in sorted(counted.items())
    }


_OUTCOMES = """
WITH shown AS (
    SELECT date_trunc('month', read_at AT TIME ZONE 'Europe/Rome')::date AS month, answer
      FROM recognition_reading
     WHERE read_at >= %s AND read_at < %s AND service_id = %s AND prompted AND NOT silent
), months AS (
    SELECT month::date FROM generate_series(
        (SELECT min(month) FROM shown), (SELECT max(month) FROM shown), interval '1 month') AS month
)
SELECT months.month, shown.answer, count(shown.answer)::int FROM months LEFT JOIN shown USING (month)
 GROUP BY months.month, shown.answer ORDER BY months.month
"""
