# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from approdo.access.rules import Actor, Forbidden
from approdo.audit import services as audit
from approdo.kit.errors import Invalid
from approdo.kit.words import mark
from approdo.networks.rules import NetworkView
from approdo.protocols.models import Protocol
from approdo.protocols.rules import Examination, Problem, digest, errors, warnings


class NotPublishable(Invalid):
    """The document has errors; ``examination`` holds all of them, warnings included."""

    code = "protocol_not_publishable"
    sentence = mark("Il protocollo non si può pubblicare: correggi i punti segnalati. Non è cambiato nulla.")

    def __init__(self, examination: Examination) -> None:
        found = errors(examination.problems)
        super().__init__({problem.path or f"#{index}": str(problem) for index, problem in enumerate(found)})
        self.examination = examination


@dataclass(frozen=True, slots=True)
class Published:
    """A version that was just published, and what somebody should know about it."""

    version_id: int
    code: str
    number: int
    effective_from: datetime
    warnings: list[Problem]


def one_at_a_time(network_id: int) -> None:
    """Let nobody else publish in a network until the transaction ends: numbers have no hole, overlaps are seen."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('protocols'), %s)", [network_id])


def published(
    *,
    actor: Actor,
    network: NetworkView,
    examination: Examination,
    source: str,
    begins: datetime,
    now: datetime,
    detail: Mapping[str, int] | None = None,
) -> Published:
    """Store what was rehearsed as the next version, and write it down; in the caller's transaction."""
    if actor.operator_id is None:
        raise Forbidden  # a version is published by a person
    parsed, document = examination.parsed, examination.document
    if parsed is None or document is None or errors(examination.problems):
        raise NotPublishable(examination)
    protocol, _created = Protocol.objects.get_or_create(network_id=network.id, code=parsed.code)
    number = protocol.versions.count() + 1
    made = protocol.versions.create(
        number=number,
        name=parsed.name,
        source=source,
        document=document,
        digest=digest(document),
        municipality_codes=sorted(parsed.municipalities),
        contexts=sorted(parsed.contexts),
        effective_from=begins,
        published_at=now,
        published_by_id=actor.operator_id,
    )
    audit.record(
        actor=actor,
        verb="protocol.publish",
        subject=f"protocol_version:{made.pk}",
        now=now,
        detail={"network": network.code, "protocol": parsed.code, "number": number, **(detail or {})},
    )
    return Published(made.pk, parsed.code, number, begins, warnings(examination.problems))


def addressed(text: str, network_code: str) -> str:
    """Return a protocol's text readdressed to another network, comments kept: how a shipped one is adopted."""
    return re.sub(r"(?m)^network:.*$", f"network: {network_code}", text, count=1)
