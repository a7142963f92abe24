# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Leaving the emergency department is an act: what was proposed, what she said, where she goes, what she may carry."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from approdo.access.rules import Actor
from approdo.activations import selectors as activations
from approdo.activations.selectors import OpenActivation
from approdo.audit import services as audit
from approdo.cases import selectors as cases
from approdo.cases import services as case_services
from approdo.cases.rules import EventKind
from approdo.cases.selectors import CasePage
from approdo.cases.services import NewEvent
from approdo.kit.errors import Invalid, NotFound
from approdo.kit.words import mark as _
from approdo.networks import selectors as networks
from approdo.networks.rules import ServiceKind
from approdo.persons.rules import LEVELS, NO, OPTIONS, YES, Answers, Kind
from approdo.protocols.rules import NOT_ASSESSED, USUAL_EXITS, Exits, Urgency
from approdo.referrals import selectors as referrals
from approdo.referrals.rules import OVER, Status
from approdo.referrals.selectors import Line
from approdo.risk.rules import Outcome
from approdo.usecases import record
from approdo.usecases.danger import level_of, protocol_of, version_for
from approdo.usecases.reception import require_department

BEFORE_SEEN = "before_seen"


@dataclass(frozen=True, slots=True)
class Number:
    """A service whose telephone number she may carry."""

    service_id: int
    label: str
    phone: str


@dataclass(frozen=True, slots=True)
class Done:
    """What of leaving was done already, so that nobody does it twice."""

    referrals: tuple[tuple[Line, str], ...]
    """The newest to each service, with that service's label; not what she declined before it left, nor mistakes."""
    activation: OpenActivation | None
    """The one that is going on."""

    @property
    def anything(self) -> bool:
        """Tell whether there is something to say."""
        return bool(self.referrals) or self.activation is not None

    @property
    def waits_at(self) -> frozenset[int]:
        """Return the services to which a referral is open: none to them is begun until it has ended."""
        return frozenset(line.target_id for line, _label in self.referrals if line.status not in OVER)


@dataclass(frozen=True, slots=True)
class Leaving:
    """The page of an exit, before it is written and after."""

    case: CasePage
    level: Outcome | None
    written: Answers | None
    """What was written of it; None until then."""
    entry_id: UUID | None
    centres: tuple[Number, ...]
    """Whom she may be handed over to, and whose number may go on a paper."""
    exits: Exits
    """What the protocol that holds proposes first, by class of risk (ADR 0031)."""
    done: Done

    @property
    def proposed(self) -> tuple[str, ...]:
        """Return the options that come first, in the protocol's order."""
        return self.exits.first[self.level_code]

    @property
    def others(self) -> tuple[str, ...]:
        """Return the options that come after."""
        return tuple(code for code in OPTIONS if code not in self.proposed)

    @property
    def level_code(self) -> str:
        """Return the class of risk as an exit writes it; nobody has assessed is never low."""
        return self.level.value if self.level and self.level.value in LEVELS else NOT_ASSESSED

    @property
    def may_carry(self) -> bool:
        """Tell whether she said that she can carry a paper; without a yes there is none."""
        return self.written is not None and self.written.given.get("safe_to_carry") == YES

    @property
    def carries_nothing(self) -> bool:
        """Tell whether she said that a paper is dangerous."""
        return self.written is not None and self.written.given.get("safe_to_carry") == NO

    @property
    def to_centre(self) -> bool:
        """Tell whether she said yes to the centre."""
        return self.written is not None and self.written.given.get("option_centre") == "agreed"

    @property
    def send_to(self) -> tuple[Number, ...]:
        """Return the centres to which she may be sent from here."""
        return tuple(one for one in self.centres if one.service_id not in self.done.waits_at)

    @property
    def nowhere_left(self) -> bool:
        """Tell whether a referral is open to every centre there is."""
        return bool(self.centres) and not self.send_to

    @property
    def to_network(self) -> bool:
        """Tell whether she said yes to the network."""
        return self.written is not None and self.written.given.get("option_network") == "agreed"

    @property
    def urgency(self) -> Urgency:
        """Return how soon the centre should answer: at once, but for a low risk."""
        return Urgency.ROUTINE if self.level is Outcome.LOW else Urgency.URGENT


def leaving(actor: Actor, case_id: UUID, now: datetime) -> Leaving:
    """Return the exit of a case, written or still to be written.

    Raises ``NotFound`` for absent and hidden alike, and for who is not of an emergency department; ``Slowed``,
    ``KeysUnavailable``.
    """
    require_department(actor)
    found = record.part(actor, case_id, [Kind.EXIT], now)
    own = next((one for one in found.entries if one.own), None)
    around = networks.coverage(found.case.municipality_code, now)
    held = protocol_of(found.case, actor, now)
    return Leaving(
        case=found.case,
        level=level_of(actor, case_id, now),
        written=own.texts[-1].answers if own else None,
        entry_id=own.id if own else None,
        centres=tuple(Number(one.id, one.label, one.phone) for one in around if one.kind is ServiceKind.SUPPORT_CENTRE),
        exits=held.exits if held else USUAL_EXITS,
        done=_done(actor, found.case),
    )


def _done(actor: Actor, case: CasePage) -> Done:
    led = [case.id] if case.lead_service_id == actor.service_id else []
    newest: dict[int, Line] = {}
    for line in referrals.of_case(actor, case.id, led):
        if (line.sent or line.status not in OVER) and line.status is not Status.ENTERED_IN_ERROR:
            newest.setdefault(line.target_id, line)
    plates = networks.name_plates(newest) if newest else {}
    return Done(
        referrals=tuple((line, plates[line.target_id].label) for line in newest.values()),
        activation=activations.open_on(actor, case.id),
    )


@transaction.atomic
def leave(*, actor: Actor, case_id: UUID, written: Mapping[str, str | Iterable[str]], now: datetime) -> None:
    """Write that she leaves the department: what was proposed, her answers, how and when; the chronology tells of it,
    the register by which version of a protocol it was proposed.

    Raises ``NotFound``; ``Invalid``, also where nobody said how; ``Conflict`` when it is written already: then it
    is corrected in the record.
    """
    require_department(actor)
    if not written.get("how"):
        raise Invalid({"how": _("Scegli come esce: senza, non si scrive niente.")})
    record.add(actor=actor, case_id=case_id, kind=Kind.EXIT, written=written, declined=(), now=now)
    detail = BEFORE_SEEN if written.get("how") == BEFORE_SEEN else ""
    event = NewEvent(case_id, EventKind.LEFT, actor.service_id, detail=detail)
    case_services.append(events=[event], now=now)
    followed = version_for(cases.case_page(actor, case_id, limit=0), actor, now)
    audit.record(
        actor=actor,
        verb="case.leave",
        subject=f"case:{case_id}",
        case_id=case_id,
        now=now,
        detail={"protocol_version": followed.version_id} if followed else {},
    )


def number_to_carry(*, actor: Actor, case_id: UUID, service_id: int, now: datetime) -> str:
    """Return the telephone number that goes on the paper she carries, and write down that it was printed.

    Raises ``NotFound`` unless she said that she can carry it, and for a service that is not one of the centres.
    """
    shown = leaving(actor, case_id, now)
    found = next((one for one in shown.centres if one.service_id == service_id), None)
    if not shown.may_carry or found is None:
        raise NotFound
    audit.record(
        actor=actor,
        verb="exit.print",
        subject=f"case:{case_id}",
        case_id=case_id,
        now=now,
        detail={"service": service_id},
    )
    return found.phone
