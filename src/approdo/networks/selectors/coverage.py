# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who serves a place at an instant: on the way of every emergency, so one plain statement (ADR 0008)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from approdo.kit.rows import Answer, ask, read
from approdo.networks.models import Organisation, Service
from approdo.networks.rules import (
    Channel,
    ContactView,
    Course,
    Duty,
    Foreseen,
    Hours,
    LocalHoliday,
    NamePlate,
    Period,
    PersonOnCall,
    ServiceKind,
    ServiceView,
    course,
    holidays_with,
    is_open,
    not_in_use,
    opening_periods,
)

# The services of a place are looked up first: as a join, on tables whose statistics are young, the planner walks the
# whole territory (127 ms).
_OBSERVED = """
SELECT s.id, s.organisation_id, o.name, s.name, s.code, s.kind, s.capabilities, s.languages, s.phone, s.rank,
       s.always_open,
       (SELECT json_agg(json_build_array(h.days, h.opens, h.closes))
          FROM networks_openinghours h WHERE h.service_id = s.id),
       (SELECT json_agg(json_build_array(d.position, d.operator_id, d.starts_at, d.ends_at) ORDER BY d.starts_at)
          FROM networks_shift d JOIN accounts_operator p ON p.id = d.operator_id AND p.is_active
         WHERE d.service_id = s.id AND d.starts_at <= %(until)s AND d.ends_at > %(at)s),
       (SELECT json_agg(json_build_array(c.operator_id, c.channel, c.address, c.hours) ORDER BY c.position)
          FROM networks_contactpoint c WHERE c.service_id = s.id),
       (SELECT json_agg(json_build_array(l.month, l.day, l.name))
          FROM networks_localholiday l WHERE l.service_id = s.id)
  FROM networks_service s JOIN networks_organisation o ON o.id = s.organisation_id
 WHERE s.active AND s.id = ANY(ARRAY({which}))
 ORDER BY s.kind, s.rank, s.id
"""
_SERVING = "SELECT service_id FROM networks_serviceterritory WHERE municipality_id = %(place)s"
_SERVING_IN_NETWORK = """
SELECT t.service_id FROM networks_serviceterritory t JOIN networks_service s ON s.id = t.service_id
  JOIN networks_organisation_networks m ON m.organisation_id = s.organisation_id
  JOIN networks_network n ON n.id = m.network_id
 WHERE t.municipality_id = %(place)s AND n.code = %(network)s
"""
_COORDINATING = """
SELECT s.id FROM networks_service s JOIN networks_organisation_networks m ON m.organisation_id = s.organisation_id
  JOIN networks_network n ON n.id = m.network_id
 WHERE n.code = %(network)s AND s.kind = 'network_coordination'
"""
_IN_TERRITORY = """
SELECT DISTINCT t.service_id FROM networks_serviceterritory t
  JOIN networks_networkterritory m ON m.municipality_id = t.municipality_id
  JOIN networks_network n ON n.id = m.network_id
 WHERE n.code = %(network)s
"""
_SERVED = """
SELECT m.municipality_id, array_agg(t.service_id) FILTER (WHERE t.service_id IS NOT NULL)
  FROM networks_networkterritory m JOIN networks_network n ON n.id = m.network_id
  LEFT JOIN networks_serviceterritory t ON t.municipality_id = m.municipality_id
 WHERE n.code = %s GROUP BY m.municipality_id ORDER BY m.municipality_id
"""
_CHANNELS = {channel.value: channel for channel in Channel}


@dataclass(frozen=True, slots=True)
class Observed:
    """A service at an instant, with the hours that made it open or closed."""

    view: ServiceView
    hours: tuple[Hours, ...]
    always_open: bool
    holidays: Callable[[date], bool]


def coverage(municipality_code: str, at: datetime, network_code: str | None = None) -> tuple[ServiceView, ...]:
    """Return every active service that serves a municipality, as it is at an instant, by kind and rank.

    With a network code, only the services of that network's organisations. One statement; an unknown municipality is
    served by nobody.
    """
    if network_code is None:
        return tuple(seen.view for seen in serving(municipality_code, at))
    found = observed(_SERVING_IN_NETWORK, at, place=municipality_code, network=network_code)
    return tuple(seen.view for seen in found)


def serving(municipality_code: str, at: datetime) -> list[Observed]:
    """Return the active services that serve a municipality, with the hours that make them open or closed."""
    return observed(_SERVING, at, place=municipality_code)


def organisation_of(service_id: int) -> int | None:
    """Return the organisation a service belongs to; None for a service that never was."""
    return Service.objects.filter(pk=service_id).values_list("organisation_id", flat=True).first()


def kind_of(service_id: int) -> ServiceKind | None:
    """Return what kind of service it is; None for one that never was."""
    return ask_kind_of(service_id).value


def ask_kind_of(service_id: int) -> Answer[ServiceKind | None]:
    """Ask for the same."""
    statement = "SELECT kind FROM networks_service WHERE id = %s"
    return ask(statement, [service_id], lambda rows: ServiceKind(rows[0][0]) if rows else None)


