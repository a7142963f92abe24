# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""With whom something may be shared, and who is of another organisation."""

from collections.abc import Collection
from dataclasses import dataclass

from approdo.access.rules import ROLE_PERMISSIONS, Permission, Role
from approdo.kit.rows import read
from approdo.networks.rules import Channel, ServiceKind, label_of
from approdo.networks.selectors.coverage import shown_name

_RECIPIENT = """
SELECT s.kind FROM networks_service s
 WHERE s.id = %(service)s AND s.active
   AND (EXISTS (SELECT FROM networks_membership m JOIN accounts_operator p ON p.id = m.operator_id AND p.is_active
                 WHERE m.service_id = s.id AND m.active)
        OR EXISTS (SELECT FROM networks_contactpoint c WHERE c.service_id = s.id AND c.operator_id IS NULL
                   HAVING bool_or(c.channel = 'email') AND bool_or(c.channel IN ('sms', 'voice'))))
   AND (s.organisation_id = %(organisation)s OR EXISTS (
        SELECT FROM networks_organisation_networks theirs
          JOIN networks_organisation_networks ours ON ours.network_id = theirs.network_id
         WHERE theirs.organisation_id = s.organisation_id AND ours.organisation_id = %(organisation)s))
"""
_RECIPIENTS = _RECIPIENT.replace("SELECT s.kind", "SELECT s.id, s.kind, s.name, s.code").replace(
    "s.id = %(service)s AND ", ""
)
_PEOPLE = """
SELECT DISTINCT ON (p.display_name, p.id) p.id, p.display_name, s.kind, s.name, s.code
  FROM networks_membership m
  JOIN accounts_operator p ON p.id = m.operator_id AND p.is_active
  JOIN networks_service s ON s.id = m.service_id
 WHERE m.active AND m.service_id = ANY(%s)
 ORDER BY p.display_name, p.id
"""
_NEIGHBOURS = """
SELECT DISTINCT theirs.organisation_id
  FROM networks_organisation_networks ours
  JOIN networks_organisation_networks theirs ON theirs.network_id = ours.network_id
 WHERE ours.organisation_id = %s AND theirs.organisation_id <> %s
"""


def recipient_kind(organisation_id: int | None, service_id: int) -> ServiceKind | None:
    """Return the kind of a service with which an organisation may share, or None, whatever the cause.

    None for a service that does not exist, has closed down, has neither anybody who works for it here nor a line of its
    own by letter and by telephone, or whose organisation is in no network of hers: all are answered alike.
    """
    found = read(_RECIPIENT, {"service": service_id, "organisation": organisation_id})
    return ServiceKind(found[0][0]) if found else None


@dataclass(frozen=True, slots=True)
class Recipient:
    """A service with which an organisation may share."""

    id: int
    label: str


_REACHABLE = """
SELECT DISTINCT ON (c.operator_id, c.channel, c.address) c.operator_id, c.service_id, c.channel, c.address
  FROM networks_contactpoint c JOIN accounts_operator o ON o.id = c.operator_id AND o.is_active
 WHERE c.operator_id = ANY(%s) AND c.channel IN ('email', 'sms') ORDER BY c.operator_id, c.channel, c.address
"""
_COORDINATORS = """
SELECT DISTINCT m.operator_id FROM networks_membership m
  JOIN networks_service s ON s.id = m.service_id AND s.active AND s.kind = 'network_coordination'
  JOIN accounts_operator o ON o.id = m.operator_id AND o.is_active
 WHERE s.organisation_id = ANY(%s) AND m.role = 'network_coordinator' AND m.active ORDER BY 1
"""
_OWN_COORDINATORS = """
SELECT DISTINCT m.operator_id FROM networks_membership m
  JOIN networks_service s ON s.id = m.service_id AND s.active
  JOIN accounts_operator o ON o.id = m.operator_id AND o.is_active
 WHERE s.organisation_id = ANY(%s) AND m.role IN ('organisation_coordinator', 'network_coordinator') AND m.active
 ORDER BY 1
"""


_PUBLISHERS = """
SELECT DISTINCT o.id, o.display_name FROM networks_membership m
  JOIN networks_service s ON s.id = m.service_id AND s.active
  JOIN accounts_operator o ON o.id = m.operator_id AND o.is_active
  JOIN networks_organisation_networks part ON part.organisation_id = s.organisation_id
  JOIN networks_network n ON n.id = part.network_id
 WHERE n.code = %s AND m.role = ANY(%s) AND m.active ORDER BY o.display_name, o.id
"""
_PUBLISHING = [role.value for role, held in ROLE_PERMISSIONS.items() if Permission.PUBLISH_PROTOCOL in held]


def publishers(network_code: str) -> tuple[tuple[int, str], ...]:
    """Return who may publish protocols in a network, as (operator, name), by name; system-internal."""
    return tuple((pk, name) for pk, name in read(_PUBLISHERS, [network_code, _PUBLISHING]))


_OFFERED = """
SELECT s.kind, s.name, s.code FROM networks_service s
  JOIN networks_organisation_networks part ON part.organisation_id = s.organisation_id
  JOIN networks_network n ON n.id = part.network_id
 WHERE n.code = %s AND s.active ORDER BY s.kind, s.name, s.id
"""


