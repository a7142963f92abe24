# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import groupby
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext

from approdo.access.rules import Actor, Purpose, Role
from approdo.kit.rows import read
from approdo.networks import rules
from approdo.networks.models import Membership, Network, Shift
from approdo.networks.rules import Duty, MembershipView, Qualification, ServiceKind
from approdo.networks.selectors.coverage import shown_name

_PURPOSES = {
    Role.PROJECT_MANAGER: Purpose.GOVERNANCE,
    Role.REGIONAL_ANALYST: Purpose.GOVERNANCE,
    Role.SYSTEM_ADMINISTRATOR: Purpose.OPERATION,
}
_ACTOR = """
SELECT clock_timestamp(), s.organisation_id, m.service_id, m.role
  FROM networks_membership m
  JOIN networks_service s ON s.id = m.service_id AND s.active
  JOIN accounts_operator p ON p.id = m.operator_id AND p.is_active
 WHERE m.active AND m.operator_id = %(operator)s
   AND (%(membership)s::bigint IS NULL OR m.id = %(membership)s)
 ORDER BY m.id LIMIT 1
"""
_ACTORS = """
SELECT m.id, m.operator_id, s.organisation_id, m.service_id, m.role
  FROM networks_membership m
  JOIN networks_service s ON s.id = m.service_id AND s.active
  JOIN accounts_operator p ON p.id = m.operator_id AND p.is_active
 WHERE m.active AND m.id = ANY(%s)
"""
_FIELDS = (
    "pk",
    "service_id",
    "service__name",
    "service__code",
    "service__kind",
    "service__seat_id",
    "service__organisation_id",
    "service__organisation__name",
    "role",
)


@dataclass(frozen=True, slots=True)
class SignIn:
    """One fictional operator on the sign-in page of the demonstration."""

    email: str
    display_name: str
    service_name: str
    role_word: str
    on_call: bool


@dataclass(frozen=True, slots=True)
class SignInGroup:
    """The fictional operators of one network."""

    name: str
    people: tuple[SignIn, ...]


def label_of(word: StrEnum) -> str:
    """Return the label of a code in the language of the moment."""
    return gettext(rules.label_of(word))


def choices_of(words: type[StrEnum]) -> list[tuple[str, str]]:
    """Return (code, label) of an enum in the language of the moment, as form choices."""
    return [(code, gettext(label)) for code, label in rules.labels_of(words)]


def actor_for(operator_id: int | None, membership_id: int | None) -> Actor | None:
    """Return who an operator is in one of her services (the first one when none is named), or None.

    A membership that has ended, of a service that has closed down, or of an operator shut out gives none.
    """
    found = actor_at(operator_id, membership_id)
    return found and found[0]


def actor_at(operator_id: int | None, membership_id: int | None) -> tuple[Actor, datetime] | None:
    """Return the same with the instant of the database clock at which it was so: every page needs both."""
    found = read(_ACTOR, {"operator": operator_id, "membership": membership_id})
    if not found:
        return None
    at, *rest = found[0]
    return _actor(operator_id, *rest), at.astimezone(UTC)


def actors_for(memberships: Collection[int]) -> dict[int, Actor]:
    """Return who acts by each of these memberships that still holds, in one query: for many open screens at once."""
    return {pk: _actor(*rest) for pk, *rest in read(_ACTORS, [list(memberships)])}


def _actor(operator_id: int | None, organisation_id: int, service_id: int, role: str) -> Actor:
    return Actor(operator_id, organisation_id, service_id, Role(role), _PURPOSES.get(Role(role), Purpose.CARE))


def memberships_of(operator_id: int | None) -> tuple[MembershipView, ...]:
    """Return for which services an operator may act, oldest first."""
    rows = Membership.objects.filter(operator=operator_id, active=True, service__active=True).order_by("pk")
    return tuple(_membership(row) for row in rows.values_list(*_FIELDS))


def membership(actor: Actor) -> MembershipView | None:
    """Return the membership an actor acts by: what the head of every page says of her."""
    rows = Membership.objects.filter(operator=actor.operator_id, service=actor.service_id, active=True)
    row = rows.values_list(*_FIELDS).first()
    return _membership(row) if row else None


