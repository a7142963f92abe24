# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Protocols of other networks of the installation that may be adopted, and what adopting one left out."""

from datetime import datetime

from approdo.access.rules import Actor, Permission, require
from approdo.kit.errors import NotFound
from approdo.networks import selectors as networks
from approdo.networks.rules import ServiceKind
from approdo.protocols.models import ProtocolVersion
from approdo.protocols.rules import Problem, adopted
from approdo.protocols.rules.composing import Document
from approdo.protocols.selectors.versions import VersionView, in_force_elsewhere, own_network


def adoptable(actor: Actor, network_code: str, at: datetime) -> tuple[VersionView, ...]:
    """Return what holds now in networks that are not the actor's. Raises ``Forbidden``, ``NotFound``."""
    require(actor, Permission.PUBLISH_PROTOCOL)
    own_network(actor, network_code)
    return in_force_elsewhere(actor, at)


def adoption(actor: Actor, network_code: str, version_id: int, at: datetime) -> tuple[VersionView, Document]:
    """Return one of them as it would be in one's own network; ``NotFound`` for any other version."""
    for view in adoptable(actor, network_code, at):
        if view.id == version_id:
            document = ProtocolVersion.objects.values_list("document", flat=True).get(pk=version_id)
            return view, adopted(document, network_code, kinds_in(network_code))[0]
    raise NotFound


def left_out(network_code: str, version_id: int) -> list[Problem]:
    """Return what of another network's version does not fit in a network now; system-internal."""
    document = ProtocolVersion.objects.values_list("document", flat=True).get(pk=version_id)
    return adopted(document, network_code, kinds_in(network_code))[1]


def kinds_in(network_code: str) -> frozenset[ServiceKind]:
    """Return which kinds of service a network has; system-internal."""
    return frozenset(kind for kind, _name in networks.services_in(network_code))
