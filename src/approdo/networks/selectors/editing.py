# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a coordinator sees of her organisation; to everybody else it does not exist."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet

from approdo.access.rules import SYSTEM, Actor, Permission, Role, may, may_all_of, require
from approdo.kit.errors import NotFound
from approdo.networks.models import (
    Membership,
    OpeningHours,
    Organisation,
    Service,
    ServiceTerritory,
    Shift,
)
from approdo.networks.rules import (
    POSITIONS,
    ROME,
    Contact,
    Duty,
    Gap,
    Hours,
    LocalHoliday,
    MunicipalityView,
    OrganisationKind,
    Period,
    Qualification,
    ServiceDetails,
    ServiceKind,
    gaps,
    holidays_with,
    instant,
    next_opening,
    opening_periods,
    week_of,
)
from approdo.networks.selectors.contacts import stored_contacts
from approdo.networks.selectors.coverage import shown_name
from approdo.networks.selectors.people import label_of


@dataclass(frozen=True, slots=True)
class ServiceSummary:
    """A service in the list of its organisation; ``hole`` is the first stretch of 14 days with nobody first on call."""

    id: int
    label: str
    kind: ServiceKind
    kind_word: str
    active: bool
    members: int
    municipalities: int
    hole: Gap | None


@dataclass(frozen=True, slots=True)
class OrganisationEditing:
    """An organisation as its coordinator sees it."""

    id: int
    name: str
    kind: OrganisationKind
    kind_word: str
    services: tuple[ServiceSummary, ...]
    evidence_days: int | None
    """For how many days it keeps evidence; None when nobody has said."""


@dataclass(frozen=True, slots=True)
class Member:
    """A colleague of a service and the ways to reach her, in the order in which they are tried."""

    membership_id: int
    operator_id: int
    display_name: str
    email: str
    role: Role
    role_word: str
    active: bool
    contacts: tuple[Contact, ...]
    qualifications: frozenset[Qualification]
    changeable: bool
    """Whether the actor may change her role or end her work: she who may do more is not changed by who may do less."""


@dataclass(frozen=True, slots=True)
class ServiceEditing:
    """Everything that can be edited about a service; ``contacts`` is its own line."""

    id: int
    label: str
    kind_word: str
    details: ServiceDetails
    active: bool
    always_open: bool
    hours: tuple[Hours, ...]
    local_holidays: tuple[LocalHoliday, ...]
    territory: tuple[MunicipalityView, ...]
    contacts: tuple[Contact, ...]
    members: tuple[Member, ...]

    @property
    def on_call_members(self) -> tuple[Member, ...]:
        """Return who may be given a shift."""
        return tuple(member for member in self.members if member.active)


@dataclass(frozen=True, slots=True)
class NamedDuty:
    """A shift with the name of who is on it."""

    duty: Duty
    display_name: str


@dataclass(frozen=True, slots=True)
class Rota:
    """The shifts of a service that touch a local week, and the holes in it."""

    service_id: int
    label: str
    week: Period
    duties: tuple[NamedDuty, ...]
    gaps: tuple[Gap, ...]

    @property
    def monday(self) -> date:
        """Return the local day on which the week begins."""
        return self.week.starts_at.astimezone(ROME).date()


def edits_coordination(actor: Actor) -> bool:
    """Tell whether an actor may edit the coordination of a network: whoever works for it sees every activation."""
    return actor == SYSTEM or may(actor, Permission.SUPERVISE_NETWORK)


def editable_services(actor: Actor) -> QuerySet[Service]:
    """Return the services an actor may edit: of her organisation, or for the system all; raises ``Forbidden``."""
    if actor == SYSTEM:
        return Service.objects.all()
    require(actor, Permission.EDIT_ORGANISATION)
    own = Service.objects.filter(organisation=actor.organisation_id)
    return own if edits_coordination(actor) else own.exclude(kind=ServiceKind.NETWORK_COORDINATION)


def editable_service_ids(actor: Actor) -> frozenset[int]:
    """Return which services an actor may edit; raises ``Forbidden``."""
    return frozenset(editable_services(actor).values_list("pk", flat=True))


