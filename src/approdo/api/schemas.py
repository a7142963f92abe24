# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes in and out, field by field; the OpenAPI document is made from these."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StrictBool, WithJsonSchema
from pydantic_core import PydanticCustomError

from approdo.activations.rules.states import (
    ActivationState,
    AlertState,
    CallState,
    Consent,
    DeclineReason,
    StandDownReason,
)
from approdo.activations.selectors import ActivationRow, Board, BoardAlert, BoardCall
from approdo.api.problems import Fault, Faulty
from approdo.api.wording import INSTANT_TOO_FAR
from approdo.networks.rules import Channel, DirectoryEntry, ServiceKind
from approdo.notifications.rules import MessageState
from approdo.protocols.rules import Context, Need, Target

ROOT = "/api/v1"
FARTHEST = timedelta(days=366)

_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def read_instant(value: Any) -> datetime:
    """Return the instant an RFC 3339 text means; a time without an offset means none."""
    if isinstance(value, str) and _RFC_3339.fullmatch(value):
        try:
            return datetime.fromisoformat(value.upper())
        except ValueError:
            pass
    raise PydanticCustomError("not_an_instant", "not an RFC 3339 instant")


def near(at: datetime | None, now: datetime) -> datetime:
    """Return the instant asked about, now if none; raises ``Faulty`` beyond a year, where no rota is known."""
    if at is None:
        return now
    if not 1 < at.year < 9999 or abs(at - now) > FARTHEST:
        raise Faulty(Fault("query", "/at", INSTANT_TOO_FAR))
    return at.astimezone(UTC)  # RFC 3339 knows offsets that no database does


