# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stands on a network's shelf goes from one person to another: looked through, proposed, approved, told."""

from datetime import datetime

from django.db import transaction

from approdo.access.rules import Actor, Permission, require
from approdo.audit import services as audit
from approdo.documents import services as documents
from approdo.documents.rules import PaperProblem, PaperRefused, Problem, Refused
from approdo.protocols import selectors, services
from approdo.protocols.rules import ShelfKind
from approdo.protocols.services import Brought, Which
from approdo.usecases.notices import tell_each, tell_publishers

_DANGEROUS = frozenset({PaperProblem.ACTIVE, Problem.INFECTED, Problem.DISGUISED})


def looked_through(actor: Actor, network_code: str, content: bytes, note: str, now: datetime) -> Brought:
    """Return a file as others may open it; a dangerous one leaves a trace, provided the caller commits the refusal.

    Raises ``Forbidden``, ``NotFound`` for a network that is not hers, and as ``documents.services.looked_through``.
    """
    require(actor, Permission.PUBLISH_PROTOCOL)
    network = selectors.own_network(actor, network_code)
    try:
        found = documents.looked_through(content)
        # asked between two long waits: the database gives up a transaction that says nothing for half a minute
        selectors.own_network(actor, network_code)
        return Brought(found, documents.handed_on(content, found), note)
    except (PaperRefused, Refused) as refused:
        if refused.problem in _DANGEROUS:
            why = {"why": str(refused.problem)}
            audit.record(actor=actor, verb="shelf.refuse", subject=f"network:{network.id}", now=now, detail=why)
        raise


def shelve(
    *, actor: Actor, network_code: str, kind: ShelfKind, title: str, language: str, brought: Brought, now: datetime
) -> Which:
    """Bring a model or a form that is not on the shelf yet, and tell who may approve it that there is something."""
    with transaction.atomic():
        which = services.shelve(
            actor=actor,
            network_code=network_code,
            kind=kind,
            title=title,
            language=language,
            brought=brought,
            now=now,
        )
        tell_publishers(actor, network_code, now)
    return which


@transaction.atomic
def bring(*, actor: Actor, network_code: str, item_id: int, brought: Brought, now: datetime) -> Which:
    """Bring another file of an item, and tell who may approve it."""
    which = services.bring(actor=actor, network_code=network_code, item_id=item_id, brought=brought, now=now)
    tell_publishers(actor, network_code, now)
    return which


@transaction.atomic
def propose(*, actor: Actor, which: Which, note: str, now: datetime) -> None:
    """Propose an edition, and tell who may approve it."""
    services.propose_edition(actor=actor, which=which, note=note, now=now)
    tell_publishers(actor, which.network_code, now)


@transaction.atomic
def send_back(*, actor: Actor, which: Which, reason: str, now: datetime) -> None:
    """Send an edition back, and tell who proposed it."""
    author = selectors.edition_proposer(actor, which.network_code, which.item_id, which.edition_id)
    services.send_back_edition(actor=actor, which=which, reason=reason, now=now)
    tell_each(author, now)


@transaction.atomic
def approve(*, actor: Actor, which: Which, now: datetime) -> int:
    """Approve an edition, and tell who proposed it."""
    author = selectors.edition_proposer(actor, which.network_code, which.item_id, which.edition_id)
    number = services.approve_edition(actor=actor, which=which, now=now)
    tell_each(author, now)
    return number
