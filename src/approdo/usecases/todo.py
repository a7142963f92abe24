# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a service is to do and by when, and how much of it is in whose hands."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from approdo.access.rules import Actor
from approdo.access.services import as_system
from approdo.cases import selectors as cases
from approdo.cases.selectors import Promised
from approdo.networks import selectors as networks
from approdo.networks.rules import ROME, instant
from approdo.tasks import selectors as tasks
from approdo.tasks.selectors import Line, Load

WEEKS = timedelta(days=28)
_NOTHING = Load(0, 0)


def end_of_day(now: datetime) -> datetime:
    """Return the midnight that ends this day on Rome's clock."""
    return instant(now.astimezone(ROME).date() + timedelta(days=1), time.min)


@dataclass(frozen=True, slots=True)
class Today:
    """What a service is to do by the end of today."""

    late: tuple[Line, ...] = ()
    due: tuple[Line, ...] = ()
    assess: tuple[Line, ...] = ()
    """Assessments to make or to repeat, late ones first."""
    more: bool = False
    promised: tuple[Promised, ...] = ()
    """Contacts that were promised for later today."""

    @property
    def anything(self) -> bool:
        """Tell whether there is anything to do."""
        return bool(self.late or self.due or self.assess or self.promised)


def ask_today(actor: Actor, now: datetime) -> Callable[[], Today]:
    """Ask what the actor's service is to do by the end of today; what is returned waits for the answers."""
    until = end_of_day(now)
    due, promised = tasks.ask_due(actor, until), cases.ask_promised(actor, now, until)

    def answered() -> Today:
        lines = due.value.lines
        others = [line for line in lines if line.step.assessment is None]
        return Today(
            late=tuple(line for line in others if line.late(now)),
            due=tuple(line for line in others if not line.late(now)),
            assess=tuple(line for line in lines if line.step.assessment is not None),
            more=due.value.more,
            promised=promised.value,
        )

    return answered


@dataclass(frozen=True, slots=True)
class Coming:
    """What a service is to do in the coming weeks, and what was promised."""

    late: tuple[Line, ...]
    later: tuple[Line, ...]
    more: bool
    promised: tuple[Promised, ...]


def coming(actor: Actor, now: datetime, *, mine: bool = False) -> Coming:
    """Return what the actor's service is to do in the coming weeks, or only what is in the actor's own hands."""
    found = tasks.due_until(actor, now + WEEKS, mine=mine)
    return Coming(
        late=tuple(one for one in found.lines if one.late(now)),
        later=tuple(one for one in found.lines if not one.late(now)),
        more=found.more,
        promised=cases.promised(actor, now, now + WEEKS, mine=mine),
    )


@dataclass(frozen=True, slots=True)
class Carried:
    """What one colleague carries: pathways that she leads, tasks in her hands; a name of nobody is what waits."""

    name: str
    led: int
    tasks: int
    late: int
    """Of the tasks those past their limit, and of the pathways those whose promised contact has passed."""

    @property
    def total(self) -> int:
        """Return pathways and tasks together."""
        return self.led + self.tasks


@dataclass(frozen=True, slots=True)
class ServiceLoad:
    """One service and what its people carry, whoever carries most first; what nobody has taken comes last."""

    label: str
    people: tuple[Carried, ...]


def workload(actor: Actor, now: datetime) -> tuple[ServiceLoad, ...]:
    """Return what the people of the actor's organisation carry, service by service; counts only.

    Whoever coordinates does not see cases in which her own service takes no part: they are counted above the wall.
    """
    ids = sorted(networks.editable_service_ids(actor))
    with as_system():
        loads, led = tasks.load_of(ids, now), cases.led_by_operator(ids, now)
    plates, found = networks.name_plates(ids), []
    for service_id in ids:
        people = networks.colleagues_of(service_id)
        holders = {operator for service, operator in (*loads, *led) if service == service_id}
        carried = [
            _carried(name, loads.get((service_id, pk), _NOTHING), led.get((service_id, pk), (0, 0)))
            for pk, name in people.items()
        ]
        others = [pk for pk in holders if pk not in people]
        if rest := _together(
            [(loads.get((service_id, pk), _NOTHING), led.get((service_id, pk), (0, 0))) for pk in others]
        ):
            carried.append(rest)
        found.append(
            ServiceLoad(plates[service_id].label, tuple(sorted(carried, key=lambda one: (not one.name, -one.total))))
        )
    return tuple(found)


def _carried(name: str, load: Load, led: tuple[int, int]) -> Carried:
    return Carried(name, led[0], load.open, load.late + led[1])


def _together(rest: list[tuple[Load, tuple[int, int]]]) -> Carried | None:
    """Return what nobody who works here now has in hand: not taken yet, or left by a colleague who went."""
    whole = [_carried("", load, led) for load, led in rest]
    if not any(one.total for one in whole):
        return None
    return Carried("", sum(one.led for one in whole), sum(one.tasks for one in whole), sum(one.late for one in whole))
