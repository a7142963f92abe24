# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Publishing a text in one go, for the command of whoever runs the installation: two persons as well (ADR 0024)."""

from datetime import datetime
from typing import Any

from django.db import transaction

from approdo.access.rules import Actor
from approdo.kit.errors import Conflict
from approdo.kit.words import mark
from approdo.protocols import selectors
from approdo.protocols.models import ProtocolVersion
from approdo.protocols.rules import errors
from approdo.protocols.services import drafting, two_people
from approdo.protocols.services.publishing import NotPublishable, Published, one_at_a_time, published


class NeedsAnother(Conflict):
    """The network has published before: from then on another person approves."""

    code = "needs_another"
    sentence = mark("Questa rete ha già un protocollo: serve un'altra persona che approvi, diversa da chi propone.")


def publish(
    *,
    actor: Actor,
    network_code: str,
    text: str | bytes,
    now: datetime,
    effective_from: datetime | None = None,
    approver: Actor | None = None,
) -> Published:
    """Publish a YAML text as the next version, in force from ``effective_from`` (default: now); comments are kept.

    The actor proposes and ``approver`` approves, as in the editor; only the very first version of a network needs
    nobody else. Running activations keep their own copy. Raises ``Forbidden``, ``NotFound`` for a network that is not
    theirs, ``NeedsAnother``, ``Conflict`` when both are the same, ``NotPublishable`` with every problem.
    """
    network, _operator_id = two_people.publisher(actor=actor, network_code=network_code)
    begins, source = effective_from or now, text.decode("utf-8-sig", "replace") if isinstance(text, bytes) else text
    with transaction.atomic():
        one_at_a_time(network.id)
        if approver is None and ProtocolVersion.objects.filter(protocol__network_id=network.id).exists():
            raise NeedsAnother
        examination = selectors.rehearse(actor, network_code, text, begins, now)
        if errors(examination.problems):
            raise NotPublishable(examination)
        if approver is None:
            return published(
                actor=actor, network=network, examination=examination, source=source, begins=begins, now=now
            )
        draft_id = drafting.open_draft(actor=actor, network_code=network_code, now=now, text=text)
        which: dict[str, Any] = {"network_code": network_code, "draft_id": draft_id}
        drafting.propose(actor=actor, counter=1, effective_from=effective_from, now=now, **which)
        return drafting.approve(actor=approver, counter=2, now=now, source=source, **which)