def _membership(row: tuple[Any, ...]) -> MembershipView:
    pk, service_id, name, code, kind, seat, organisation_id, organisation, role = row
    return MembershipView(
        id=pk,
        service_id=service_id,
        service_name=shown_name(kind, name, code),
        kind=ServiceKind(kind),
        organisation_id=organisation_id,
        organisation_name=organisation,
        role=Role(role),
        role_word=label_of(Role(role)),
        seat_code=seat,
    )


def on_duty(actor: Actor, at: datetime) -> Duty | None:
    """Return the shift the actor is on for her service, or None."""
    return _first_duty(actor, starts_at__lte=at, ends_at__gt=at)


def on_duty_until(operator_id: int | None, at: datetime) -> dict[int, datetime]:
    """Return until when an operator is on call now, by service: before she has chosen for which one she acts."""
    shifts = Shift.objects.filter(operator=operator_id, starts_at__lte=at, ends_at__gt=at)
    return dict(shifts.order_by("ends_at").values_list("service_id", "ends_at"))


def on_call_for(service_id: int, at: datetime) -> tuple[int, ...]:
    """Return who is on call for a service at an instant, the first person first; system-internal."""
    shifts = Shift.objects.filter(service=service_id, starts_at__lte=at, ends_at__gt=at, operator__is_active=True)
    return tuple(shifts.order_by("position").values_list("operator_id", flat=True))


def next_duty(actor: Actor, at: datetime) -> Duty | None:
    """Return the actor's next shift for her service, or None."""
    return _first_duty(actor, starts_at__gt=at)


def _first_duty(actor: Actor, **when: datetime) -> Duty | None:
    shifts = Shift.objects.filter(operator=actor.operator_id, service=actor.service_id, **when).order_by("starts_at")
    row = shifts.values_list("operator_id", "position", "starts_at", "ends_at", "pk").first()
    return Duty(*row) if row else None


def qualifications_of(actor: Actor) -> frozenset[Qualification]:
    """Return the trainings that are written down for the actor where she acts now."""
    held = Membership.objects.filter(operator=actor.operator_id, service=actor.service_id, active=True)
    return frozenset(Qualification(one) for written in held.values_list("qualifications", flat=True) for one in written)


def members_of(service_id: int) -> tuple[int, ...]:
    """Return the operators who may act for a service now, system-internal: whose screens it concerns."""
    rows = Membership.objects.filter(service=service_id, active=True, operator__is_active=True)
    return tuple(rows.order_by("pk").values_list("operator_id", flat=True))


def colleagues_of(service_id: int) -> dict[int, str]:
    """Return the names of those who work for a service now, by name. System-internal: the caller checked who asks."""
    held = Membership.objects.filter(service=service_id, active=True, operator__is_active=True)
    return dict(held.order_by("operator__display_name").values_list("operator_id", "operator__display_name"))


def sign_ins_by_network(now: datetime) -> tuple[SignInGroup, ...]:
    """Return the operators of each network for the sign-in page of the demonstration, and of no other place."""
    on_shift = Shift.objects.filter(
        operator=OuterRef("operator"), service=OuterRef("service"), starts_at__lte=now, ends_at__gt=now
    )
    rows = (
        Network.objects.filter(organisations__services__memberships__active=True)
        .order_by(
            "name", "organisations__name", "organisations__services__name", "organisations__services__memberships"
        )
        .values_list("name", "organisations__services__memberships")
    )
    people = {
        held.pk: SignIn(
            held.operator.email,
            held.operator.display_name,
            shown_name(held.service.kind, held.service.name, held.service.code),
            label_of(Role(held.role)),
            held.on_call,
        )
        for held in Membership.objects.filter(active=True, service__active=True, operator__is_active=True)
        .select_related("operator", "service")
        .annotate(on_call=Exists(on_shift))
    }
    return tuple(
        SignInGroup(name, tuple(people[pk] for _name, pk in group if pk in people))
        for name, group in groupby(rows, key=lambda row: row[0])
    )