def own_service(actor: Actor, service_id: int) -> Service:
    """Return a service the actor may edit; raises ``Forbidden``, or ``NotFound`` for any other service."""
    service = editable_services(actor).filter(pk=service_id).first()
    if service is None:
        raise NotFound
    return service


def organisation_for_editing(actor: Actor, at: datetime) -> OrganisationEditing:
    """Return the actor's organisation with its services; raises ``Forbidden`` unless she coordinates it."""
    require(actor, Permission.EDIT_ORGANISATION)
    organisation = Organisation.objects.filter(pk__in=[actor.organisation_id]).first()
    if organisation is None:
        raise NotFound
    services = list(
        editable_services(actor).prefetch_related("opening_hours", "local_holidays").order_by("-active", "kind", "name")
    )
    ids = [service.pk for service in services]
    members: dict[int, int] = defaultdict(int)
    for service_id in Membership.objects.filter(service__in=ids, active=True).values_list("service_id", flat=True):
        members[service_id] += 1
    served: dict[int, int] = defaultdict(int)
    for service_id in ServiceTerritory.objects.filter(service__in=ids).values_list("service_id", flat=True):
        served[service_id] += 1
    whole = _ahead(at, 14)
    duties = _duties(ids, whole)
    kind = OrganisationKind(organisation.kind)
    return OrganisationEditing(
        id=organisation.pk,
        name=organisation.name,
        evidence_days=organisation.evidence_days,
        kind=kind,
        kind_word=label_of(kind),
        services=tuple(
            ServiceSummary(
                id=service.pk,
                label=shown_name(service.kind, service.name, service.code),
                kind=ServiceKind(service.kind),
                kind_word=label_of(ServiceKind(service.kind)),
                active=service.active,
                members=members[service.pk],
                municipalities=served[service.pk],
                hole=next(
                    (
                        gap
                        for gap in _gaps(service, duties.get(service.pk, []), whole)
                        if gap.position == 1 and not gap.service_open
                    ),
                    None,
                ),
            )
            for service in services
        ),
    )


def service_for_editing(actor: Actor, service_id: int) -> ServiceEditing:
    """Return everything about a service of the actor's organisation; ``NotFound`` for another organisation's."""
    service = own_service(actor, service_id)
    contacts = stored_contacts(service=service)
    territory = service.territory.order_by("folded_name").values_list("istat_code", "name", "province_acronym")
    kind = ServiceKind(service.kind)
    return ServiceEditing(
        id=service.pk,
        label=shown_name(service.kind, service.name, service.code),
        kind_word=label_of(kind),
        details=ServiceDetails(
            name=service.name,
            kind=kind,
            phone=service.phone,
            capabilities=frozenset(service.capabilities),
            languages=tuple(service.languages),
            rank=service.rank,
            seat_code=service.seat_id,
            address=service.address,
            code=service.code,
        ),
        active=service.active,
        always_open=service.always_open,
        hours=stored_hours(service),
        local_holidays=stored_holidays(service),
        territory=tuple(MunicipalityView(*row) for row in territory),
        contacts=tuple(contacts[None]),
        members=tuple(_members(actor, service, contacts)),
    )


def _members(actor: Actor, service: Service, contacts: dict[int | None, list[Contact]]) -> Iterable[Member]:
    rows = (
        Membership.objects.filter(service=service)
        .order_by("-active", "operator__display_name")
        .values_list(
            "pk", "operator_id", "operator__display_name", "operator__email", "role", "active", "qualifications"
        )
    )
    for pk, operator_id, name, email, role, active, trained in rows:
        yield Member(
            membership_id=pk,
            operator_id=operator_id,
            display_name=name,
            email=email,
            role=Role(role),
            role_word=label_of(Role(role)),
            active=active,
            contacts=tuple(contacts.get(operator_id, ())),
            qualifications=frozenset(map(Qualification, trained)),
            changeable=may_all_of(actor, Role(role)),
        )


