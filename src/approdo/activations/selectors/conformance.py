# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a network's activations went, and how those of several networks did, side by side: figures, never a case.

Counted as the system, after the actor's right was checked: one coordination does not see every activation of its
network, and a project manager sees none (ADR 0020).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from approdo.access.rules import Actor, Permission, require
from approdo.access.services import as_system
from approdo.activations.rules.conformance import Conformance, MadeCall, PastActivation, Result, conformance
from approdo.activations.rules.states import ActivationState, CallState, StandDownReason
from approdo.activations.selectors.copies import rules_of
from approdo.cases import selectors as cases
from approdo.cases.rules import EventKind, Stage, stages
from approdo.kit.rows import Rows, read
from approdo.networks import selectors as networks
from approdo.networks.rules import NetworkView
from approdo.protocols import selectors as protocols
from approdo.protocols.rules import CallRule, Need
from approdo.protocols.selectors import VersionText, VersionView

COMPARED_DAYS = 90
"""How far back networks are compared."""

_ACTIVATIONS = """
SELECT id, protocol_version_id, needs, exercise, state, ended_at, end_reason FROM activations_activation
 WHERE protocol_version_id = ANY(%s) AND activated_at >= %s AND activated_at < %s ORDER BY activated_at, id
"""
_CALLS = """
SELECT c.activation_id, c.id, c.key, c.state, c.step, c.started_at, c.answer_by, c.taken_at, c.reached
  FROM activations_call c JOIN activations_activation a ON a.id = c.activation_id
 WHERE a.protocol_version_id = ANY(%s) AND a.activated_at >= %s AND a.activated_at < %s
"""
_STEPS = "SELECT call_id, array_agg(DISTINCT step) FROM activations_alert WHERE call_id = ANY(%s) GROUP BY call_id"


@dataclass(frozen=True, slots=True)
class Measured:
    """A network measured over a period; ``versions``: those its activations ran under, by number of the row."""

    network: NetworkView
    since: datetime
    found: Conformance
    versions: dict[int, VersionView]
    stages: tuple[Stage, ...]
    """Where the cases opened in the period are on the way (exercises left out)."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A network beside others: the protocols that hold in it now, and its last ninety days without exercises."""

    network: NetworkView
    in_force: tuple[VersionText, ...]
    found: Result


def measured(actor: Actor, network_code: str, days: int, now: datetime) -> Measured:
    """Return how the activations of one of the actor's networks went, and where its cases left the pathway.

    For who supervises it. Raises ``Forbidden``, ``NotFound``.
    """
    require(actor, Permission.SUPERVISE_NETWORK)
    network = protocols.own_network(actor, network_code)
    since = now - timedelta(days=days)
    with as_system():
        versions = _versions(network_code, now)
        found = conformance(_pasts([*versions], since, now), now)
        places = [place.code for place in networks.network_municipalities(network_code)]
        walked = stages(cases.paths(places, since, now))
    return Measured(network, since, found, versions, walked)


def compared(actor: Actor, now: datetime) -> tuple[Compared, ...]:
    """Return the networks whose protocols the actor may read, side by side. Raises ``Forbidden``."""
    require(actor, Permission.COMPARE_NETWORKS)
    holding: dict[str, list[VersionText]] = defaultdict(list)
    for one in protocols.protocols(actor, now):
        if one.in_force is not None:
            text = protocols.version(actor, one.network_code, one.code, one.in_force.number)
            holding[one.network_code].append(text)
    since = now - timedelta(days=COMPARED_DAYS)
    found = []
    for network in protocols.my_networks(actor):
        with as_system():
            result = conformance(_pasts([*_versions(network.code, now)], since, now), now).real
        found.append(Compared(network, tuple(holding[network.code]), result))
    return tuple(found)


def _versions(network_code: str, now: datetime) -> dict[int, VersionView]:
    return {
        version.id: version
        for protocol in protocols.protocols_of_network(network_code, now)
        for version in protocol.versions
    }


def _pasts(version_ids: Sequence[int], since: datetime, until: datetime) -> Iterable[PastActivation]:
    """Yield the activations that ran under some versions in a stretch of time, with their calls."""
    asked = [list(version_ids), since, until]
    calls = _calls(read(_CALLS, asked))
    copies: dict[int, Sequence[CallRule]] = {}
    for pk, version_id, needs, exercise, state, ended_at, reason in read(_ACTIVATIONS, asked):
        if version_id not in copies:  # every activation under a version carries the same copy: a version never changes
            copies[version_id] = tuple(rules_of(pk).values())
        yield PastActivation(
            version_id,
            frozenset(map(Need, needs)),
            exercise,
            ActivationState(state),
            ended_at,
            StandDownReason(reason) if reason else None,
            copies[version_id],
            calls.get(pk, ()),
        )


def _calls(rows: Rows) -> dict[UUID, list[MadeCall]]:
    """Return calls by their activation.

    Only a call that went beyond its first step, or was not taken, has more to tell than its own row: at which steps
    somebody was alerted, who took it and passed the hand, and which messages could arrive at nobody.
    """
    far = [row[1] for row in rows if row[4] > 1 or row[3] != CallState.TAKEN]
    steps: dict[UUID, list[int]] = dict(read(_STEPS, [far])) if far else {}
    told = cases.told_of(far, (EventKind.TAKEN, EventKind.UNREACHED))
    found: dict[UUID, list[MadeCall]] = defaultdict(list)
    for activation_id, pk, key, state, step, started_at, answer_by, taken_at, reached in rows:
        at = steps.get(pk, [1] if step == 1 and reached else [])
        taken, lost = told.get((pk, EventKind.TAKEN)), told.get((pk, EventKind.UNREACHED))
        found[activation_id].append(
            MadeCall(
                key,
                CallState(state),
                step,
                frozenset(at),
                started_at,
                answer_by,
                taken_at,
                taken.first_at if taken else None,
                lost.times if lost else 0,
            )
        )
    return found
