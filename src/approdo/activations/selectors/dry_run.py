# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A protocol played against the activations that a network has had, before anything is published."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from approdo.access.rules import Actor, Permission, require
from approdo.activations.models import Activation, Call
from approdo.activations.rules.dry_run import Around, Outcome, Past, outcome
from approdo.activations.rules.states import ActivationState
from approdo.networks import selectors as networks
from approdo.networks.rules import Course, NamePlate, Period, ServiceView
from approdo.protocols import selectors as protocols
from approdo.protocols.rules import Need, ProtocolDocument

DAYS = 90
"""How far back the activations reach that are played again."""


@dataclass(frozen=True, slots=True)
class DryRun:
    """The outcome, with the names of the services in it."""

    outcome: Outcome
    since: datetime
    services: dict[int, NamePlate]


def dry_run(actor: Actor, network_code: str, document: ProtocolDocument, now: datetime) -> DryRun:
    """Return what a document would have made of the last ninety days' activations of one of the actor's networks.

    Services are taken as they are now, with the shifts they had then. Drills count; undone ones do not. Raises
    ``Forbidden``, ``NotFound``.
    """
    require(actor, Permission.PUBLISH_PROTOCOL)
    network = protocols.own_network(actor, network_code)
    whole = Period(now - timedelta(days=DAYS), now)
    territory = networks.foreseen(network.code, whole)
    arounds = {code: _around([territory.courses[one] for one in ids]) for code, ids in territory.serving.items()}
    found = outcome(document, _pasts(actor, document, [*arounds], whole), arounds.__getitem__)
    return DryRun(found, whole.starts_at, networks.name_plates({line.service_id for line in found.lines}))


def _around(courses: Sequence[Course]) -> Around:
    """Return the services of one municipality through time: between two changes they are the same."""
    changes = sorted({change for course in courses for change in course.changes})
    states: dict[int, Sequence[ServiceView]] = {}

    def at(instant: datetime) -> Sequence[ServiceView]:
        place = bisect_right(changes, instant)
        if place not in states:
            states[place] = [course.at(instant) for course in courses]
        return states[place]

    def next_change(instant: datetime) -> datetime | None:
        place = bisect_right(changes, instant)
        return changes[place] if place < len(changes) else None

    return Around(at, next_change)


def _pasts(actor: Actor, document: ProtocolDocument, codes: Sequence[str], whole: Period) -> list[Past]:
    """Return the activations that the document would have ruled, as far as the actor sees them."""
    places = Q(municipality__in=document.municipalities or codes)
    contexts = Q(context__in=document.contexts) if document.contexts else Q()
    rows = (
        Activation.objects.visible_to(actor)
        .filter(places & contexts, municipality__in=codes, activated_at__gte=whole.starts_at)
        .exclude(state=ActivationState.UNDONE)
        .distinct()
        .order_by("activated_at")
        .values_list("id", "municipality_id", "needs", "activated_at")
    )
    kept = list(rows)
    called: dict[object, set[tuple[str, int]]] = {}
    for activation_id, key, service_id in Call.objects.filter(activation__in=[row[0] for row in kept]).values_list(
        "activation_id", "key", "service_id"
    ):
        called.setdefault(activation_id, set()).add((key, service_id))
    return [
        Past(place, frozenset(map(Need, needs)), at, frozenset(called.get(pk, ()))) for pk, place, needs, at in kept
    ]
