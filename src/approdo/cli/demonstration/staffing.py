# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the data file to services with people, hours, territory and contact points."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from itertools import count
from typing import Any

from approdo.access.rules import Role
from approdo.cli.demonstration.cast import BY_PLACE, DOMAIN
from approdo.cli.demonstration.chance import some
from approdo.cli.demonstration.region import PlannedMember, PlannedOperator, PlannedService
from approdo.cli.demonstration.rotas import shifts_of
from approdo.networks.rules import (
    PUBLIC_HOLIDAY,
    Capability,
    Channel,
    Contact,
    ContactHours,
    Hours,
    ServiceDetails,
    ServiceKind,
)

_WEEKDAYS = frozenset(range(5))
_EVERY_DAY = frozenset(range(7)) | {PUBLIC_HOLIDAY}
_OFFICE = (Hours(_WEEKDAYS, time(9), time(17)),)
_DAYTIME = (Hours(_WEEKDAYS, time(9), time(18, 30)), Hours(frozenset({5}), time(9), time(13)))
_LONG = (Hours(_EVERY_DAY, time(8), time(22)),)
_ALWAYS = frozenset({ServiceKind.EMERGENCY_DEPARTMENT, ServiceKind.POLICE, ServiceKind.SOCIAL_EMERGENCY})
_HOURS = {
    ServiceKind.SUPPORT_CENTRE: _DAYTIME,
    ServiceKind.OUTREACH_DESK: (Hours(_WEEKDAYS, time(10), time(16)),),
    ServiceKind.SHELTER: (Hours(_EVERY_DAY, time(9), time(18)),),
    ServiceKind.INTERPRETER: (Hours(frozenset(range(6)), time(9), time(19)),),
    ServiceKind.SOCIAL_SERVICE: (Hours(_WEEKDAYS, time(9), time(12, 30)), Hours(_WEEKDAYS, time(14), time(16, 30))),
}
_ROLES = {
    ServiceKind.EMERGENCY_DEPARTMENT: Role.EMERGENCY_OPERATOR,
    ServiceKind.SUPPORT_CENTRE: Role.CENTRE_OPERATOR,
    ServiceKind.OUTREACH_DESK: Role.CENTRE_OPERATOR,
    ServiceKind.SOCIAL_SERVICE: Role.SOCIAL_WORKER,
    ServiceKind.CHILD_PROTECTION: Role.SOCIAL_WORKER,
    ServiceKind.POLICE: Role.OFFICER,
    ServiceKind.NETWORK_COORDINATION: Role.NETWORK_COORDINATOR,
}
_CAPABILITIES: dict[ServiceKind, frozenset[Capability]] = {
    ServiceKind.EMERGENCY_DEPARTMENT: frozenset({Capability.SEXUAL_VIOLENCE, Capability.EVIDENCE_COLLECTION}),
    ServiceKind.SUPPORT_CENTRE: frozenset({Capability.PSYCHOLOGICAL_SUPPORT, Capability.LEGAL_ADVICE}),
    ServiceKind.OUTREACH_DESK: frozenset({Capability.LEGAL_ADVICE}),
    ServiceKind.FAMILY_CLINIC: frozenset({Capability.PREGNANCY, Capability.PSYCHOLOGICAL_SUPPORT}),
    ServiceKind.MENTAL_HEALTH: frozenset({Capability.PSYCHOLOGICAL_SUPPORT}),
    ServiceKind.SOCIAL_EMERGENCY: frozenset({Capability.EMERGENCY_PLACEMENT, Capability.TRANSPORT}),
    ServiceKind.POLICE: frozenset({Capability.TRANSPORT}),
    ServiceKind.INTERPRETER: frozenset({Capability.LANGUAGE_MEDIATION}),
    ServiceKind.SECOND_STAGE_HOUSING: frozenset({Capability.CHILDREN}),
}
_LANGUAGES = ("en", "fr", "es", "ar", "sq", "ro", "uk", "zh", "ise")
_ALL_LANGUAGES = ("en", "fr", "es", "ar", "fa", "sq", "ro", "ru", "uk", "zh", "ur", "bn")
_MIXED_STAFF = frozenset({ServiceKind.POLICE, ServiceKind.EMERGENCY_DEPARTMENT, ServiceKind.INTERPRETER})