def rota(actor: Actor, service_id: int, day: date) -> Rota:
    """Return the week of shifts that holds a local day, for the coordinator of the service's organisation."""
    service = own_service(actor, service_id)
    week = week_of(day)
    duties = _duties([service.pk], week).get(service.pk, [])
    names = dict(Membership.objects.filter(service=service).values_list("operator_id", "operator__display_name"))
    return Rota(
        service_id=service.pk,
        label=shown_name(service.kind, service.name, service.code),
        week=week,
        duties=tuple(NamedDuty(duty, names.get(duty.operator_id, "")) for duty in duties),
        gaps=tuple(_gaps(service, duties, week)),
    )


def shift(actor: Actor, shift_id: int) -> tuple[int, NamedDuty]:
    """Return (service identifier, shift) of a service the actor may edit; ``NotFound`` for any other."""
    row = (
        Shift.objects.filter(pk=shift_id, service__in=editable_services(actor))
        .values_list("service_id", "operator_id", "position", "starts_at", "ends_at", "pk", "operator__display_name")
        .first()
    )
    if row is None:
        raise NotFound
    return row[0], NamedDuty(Duty(*row[1:6]), row[6])


def upcoming(actor: Actor, service_id: int, at: datetime, days: int = 35) -> tuple[NamedDuty, ...]:
    """Return the shifts of a service that have not ended, in order: those that can still be changed."""
    service = own_service(actor, service_id)
    rows = (
        Shift.objects.filter(service=service, ends_at__gt=at, starts_at__lt=at + timedelta(days=days))
        .order_by("starts_at", "position")
        .values_list("operator_id", "position", "starts_at", "ends_at", "pk", "operator__display_name")
    )
    return tuple(NamedDuty(Duty(*row[:5]), row[5]) for row in rows)


def gaps_ahead(actor: Actor, service_id: int, at: datetime, days: int = 14) -> tuple[Gap, ...]:
    """Return when nobody is first, or second, on call for a service in the coming days, in order."""
    service = own_service(actor, service_id)
    whole = _ahead(at, days)
    return tuple(_gaps(service, _duties([service.pk], whole).get(service.pk, []), whole))


def _ahead(at: datetime, days: int) -> Period:
    """Return from now to the local midnight that ends the last of so many days."""
    last = at.astimezone(ROME).date() + timedelta(days=days)
    return Period(at, instant(last, time.min))


def stored_hours(service: Service) -> tuple[Hours, ...]:
    """Return the opening hours of a service, in the order in which they were written."""
    lines: Iterable[OpeningHours] = service.opening_hours.all()
    return tuple(
        Hours(frozenset(line.days), line.opens, line.closes) for line in sorted(lines, key=lambda line: line.pk)
    )


def stored_holidays(service: Service) -> tuple[LocalHoliday, ...]:
    """Return the days that a service keeps as holidays beside the national ones, in the order of the year."""
    return tuple(sorted(LocalHoliday(one.month, one.day, one.name) for one in service.local_holidays.all()))


def opens_from(service_id: int, at: datetime) -> datetime:
    """Return the first instant from this one on at which a service is open; this one when it does not open soon."""
    service = Service.objects.filter(pk=service_id).prefetch_related("opening_hours", "local_holidays").first()
    if service is None:
        return at
    kept = holidays_with(stored_holidays(service))
    return next_opening(stored_hours(service), always_open=service.always_open, at=at, holidays=kept) or at


def _duties(ids: list[int], whole: Period) -> dict[int, list[Duty]]:
    rows = (
        Shift.objects.filter(service__in=ids, starts_at__lt=whole.ends_at, ends_at__gt=whole.starts_at)
        .order_by("starts_at", "position")
        .values_list("service_id", "operator_id", "position", "starts_at", "ends_at", "pk")
    )
    result: dict[int, list[Duty]] = defaultdict(list)
    for service_id, operator_id, position, starts_at, ends_at, pk in rows:
        result[service_id].append(Duty(operator_id, position, starts_at, ends_at, pk))
    return result


def _gaps(service: Service, duties: list[Duty], whole: Period) -> list[Gap]:
    opened = opening_periods(
        stored_hours(service),
        always_open=service.always_open,
        start=whole.starts_at,
        end=whole.ends_at,
        holidays=holidays_with(stored_holidays(service)),
    )
    found = [gap for position in POSITIONS for gap in gaps(duties, opened, position=position, whole=whole)]
    return sorted(found, key=lambda gap: (gap.starts_at, gap.position))
