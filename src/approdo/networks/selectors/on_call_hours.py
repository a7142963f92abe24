# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hours on call of a month: of everybody for the coordinator of a service, of oneself for each person."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from approdo.access.rules import Actor, acting
from approdo.kit.errors import NotFound
from approdo.networks.models import Service, Shift
from approdo.networks.rules import Duty, Period, Tally, holidays_with, month_of, tally
from approdo.networks.selectors.contacts import services_worked_for
from approdo.networks.selectors.coverage import shown_name
from approdo.networks.selectors.editing import editable_services, own_service, stored_holidays


@dataclass(frozen=True, slots=True)
class NotedDuty:
    """A shift with what was written beside it."""

    duty: Duty
    note: str


@dataclass(frozen=True, slots=True)
class PersonHours:
    """How long somebody was on call in a month, and her shifts that have a note."""

    display_name: str
    tally: Tally
    notes: tuple[NotedDuty, ...]


@dataclass(frozen=True, slots=True)
class MonthHours:
    """The hours of a service in a month, by name."""

    service_id: int
    label: str
    month: Period
    people: tuple[PersonHours, ...]


@dataclass(frozen=True, slots=True)
class OwnHours:
    """One's own hours of a month for a service."""

    service: str
    hours: PersonHours


def month_hours(actor: Actor, service_id: int, day: date) -> MonthHours:
    """Return the hours of everybody in the month that holds a day, for who may edit the service."""
    service = own_service(actor, service_id)
    month = month_of(day)
    people = _people(service, _in(service.shifts.all(), month), month)
    return MonthHours(service.pk, shown_name(service.kind, service.name, service.code), month, people)


def own_hours(actor: Actor, day: date) -> tuple[OwnHours, ...]:
    """Return the actor's own hours of a month, for each service she works for in which she was on call."""
    operator_id, _service_id = acting(actor)
    month = month_of(day)
    shifts = _in(Shift.objects.filter(operator=operator_id, service__in=services_worked_for(actor)), month)
    by_service: dict[Service, list[Shift]] = defaultdict(list)
    for row in shifts.select_related("service", "operator").prefetch_related("service__local_holidays"):
        by_service[row.service].append(row)
    return tuple(
        OwnHours(shown_name(service.kind, service.name, service.code), hers)
        for service, rows in sorted(by_service.items(), key=lambda one: (one[0].name, one[0].pk))
        for hers in _people(service, rows, month)
    )


def shift_note(actor: Actor, shift_id: int) -> str:
    """Return what is written beside a shift of a service the actor may edit."""
    services = editable_services(actor)
    note = Shift.objects.filter(pk=shift_id, service__in=services).values_list("note", flat=True).first()
    if note is None:
        raise NotFound
    return note


def _in(shifts: QuerySet[Shift], month: Period) -> QuerySet[Shift]:
    found = shifts.filter(starts_at__lt=month.ends_at, ends_at__gt=month.starts_at)
    return found.select_related("operator").order_by("starts_at", "pk")


def _people(service: Service, shifts: Iterable[Shift], month: Period) -> tuple[PersonHours, ...]:
    holidays = holidays_with(stored_holidays(service))
    total: dict[tuple[str, int], Tally] = defaultdict(Tally)
    notes: dict[tuple[str, int], list[NotedDuty]] = defaultdict(list)
    for row in shifts:
        duty = Duty(row.operator_id, row.position, row.starts_at, row.ends_at, row.pk)
        person = row.operator.display_name, row.operator_id
        total[person] += tally(duty, month, holidays)
        if row.note:
            notes[person].append(NotedDuty(duty, row.note))
    return tuple(PersonHours(one[0], total[one], tuple(notes[one])) for one in sorted(total))