def evidence_days(organisation_id: int) -> int | None:
    """Return for how many days an organisation keeps evidence; None when nobody has said."""
    return Organisation.objects.filter(pk=organisation_id).values_list("evidence_days", flat=True).first()


def name_plates(ids: Iterable[int]) -> dict[int, NamePlate]:
    """Return label and telephone of services in one query, closed-down ones included: a call may be under way."""
    return ask_name_plates(ids).value


def ask_name_plates(ids: Iterable[int]) -> Answer[dict[int, NamePlate]]:
    """Ask for ``name_plates`` without waiting for them."""
    return ask(
        "SELECT id, kind, name, code, phone FROM networks_service WHERE id = ANY(%s)",
        [list(set(ids))],
        lambda rows: {pk: NamePlate(shown_name(kind, name, code), phone) for pk, kind, name, code, phone in rows},
    )


def coordinators(network_code: str, at: datetime) -> ServiceView | None:
    """Return the coordination service of a network, its lead organisation's first, or None when it has none."""
    led = set(Service.objects.filter(organisation__leads__code=network_code).values_list("pk", flat=True))
    found = [seen.view for seen in observed(_COORDINATING, at, network=network_code)]
    return min(found, key=lambda view: (view.id not in led, view.rank, view.id), default=None)


def observed(which: str, at: datetime, **values: str) -> list[Observed]:
    """Return the active services that a statement names, as they are at an instant."""
    found = read(_OBSERVED.format(which=which), {"at": at, "until": at, **values})
    return [_observe(row, at) for row in found]


def foreseen(network_code: str, whole: Period) -> Foreseen:
    """Return how every service that serves the territory of a network will be through a stretch of time; two queries.

    Of a person on call, ``until`` is the end of the stretch: what matters here is who she is.
    """
    values = {"network": network_code, "at": whole.starts_at, "until": whole.ends_at}
    courses = {row[0]: _course(row, whole) for row in read(_OBSERVED.format(which=_IN_TERRITORY), values)}
    serving = {
        code: tuple(service_id for service_id in courses if service_id in set(ids or ()))
        for code, ids in read(_SERVED, [network_code])
    }
    return Foreseen(whole, courses, serving)


def _course(row: tuple[Any, ...], whole: Period) -> Course:
    opened = opening_periods(
        _hours(row[11] or ()),
        always_open=row[10],
        start=whole.starts_at,
        end=whole.ends_at,
        holidays=_holidays(row[14] or ()),
    )

    def view(open_now: bool, on_call: Mapping[int, int]) -> ServiceView:
        return _view(row, {place: (person, whole.ends_at) for place, person in on_call.items()}, open_now=open_now)

    return course(view, _duties(row), opened, whole)


def _duties(row: tuple[Any, ...]) -> list[Duty]:
    return [
        Duty(operator_id, position, datetime.fromisoformat(starts), datetime.fromisoformat(ends))
        for position, operator_id, starts, ends in row[12] or ()
    ]


def _hours(lines: Iterable[tuple[list[int], str, str]]) -> tuple[Hours, ...]:
    return tuple(
        Hours(frozenset(days), time.fromisoformat(opens), time.fromisoformat(closes)) for days, opens, closes in lines
    )


def _holidays(days: Iterable[tuple[int, int, str]]) -> Callable[[date], bool]:
    return holidays_with(LocalHoliday(*one) for one in days)


def _observe(row: tuple[Any, ...], at: datetime) -> Observed:
    hours, always_open, holidays = _hours(row[11] or ()), row[10], _holidays(row[14] or ())
    on_call = {duty.position: (duty.operator_id, duty.ends_at) for duty in _duties(row)}
    open_now = is_open(hours, always_open=always_open, at=at, holidays=holidays)
    return Observed(_view(row, on_call, open_now=open_now), hours, always_open, holidays)


def _view(row: tuple[Any, ...], on_call: Mapping[int, tuple[int, datetime]], *, open_now: bool) -> ServiceView:
    pk, organisation_id, organisation, name, code, kind, capabilities, languages, phone, rank = row[:10]
    wrong = not_in_use(service_open=open_now)
    contacts: dict[int | None, list[ContactView]] = defaultdict(list)
    for operator_id, channel, address, when in row[13] or ():
        if when != wrong:
            contacts[operator_id].append(ContactView(_CHANNELS[channel], address))

    def person(position: int) -> PersonOnCall | None:
        if position not in on_call:
            return None
        operator_id, until = on_call[position]
        return PersonOnCall(operator_id, position, tuple(contacts[operator_id]), until)

    return ServiceView(
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
        contacts=tuple(contacts[None]),
        rank=rank,
    )


def shown_name(kind: str, name: str, code: str) -> str:
    """Return the name of a service as other people may read it: of a shelter, its code."""
    return code if kind == ServiceKind.SHELTER else name
