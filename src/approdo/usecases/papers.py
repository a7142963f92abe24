# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What of a consent goes on the paper that she may keep, or sign."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from approdo.access.rules import Actor
from approdo.audit import services as audit
from approdo.cases.selectors import CasePage
from approdo.consents.rules import Basis
from approdo.consents.selectors import GrantLine
from approdo.kit.errors import NotFound
from approdo.networks import selectors as networks
from approdo.usecases import sharing


@dataclass(frozen=True, slots=True)
class ConsentPaper:
    """One consent of a case, with the label of the service that reads and of the one that leads."""

    case: CasePage
    line: GrantLine
    reads: str
    leads: str


def consent_to_print(*, actor: Actor, case_id: UUID, grant_id: UUID, now: datetime) -> ConsentPaper:
    """Return a consent to be printed for her, and write down that it was.

    Raises ``NotFound`` for whoever does not lead, and for what a norm shares: that is no consent.
    """
    case, line, reads = sharing.to_renew(actor, case_id, grant_id, now)
    if line.basis is not Basis.CONSENT:
        raise NotFound
    detail: dict[str, str | int | bool] = {"grant": str(grant_id), "service": line.service_id}
    audit.record(actor=actor, verb="consent.print", subject=f"case:{case_id}", case_id=case_id, now=now, detail=detail)
    leads = networks.name_plates([actor.service_id or 0])[actor.service_id or 0].label
    return ConsentPaper(case, line, reads, leads)