def services_in(network_code: str) -> tuple[tuple[ServiceKind, str], ...]:
    """Return the services of a network's organisations, as (kind, the name others see); system-internal."""
    return tuple(
        (ServiceKind(kind), shown_name(kind, name, code)) for kind, name, code in read(_OFFERED, [network_code])
    )


@dataclass(frozen=True, slots=True)
class Line:
    """How a service is written to in which nobody has an account: by letter, and by telephone for the code."""

    email: str
    channel: Channel
    number: str


_LINE = """
SELECT c.channel, c.address FROM networks_contactpoint c JOIN networks_service s ON s.id = c.service_id AND s.active
 WHERE c.service_id = %(service)s AND c.operator_id IS NULL AND c.channel IN ('email', 'sms', 'voice')
   AND NOT EXISTS (SELECT FROM networks_membership m JOIN accounts_operator p ON p.id = m.operator_id AND p.is_active
                    WHERE m.service_id = c.service_id AND m.active)
 ORDER BY c.position
"""


def line_without_account(service_id: int) -> Line | None:
    """Return how a service is written to in which nobody has an account; None for one where somebody has, or without
    a letter box and a telephone of its own. A text message is preferred to a call."""
    found: dict[str, str] = {}
    for channel, address in read(_LINE, {"service": service_id}):
        found.setdefault(channel, address)
    told = next((one for one in (Channel.SMS, Channel.VOICE) if one in found), None)
    return None if told is None or Channel.EMAIL not in found else Line(found[Channel.EMAIL], told, found[told])


def recipients(organisation_id: int) -> tuple[Recipient, ...]:
    """Return the services with which an organisation may share, by name; those that treat the man are never there."""
    found = [
        Recipient(pk, shown_name(kind, name, code))
        for pk, kind, name, code in read(_RECIPIENTS, {"organisation": organisation_id})
        if kind != ServiceKind.PERPETRATOR_PROGRAMME
    ]
    return tuple(sorted(found, key=lambda one: one.label))


def people_of(service_ids: Collection[int]) -> tuple[tuple[int, str], ...]:
    """Return (operator, name and service) of everybody who works in these services, by name."""
    return tuple(
        (operator, f"{person} · {shown_name(kind, name, code)}")
        for operator, person, kind, name, code in read(_PEOPLE, [list(service_ids)])
    )


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works in a service: her name, and her role there in a word."""

    name: str
    role_word: str


_WORKING = """
SELECT m.service_id, o.display_name, m.role FROM networks_membership m
  JOIN accounts_operator o ON o.id = m.operator_id
  JOIN unnest(%(services)s::bigint[], %(operators)s::bigint[]) AS one (service, operator)
    ON one.service = m.service_id AND one.operator = m.operator_id
 ORDER BY o.display_name, m.role
"""


def people_in(pairs: Collection[tuple[int, int]]) -> dict[int, tuple[Person, ...]]:
    """Return who people are, from (service, operator), by service; those who left it too, for what she did was done."""
    found: dict[int, tuple[Person, ...]] = {}
    if pairs:
        services, operators = zip(*sorted(pairs), strict=True)
        for service_id, name, role in read(_WORKING, {"services": list(services), "operators": list(operators)}):
            found[service_id] = (*found.get(service_id, ()), Person(name, label_of(Role(role))))
    return found


def name_of(operator_id: int) -> str:
    """Return the name of an operator, wherever she works; empty for one who never was."""
    found = read("SELECT display_name FROM accounts_operator WHERE id = %s", [operator_id])
    return str(found[0][0]) if found else ""


@dataclass(frozen=True, slots=True)
class Reachable:
    """One way to reach a person: whom, for which of her services, how."""

    operator_id: int
    service_id: int | None
    channel: Channel
    address: str


def reachable(operator_ids: Collection[int]) -> tuple[Reachable, ...]:
    """Return the letters and text messages by which some people are reached, each address once, and their screens."""
    wanted = sorted(set(operator_ids))
    screens = [Reachable(one, None, Channel.APP, f"o:{one}") for one in wanted]
    outside = (
        Reachable(operator_id, service_id, Channel(channel), address)
        for operator_id, service_id, channel, address in read(_REACHABLE, [wanted])
    )
    return (*screens, *outside)


def coordinators_beside(organisation_id: int | None) -> tuple[int, ...]:
    """Return who coordinates a network of an organisation for another organisation of it."""
    return tuple(pk for (pk,) in read(_COORDINATORS, [list(other_organisations_around(organisation_id))]))


def coordinators_of(organisation_ids: Collection[int | None]) -> tuple[int, ...]:
    """Return who coordinates one of these organisations, or a network for it."""
    return tuple(pk for (pk,) in read(_OWN_COORDINATORS, [[one for one in organisation_ids if one is not None]]))


def other_organisations_around(organisation_id: int | None) -> frozenset[int]:
    """Return the other organisations of the networks in which an organisation takes part."""
    return frozenset(pk for (pk,) in read(_NEIGHBOURS, [organisation_id, organisation_id]))
