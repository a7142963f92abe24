# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who serves a place at an instant: on the way of every emergency, so four queries and no model instances."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from approdo.networks.models import ContactPoint, OpeningHours, Service, ServiceTerritory, Shift
from approdo.networks.rules import (
    Channel,
    Contact,
    ContactHours,
    ContactView,
    Hours,
    NamePlate,
    PersonOnCall,
    ServiceKind,
    ServiceView,
    in_use,
    is_open,
)

_HOURS = ArraySubquery(
    OpeningHours.objects.filter(service=OuterRef("pk")).values(
        line=JSONObject(days=F("days"), opens=F("opens"), closes=F("closes"))
    )
)
_FIELDS = (
    "pk",
    "organisation_id",
    "organisation__name",
    "name",
    "code",
    "kind",
    "capabilities",
    "languages",
    "phone",
    "rank",
    "always_open",
    "hours",
)


@dataclass(frozen=True, slots=True)
class Observed:
    """A service at an instant, with the hours that made it open or closed."""

    view: ServiceView
    hours: tuple[Hours, ...]
    always_open: bool


def coverage(municipality_code: str, at: datetime, network_code: str | None = None) -> tuple[ServiceView, ...]:
    """Return every active service that serves a municipality, as it is at an instant, by kind and rank.

    With a network code, only the services of that network's organisations. Four queries; an unknown municipality
    is served by nobody.
    """
    services = serving(municipality_code)
    if network_code is not None:
        services = services.filter(organisation__networks__code=network_code)
    return tuple(seen.view for seen in observed(services, at))


def serving(municipality_code: str) -> QuerySet[Service]:
    """Return the active services that serve a municipality, as a query for ``observed``."""
    # Asked apart: as a join, on tables whose statistics are young, the planner walks the whole territory (127 ms).
    ids = ServiceTerritory.objects.filter(municipality=municipality_code).values_list("service_id", flat=True)
    return Service.objects.filter(active=True, pk__in=list(ids))


def name_plates(ids: Iterable[int]) -> dict[int, NamePlate]:
    """Return label and telephone of services in one query, closed-down ones included: a call may be under way."""
    rows = Service.objects.filter(pk__in=set(ids)).values_list("pk", "kind", "name", "code", "phone")
    return {pk: NamePlate(shown_name(kind, name, code), phone) for pk, kind, name, code, phone in rows}


def coordinators(network_code: str, at: datetime) -> ServiceView | None:
    """Return the coordination service of a network, its lead organisation's first, or None when it has none."""
    services = Service.objects.filter(
        active=True, kind=ServiceKind.NETWORK_COORDINATION, organisation__networks__code=network_code
    )
    led = set(services.filter(organisation__leads__code=network_code).values_list("pk", flat=True))
    found = [seen.view for seen in observed(services, at)]
    return min(found, key=lambda view: (view.id not in led, view.rank, view.id), default=None)


def observed(services: QuerySet[Service], at: datetime, *, contacts: bool = True) -> list[Observed]:
    """Return services as they are at an instant, by kind, rank and identifier, in three queries.

    Without contacts, nobody's number is read: two queries.
    """
    rows = list(services.annotate(hours=_HOURS).order_by("kind", "rank", "pk").values_list(*_FIELDS))
    ids = [row[0] for row in rows]
    if not ids:
        return []
    on_call: dict[int, dict[int, tuple[int, datetime]]] = defaultdict(dict)
    for service_id, position, operator_id, until in Shift.objects.filter(
        service__in=ids, starts_at__lte=at, ends_at__gt=at
    ).values_list("service_id", "position", "operator_id", "ends_at"):
        on_call[service_id][position] = (operator_id, until)
    points = _contact_points(ids) if contacts else {}
    return [_observe(row, at, on_call.get(row[0], {}), points) for row in rows]


def _contact_points(ids: list[int]) -> dict[tuple[int, int | None], list[Contact]]:
    found: dict[tuple[int, int | None], list[Contact]] = defaultdict(list)
    for service_id, operator_id, channel, address, hours in (
        ContactPoint.objects.filter(service__in=ids)
        .order_by("position")
        .values_list("service_id", "operator_id", "channel", "address", "hours")
    ):
        found[service_id, operator_id].append(Contact(Channel(channel), address, ContactHours(hours)))
    return found


def hours_of(lines: Iterable[dict[str, Any]]) -> tuple[Hours, ...]:
    """Return opening hours from their rows."""
    return tuple(
        Hours(frozenset(line["days"]), time.fromisoformat(line["opens"]), time.fromisoformat(line["closes"]))
        for line in lines
    )


def _observe(
    row: tuple[Any, ...],
    at: datetime,
    on_call: dict[int, tuple[int, datetime]],
    contacts: dict[tuple[int, int | None], list[Contact]],
) -> Observed:
    pk, organisation_id, organisation, name, code, kind, capabilities, languages, phone, rank, always_open, lines = row
    hours = hours_of(lines)
    open_now = is_open(hours, always_open=always_open, at=at)

    def reached(operator_id: int | None) -> tuple[ContactView, ...]:
        points = in_use(contacts.get((pk, operator_id), ()), service_open=open_now)
        return tuple(ContactView(point.channel, point.address) for point in points)

    def person(position: int) -> PersonOnCall | None:
        if position not in on_call:
            return None
        operator_id, until = on_call[position]
        return PersonOnCall(operator_id, position, reached(operator_id), until)

    view = ServiceView(
        id=pk,
        organisation_id=organisation_id,
        organisation_name=organisation,
        name=name,
        label=shown_name(kind, name, code),
        kind=ServiceKind(kind),
        capabilities=frozenset(capabilities),
        languages=tuple(languages),
        phone=phone,
        open_now=open_now,
        first=person(1),
        second=person(2),
        contacts=reached(None),
        rank=rank,
    )
    return Observed(view, hours, always_open)


def shown_name(kind: str, name: str, code: str) -> str:
    """Return the name of a service as other people may read it: of a shelter, its code."""
    return code if kind == ServiceKind.SHELTER else name
