# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A draft goes from one person to another: what it would mean, and who is told that it waits for her."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from approdo.access.rules import Actor
from approdo.activations import selectors as activations
from approdo.activations.rules.proof import Place
from approdo.activations.selectors import DryRun
from approdo.protocols import selectors, services
from approdo.protocols.rules import Examination, errors
from approdo.protocols.services import Published
from approdo.usecases import coverage
from approdo.usecases.notices import tell_each, tell_publishers


@dataclass(frozen=True, slots=True)
class Weighing:
    """What publishing a document would mean: its problems in this network, and the calls that nobody would hear."""

    examination: Examination
    opens: tuple[Place, ...]

    @property
    def publishable(self) -> bool:
        """Tell whether nothing forbids it."""
        return not errors(self.examination.problems)


def weigh(
    actor: Actor, network_code: str, document: dict[str, Any], begins: datetime | None, now: datetime
) -> Weighing:
    """Return what publishing a document would mean. Raises ``Forbidden``, ``NotFound``."""
    network = selectors.own_network(actor, network_code)
    examination = selectors.rehearse_document(actor, network_code, document, begins or now, now)
    parsed = examination.parsed
    if parsed is None or errors(examination.problems):
        return Weighing(examination, ())
    return Weighing(examination, coverage.silenced_under(network, parsed, begins or now, now))


def played(actor: Actor, network_code: str, document: dict[str, Any], now: datetime) -> DryRun | None:
    """Return what a document would have made of past activations; None while it has errors."""
    parsed = selectors.rehearse_document(actor, network_code, document, now, now).parsed
    return activations.dry_run(actor, network_code, parsed, now) if parsed else None


@transaction.atomic
def propose(
    *, actor: Actor, network_code: str, draft_id: int, counter: int, effective_from: datetime | None, now: datetime
) -> None:
    """Propose a draft, and tell the others who may approve it that there is something to see."""
    services.propose(
        actor=actor,
        network_code=network_code,
        draft_id=draft_id,
        counter=counter,
        effective_from=effective_from,
        now=now,
    )
    tell_publishers(actor, network_code, now)


@transaction.atomic
def send_back(*, actor: Actor, network_code: str, draft_id: int, counter: int, reason: str, now: datetime) -> None:
    """Send a draft back, and tell who proposed it."""
    author = selectors.proposer(actor, network_code, draft_id)
    services.send_back(
        actor=actor, network_code=network_code, draft_id=draft_id, counter=counter, reason=reason, now=now
    )
    tell_each(author, now)


@transaction.atomic
def approve(*, actor: Actor, network_code: str, draft_id: int, counter: int, now: datetime) -> Published:
    """Approve a draft, which publishes it, and tell who proposed it."""
    author = selectors.proposer(actor, network_code, draft_id)
    made = services.approve(actor=actor, network_code=network_code, draft_id=draft_id, counter=counter, now=now)
    tell_each(author, now)
    return made


@transaction.atomic
def ask_withdrawal(*, actor: Actor, network_code: str, code: str, number: int, why: str, now: datetime) -> None:
    """Ask to withdraw a published version, and tell the others who may do so."""
    services.ask_withdrawal(actor=actor, network_code=network_code, code=code, number=number, why=why, now=now)
    tell_publishers(actor, network_code, now)


@transaction.atomic
def withdraw_version(*, actor: Actor, network_code: str, code: str, number: int, counter: int, now: datetime) -> None:
    """Withdraw a version, and tell who asked."""
    asked = selectors.version(actor, network_code, code, number).view.withdrawal
    services.withdraw_version(
        actor=actor, network_code=network_code, code=code, number=number, counter=counter, now=now
    )
    tell_each([asked.asked_by_id] if asked else [], now)
