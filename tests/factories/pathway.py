# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A town whose protocol says steps of the pathway, and tasks that come of them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tests.factories.activations import CALLS, TONIGHT, Town, an_operator
from tests.factories.pathway_steps import a_step
from tests.factories.protocols import document

from approdo.access.rules import Actor
from approdo.networks.rules import ServiceKind
from approdo.protocols.models import Protocol, ProtocolVersion
from approdo.protocols.rules import Phase, digest, write
from approdo.tasks.models import Task
from approdo.tasks.rules import Around
from approdo.tasks.services import begin


def the_town_follows(town: Town, *steps: dict[str, Any], **entries: Any) -> ProtocolVersion:
    """Let the protocol of a town say these steps, and other entries of a document, from now on."""
    content = document(*CALLS, network=town.network.code) | {"pathway": list(steps)} | entries
    protocol = Protocol.objects.get(network=town.network)
    before = protocol.versions.count()
    return ProtocolVersion.objects.create(
        protocol=protocol,
        number=before + 1,
        name=content["name"],
        source=write(content),
        document=content,
        digest=digest(content),
        municipality_codes=[],
        contexts=[],
        effective_from=TONIGHT + timedelta(minutes=before - 1),
        published_at=TONIGHT,
        published_by=an_operator(),
    )


def a_task(actor: Actor, case_id: UUID, *, now: datetime = TONIGHT, **entries: Any) -> UUID:
    """One task of the actor's service, which is to do a step because it leads."""
    assert actor.service_id
    step = a_step("review", "risk_review", kind=None, **entries)
    around = Around({actor.service_id: ServiceKind.SUPPORT_CENTRE}, actor.service_id, actor.service_id)
    begin(
        actor=actor,
        case_id=case_id,
        exercise=False,
        phase=Phase.RISK_REVIEW,
        written=[step],
        version_id=None,
        around=around,
        now=now,
    )
    return Task.objects.get(case_id=case_id, key="review").pk