MunicipalityCode = Annotated[
    str, Field(pattern=r"^[0-9]{6}$", description="ISTAT code of the municipality.", examples=["012133"])
]
AskedInstant = Annotated[
    datetime, BeforeValidator(read_instant), WithJsonSchema({"type": "string", "format": "date-time"})
]
Instant = Annotated[
    datetime,
    AfterValidator(lambda instant: instant.astimezone(UTC)),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


class Input(Schema):
    """A request body: what is not named here is refused."""

    model_config = ConfigDict(extra="forbid")


class NewActivation(Input):
    """Whom to help, and how: never who she is."""

    municipality: MunicipalityCode
    needs: list[Need] = Field(min_length=1, max_length=len(Need), description="What is needed now; order is free.")
    consent: Consent = Field(description="How her agreement stands. It changes nothing about who is called.")
    context: Context = Field(description="From where the network is activated.")
    exercise: StrictBool = Field(False, description="A drill: shown as one everywhere, and never counted.")
    case: UUID | None = Field(None, description="A case your service takes part in; left out, a new one is opened.")


class StandDown(Input):
    """Why the search for help is stopped."""

    reason: StandDownReason


class Decline(Input):
    """Why the service cannot take this call now."""

    reason: DeclineReason


class Nothing(Input):
    """No field at all."""


class Activated(Schema):
    """An activation that exists; the same for the first request and for every repetition of it."""

    id: UUID
    case: UUID
    url: str = Field(description="Where its board is read.")


class ActivationLine(Schema):
    """One activation in a list."""

    id: UUID
    url: str
    alias: str = Field(description="What the case is called, for instance «Airone 42». It says nothing about her.")
    case: UUID
    state: ActivationState
    exercise: bool
    activated_at: Instant
    calls: int = Field(description="How many services were called.")
    taken: int = Field(description="How many of them have taken their call.")

    @classmethod
    def of(cls, row: ActivationRow) -> "ActivationLine":
        """Return the line of a row."""
        return cls(
            id=row.id,
            url=url_of(row.id),
            alias=row.alias,
            case=row.case_id,
            state=row.state,
            exercise=row.exercise,
            activated_at=row.activated_at,
            calls=row.calls,
            taken=row.taken,
        )


class ActivationPage(Schema):
    """Activations your service may see, newest first."""

    items: list[ActivationLine]
    next: str | None = Field(description="Where the list goes on; null on the last page. Also in `Link: rel=next`.")


class ChannelLine(Schema):
    """One message of an alert."""

    channel: Channel
    state: MessageState
    at: Instant


class AlertLine(Schema):
    """One recipient alerted at one step: her place in the chain, never her name."""

    service: str
    target: Target
    step: int
    state: AlertState
    at: Instant
    reason: DeclineReason | None
    channels: list[ChannelLine]

    @classmethod
    def of(cls, alert: BoardAlert) -> "AlertLine":
        """Return the line of an alert."""
        return cls(
            service=alert.label,
            target=alert.target,
            step=alert.step,
            state=alert.state,
            at=alert.at,
            reason=alert.reason,
            channels=[ChannelLine(channel=one.channel, state=one.state, at=one.at) for one in alert.channels],
        )


class NextStep(Schema):
    """Who is alerted next, and when, unless somebody takes the call first."""

    targets: list[Target]
    at: Instant


class CallLine(Schema):
    """One called service."""

    id: UUID
    service: str
    kind: ServiceKind
    phone: str = Field(description="The number to call instead; it works also when this system does not.")
    state: CallState
    started_at: Instant | None
    answer_by: Instant | None
    late: bool
    reached: bool = Field(description="Whether the last step alerted at least one person.")
    next: NextStep | None
    taken_at: Instant | None
    taken_by: str | None = Field(description="The service that took the call.")
    mine: bool = Field(description="Whether your service may answer this call.")
    alerts: list[AlertLine]

    @classmethod
    def of(cls, call: BoardCall) -> "CallLine":
        """Return the line of a call."""
        return cls(
            id=call.id,
            service=call.label,
            kind=call.kind,
            phone=call.phone,
            state=call.state,
            started_at=call.started_at,
            answer_by=call.answer_by,
            late=call.late,
            reached=call.reached,
            next=NextStep(targets=list(call.next_targets), at=call.next_at) if call.next_at else None,
            taken_at=call.taken_at,
            taken_by=call.taken_label or None,
            mine=call.mine,
            alerts=[AlertLine.of(alert) for alert in call.alerts],
        )


class ActivationBoard(Schema):
    """Everything about one activation at one instant. Reading it does not mark anything as seen by a person."""

    id: UUID
    at: Instant = Field(description="The instant at which all of this was true.")
    alias: str
    case: UUID
    municipality: str
    needs: list[Need]
    consent: Consent
    exercise: bool
    state: ActivationState
    end_reason: StandDownReason | None
    activated_at: Instant
    activated_by: str = Field(description="The service that activated.")
    ended_at: Instant | None
    answered: int = Field(description="How many calls somebody has taken.")
    may_stand_down: bool
    calls: list[CallLine]

    @classmethod
    def of(cls, board: Board) -> "ActivationBoard":
        """Return a board as programs read it."""
        return cls(
            id=board.id,
            at=board.at,
            alias=board.alias,
            case=board.case_id,
            municipality=board.municipality_code,
            needs=sorted(board.needs),
            consent=board.consent,
            exercise=board.exercise,
            state=board.state,
            end_reason=StandDownReason(board.end_reason) if board.end_reason else None,
            activated_at=board.activated_at,
            activated_by=board.activated_by,
            ended_at=board.ended_at,
            answered=board.answered,
            may_stand_down=board.may_stand_down,
            calls=[CallLine.of(call) for call in board.calls],
        )


class DirectoryLine(Schema):
    """One service that serves the municipality. Of a shelter only its code is told, never a name or a place."""

    id: int
    organisation: str
    service: str
    kind: ServiceKind
    capabilities: list[str]
    languages: list[str]
    phone: str
    always_open: bool
    open_now: bool
    open_until: Instant | None
    opens_at: Instant | None

    @classmethod
    def of(cls, entry: DirectoryEntry) -> "DirectoryLine":
        """Return the line of an entry."""
        return cls(
            id=entry.id,
            organisation=entry.organisation_name,
            service=entry.label,
            kind=entry.kind,
            capabilities=list(entry.capabilities),
            languages=list(entry.languages),
            phone=entry.phone,
            always_open=entry.always_open,
            open_now=entry.open_now,
            open_until=entry.open_until,
            opens_at=entry.opens_at,
        )


class Directory(Schema):
    """The services of a municipality at an instant."""

    municipality: str
    at: Instant
    services: list[DirectoryLine]

    @classmethod
    def of(cls, municipality: str, at: datetime, entries: Iterable[DirectoryEntry]) -> "Directory":
        """Return the directory of entries."""
        return cls(municipality=municipality, at=at, services=[DirectoryLine.of(entry) for entry in entries])


class Duty(Schema):
    """Somebody is on call: in which position, until when; never who."""

    position: int = Field(description="1 is called first, 2 when 1 does not answer.")
    until: Instant


class OnCallLine(Schema):
    """Who is on call for one service; an empty list says that nobody is."""

    id: int
    organisation: str
    service: str
    kind: ServiceKind
    phone: str
    open_now: bool
    on_call: list[Duty]

    @classmethod
    def of(cls, entry: DirectoryEntry) -> "OnCallLine":
        """Return the line of an entry, without names even for colleagues."""
        people = [person for person in (entry.first, entry.second) if person is not None]
        return cls(
            id=entry.id,
            organisation=entry.organisation_name,
            service=entry.label,
            kind=entry.kind,
            phone=entry.phone,
            open_now=entry.open_now,
            on_call=[Duty(position=person.position, until=person.until) for person in people],
        )


class OnCall(Schema):
    """Who is on call for a municipality at an instant, service by service."""

    municipality: str
    at: Instant
    services: list[OnCallLine]

    @classmethod
    def of(cls, municipality: str, at: datetime, entries: Iterable[DirectoryEntry]) -> "OnCall":
        """Return who is on call among entries."""
        return cls(municipality=municipality, at=at, services=[OnCallLine.of(entry) for entry in entries])


def url_of(activation_id: UUID) -> str:
    """Return where the board of an activation is read; relative, so that no proxy can make it wrong."""
    return f"{ROOT}/activations/{activation_id}"