@dataclass
class Registry:
    """What may be given once only: names, telephone numbers, codes of shelters."""

    words: Mapping[str, Any]
    chance: random.Random
    _numbers: Iterator[int] = field(default_factory=lambda: count(20_100_101, 37))
    _names: set[str] = field(default_factory=set)
    _codes: set[str] = field(default_factory=set)

    def phone(self) -> str:
        """Return a number that rings nowhere: no Italian number begins with 00."""
        return f"+3900{next(self._numbers):08d}"

    def shelter_code(self) -> str:
        """Return a code that says nothing."""
        while True:
            code = f"CR-{self.chance.randrange(100, 1000)}"
            if code not in self._codes:
                self._codes.add(code)
                return code

    def name(self, *, mixed: bool) -> str:
        """Return the name of nobody."""
        while True:
            firsts = self.words["men"] if mixed and self.chance.random() < 0.5 else self.words["women"]
            surname = self.chance.choice(self.words["first_halves"]) + self.chance.choice(self.words["second_halves"])
            name = f"{self.chance.choice(firsts)} {surname}"
            if name not in self._names:
                self._names.add(name)
                return name

    def address(self) -> str:
        """Return an address that does not exist."""
        return f"{self.chance.choice(self.words['streets'])}, {self.chance.randrange(1, 90)}"


def planned_service(
    written: Mapping[str, Any],
    territory: tuple[str, ...],
    shared: tuple[PlannedMember, ...],
    registry: Registry,
    today: date,
) -> PlannedService:
    """Return one service of the data file; ``shared`` are the people of the service it is run together with."""
    key, kind = written["key"], ServiceKind(written["kind"])
    members = shared or tuple(_member(key, kind, index, registry) for index in range(written["staff"]))
    phone = registry.phone()
    missing = tuple((int(days), int(position)) for days, position in written.get("missing", ()))
    always_open = bool(written.get("always_open", kind in _ALWAYS))
    return PlannedService(
        key=key,
        details=_details(written, kind, phone, registry),
        always_open=always_open,
        hours=() if always_open else _LONG if written.get("hours") == "long" else _HOURS.get(kind, _OFFICE),
        line=_line(key, kind, phone, registry),
        territory=territory,
        members=members,
        contacts=tuple(_contacts(member.operator) for member in members),
        shifts=shifts_of(written.get("rota", "none"), len(members), today, missing),
    )


def coordinated(service: PlannedService) -> PlannedService:
    """Return a service whose last colleague coordinates the organisation; in a small one she is the only one there."""
    *others, last = service.members
    return replace(service, members=(*others, replace(last, role=Role.ORGANISATION_COORDINATOR)))


def _details(written: Mapping[str, Any], kind: ServiceKind, phone: str, registry: Registry) -> ServiceDetails:
    code = registry.shelter_code() if kind is ServiceKind.SHELTER else ""
    own = [Capability(word) for word in written.get("capabilities", ())]
    languages = _ALL_LANGUAGES if kind is ServiceKind.INTERPRETER else some(registry.chance, _LANGUAGES, 0, 3)
    return ServiceDetails(
        name=f"Casa rifugio {code}" if code else written["name"],
        kind=kind,
        phone=phone,
        capabilities=frozenset(own or _CAPABILITIES.get(kind, frozenset())),
        languages=("it", *languages),
        rank=int(written.get("rank", 100)),
        seat_code=None if code else written["seat"],
        address="" if code else registry.address(),
        code=code,
    )


def _member(key: str, kind: ServiceKind, index: int, registry: Registry) -> PlannedMember:
    mobile = registry.phone()
    cast = BY_PLACE.get((key, index))
    if cast:
        return PlannedMember(PlannedOperator(cast.email, cast.display_name, mobile), _role(kind, index))
    name = registry.name(mixed=kind in _MIXED_STAFF)
    return PlannedMember(PlannedOperator(f"{key}.{index + 1}@{DOMAIN}", name, mobile), _role(kind, index))


def _role(kind: ServiceKind, index: int) -> Role:
    if kind is ServiceKind.SHELTER:
        return Role.SHELTER_MANAGER if index == 0 else Role.ON_CALL_OPERATOR
    return _ROLES.get(kind, Role.ON_CALL_OPERATOR)


def _contacts(operator: PlannedOperator) -> tuple[Contact, ...]:
    return (
        Contact(Channel.APP),
        Contact(Channel.SMS, operator.mobile),
        Contact(Channel.VOICE, operator.mobile),
        Contact(Channel.EMAIL, operator.email),
    )


def _line(key: str, kind: ServiceKind, phone: str, registry: Registry) -> tuple[Contact, ...]:
    app, voice = Contact(Channel.APP), Contact(Channel.VOICE, phone)
    if kind is ServiceKind.POLICE:
        return app, voice
    return (
        app,
        Contact(Channel.SMS, registry.phone()),
        voice,
        Contact(Channel.EMAIL, f"linea.{key}@{DOMAIN}", ContactHours.OPEN),
    )
