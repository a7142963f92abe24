# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the database made of the plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from approdo.access.rules import Actor
from approdo.cli.demonstration.region import PlannedService, Region


@dataclass
class Loaded:
    """The identifiers that the database gave to what was planned."""

    region: Region
    planned: Mapping[str, PlannedService]
    services: dict[str, int] = field(default_factory=dict)
    organisations: dict[str, int] = field(default_factory=dict)
    operators: dict[str, int] = field(default_factory=dict)

    def actor(self, service: str, member: int) -> Actor:
        """Return a member of a service, acting for it."""
        who = self.planned[service].members[member]
        operator_id = self.operators[who.operator.email]
        return Actor(operator_id, self.organisations[service], self.services[service], who.role)

    def person(self, service_id: int, operator_id: int | None) -> Actor:
        """Return who is meant by an alert: the operator, or (None) whoever is at the service's own line."""
        key = next(key for key, known in self.services.items() if known == service_id)
        members = self.planned[key].members
        emails = [member.operator.email for member in members]
        index = next((n for n, email in enumerate(emails) if self.operators[email] == operator_id), len(members) - 1)
        return self.actor(key, index)
