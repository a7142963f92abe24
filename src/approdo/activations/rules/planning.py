# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which services are called, from the protocol, the needs and the hour."""

from collections.abc import Sequence
from dataclasses import dataclass

from approdo.networks.rules import ServiceKind, ServiceView
from approdo.protocols.rules import CallRule, Choose, Need, ProtocolDocument


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """One service that will be called, under which rule of the protocol."""

    rule: CallRule
    service: ServiceView


@dataclass(frozen=True, slots=True)
class Plan:
    """Everybody who will be called, and the rules for which the network has no service at all."""

    calls: tuple[PlannedCall, ...]
    without_service: tuple[CallRule, ...]


def _readiness(service: ServiceView) -> tuple[bool, bool, int, int]:
    return (service.first is None and service.second is None, not service.open_now, service.rank, service.id)


def competent(rule: CallRule, coverage: Sequence[ServiceView]) -> tuple[ServiceView, ...]:
    """Return the services a rule means in this municipality at this instant, best first.

    Best is: somebody on call, then open, then the rank the network gave.
    """
    matching = [service for service in coverage if rule.fits(service)]
    matching.sort(key=_readiness)
    return tuple(matching if rule.choose is Choose.ALL else matching[:1])


def plan(document: ProtocolDocument, needs: frozenset[Need], coverage: Sequence[ServiceView]) -> Plan:
    """Choose the services to call for these needs.

    A rule whose kind of service does not exist here is answered by its backup kind, then by the coordination of the
    network: a need is never dropped in silence.
    """
    calls: list[PlannedCall] = []
    without: list[CallRule] = []
    for rule in document.calls_for(needs):
        if not any(rule.fits(service) for service in coverage):
            without.append(rule)
        calls.extend(PlannedCall(rule, service) for service in called(rule, coverage))
    return Plan(tuple(calls), tuple(without))


def called(rule: CallRule, coverage: Sequence[ServiceView]) -> tuple[ServiceView, ...]:
    """Return the services that a rule calls at this instant: its own, or who stands in where there is none."""
    return competent(rule, coverage) or backups(rule, coverage)[:1] or coordination(coverage)[:1]


def backups(rule: CallRule, coverage: Sequence[ServiceView]) -> tuple[ServiceView, ...]:
    """Return the services that stand in for a rule's own, best first."""
    if rule.backup_kind is None:
        return ()
    found = [service for service in coverage if service.kind == rule.backup_kind]
    found.sort(key=_readiness)
    return tuple(found)


def coordination(coverage: Sequence[ServiceView]) -> tuple[ServiceView, ...]:
    """Return the coordinations of the network, in the order of the snapshot."""
    return tuple(service for service in coverage if service.kind == ServiceKind.NETWORK_COORDINATION)


def supervising_service(coverage: Sequence[ServiceView]) -> int | None:
    """Return the coordination of the network, which sees and may end every activation in it."""
    return next((service.id for service in coordination(coverage)), None)
