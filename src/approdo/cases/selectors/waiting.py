# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What waits at the cases of a service: those that go nowhere by themselves, and contacts that were promised."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, Value

from approdo.access.rules import Actor, Permission, acting, require
from approdo.cases.models import Case, Participation
from approdo.cases.selectors.pages import PAGE
from approdo.kit.rows import Answer, Rows, Statement

LISTED = 200


class Missing(StrEnum):
    """What a case lacks that somebody must give it; a promise: the contact that was promised her has not been."""

    ANSWER = "answer"
    LEAD = "lead"
    PROMISE = "promise"
    NEXT_CONTACT = "next_contact"


@dataclass(frozen=True, slots=True)
class Adrift:
    """A case that goes nowhere by itself: what it lacks, and since when."""

    id: UUID
    alias: str
    missing: Missing
    since: datetime
    exercise: bool


ADRIFT = 5


def _going_nowhere(service: int, at: datetime) -> "QuerySet[Case, Any]":
    """The first few of each kind, each from an index of its own: in one condition every open case is looked at."""
    led = Case.objects.filter(lead_service_id=service, closed_at=None)
    unled = Participation.objects.filter(service_id=service, until=None, open=True, led=False).order_by("since")
    kinds = (
        (Missing.ANSWER, Case.objects.filter(offered_service_id=service, closed_at=None), "opened_at"),
        (Missing.LEAD, Case.objects.filter(pk__in=unled.values("case_id")[: ADRIFT + 1]), "opened_at"),
        (Missing.NEXT_CONTACT, led.filter(next_contact_at=None), "opened_at"),
        (Missing.PROMISE, led.filter(next_contact_at__lt=at), "next_contact_at"),
    )
    first, *others = (
        found.annotate(missing=Value(missing.value), last=F(since))
        .order_by("last", "id")
        .values_list("id", "alias", "missing", "last", "exercise")[: ADRIFT + 1]
        for missing, found, since in kinds
    )
    return first.union(*others, all=True)


_ADRIFT = Statement(_going_nowhere, service=int, at=datetime)


def adrift(actor: Actor, at: datetime) -> tuple[tuple[Adrift, ...], bool]:
    """Return the cases of the actor's service that go nowhere by themselves, and whether there are more.

    Those whose lead was offered to her service come first, then those that nobody leads, then those it leads with a
    contact that was promised and has passed, or without one; the longest first.
    """
    return ask_adrift(actor, at).value


def ask_adrift(actor: Actor, at: datetime) -> Answer[tuple[tuple[Adrift, ...], bool]]:
    """Ask for ``adrift`` without waiting for it."""
    require(actor, Permission.READ_CASE)
    _operator_id, service_id = acting(actor)
    return _ADRIFT.ask(service=service_id, at=at).then(_adrift)


def _adrift(rows: Rows) -> tuple[tuple[Adrift, ...], bool]:
    first: dict[UUID, Adrift] = {}
    for pk, alias, missing, since, exercise in sorted(rows, key=lambda row: (_PRESSING[row[2]], row[3], row[0])):
        first.setdefault(pk, Adrift(pk, alias, Missing(missing), since, exercise))
    return tuple(first.values())[:ADRIFT], len(first) > ADRIFT


@dataclass(frozen=True, slots=True)
class Promised:
    """A contact that was promised to a woman, and when."""

    case_id: UUID
    alias: str
    at: datetime
    manager_id: int
    exercise: bool


_PROMISED = Statement(
    lambda service, after, until: (
        Case.objects.filter(lead_service_id=service, closed_at=None, next_contact_at__gte=after)
        .filter(next_contact_at__lt=until)
        .order_by("next_contact_at", "id")
        .values_list("id", "alias", "next_contact_at", "lead_operator_id", "exercise")[:PAGE]
    ),
    service=int,
    after=datetime,
    until=datetime,
)


def ask_promised(actor: Actor, after: datetime, until: datetime) -> Answer[tuple[Promised, ...]]:
    """Ask for the contacts promised between two instants on the cases that the actor's service leads, soonest first."""
    require(actor, Permission.READ_CASE)
    _operator_id, service_id = acting(actor)
    asked = _PROMISED.ask(service=service_id, after=after, until=until)
    return asked.then(lambda rows: tuple(Promised(*row) for row in rows))


def promised(actor: Actor, after: datetime, until: datetime, *, mine: bool = False) -> tuple[Promised, ...]:
    """Return the same, or only on the cases that the actor leads in person."""
    require(actor, Permission.READ_CASE)
    operator_id, service_id = acting(actor)
    rows = Case.objects.filter(lead_service_id=service_id, closed_at=None, next_contact_at__gte=after)
    rows = rows.filter(next_contact_at__lt=until).order_by("next_contact_at", "id")
    rows = rows.filter(lead_operator_id=operator_id) if mine else rows
    columns = ("id", "alias", "next_contact_at", "lead_operator_id", "exercise")
    return tuple(Promised(*row) for row in rows.values_list(*columns)[:LISTED])


_PRESSING = {missing.value: rank for rank, missing in enumerate(Missing)}
