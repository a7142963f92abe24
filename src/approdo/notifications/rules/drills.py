# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A drill: does the telephone of who is on call ring, and does she answer? Its states, its clock, its outcome."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from approdo.kit.words import mark as _
from approdo.networks.rules import Channel

RINGING_CHANNELS = frozenset({Channel.SMS, Channel.VOICE})
"""What a drill goes out by: a page or a letter answered at a desk would hide a telephone that is off."""
ANSWER_WITHIN = timedelta(minutes=10)
"""How long somebody has before the second person is tried, or the drill ends."""
LOOK_EVERY = timedelta(seconds=15)
"""How often a drill under way is looked at: has it arrived, did a real call begin?"""
WAITS_AT_MOST = timedelta(hours=6)
"""How long a drill waits for a real call to end before it is left out: who answers one has been tried enough."""
WAIT = timedelta(minutes=2)
MISSED_AFTER = timedelta(hours=2)
"""A month's drill so late (the machine was off) is not held now but on the next working day."""
ANSWERABLE_FOR = timedelta(hours=12)
"""How long its link opens a page that still takes an answer, be it late."""
PRESSED_AT_MOST = 3
PRESSED_IN = timedelta(hours=24)


class DrillState(StrEnum):
    """Where a drill is."""

    WAITING = "waiting"
    SENT = "sent"
    DELIVERED = "delivered"
    ANSWERED = "answered"
    PARTLY = "partly"
    SILENT = "silent"
    NOBODY = "nobody"
    NO_CHANNEL = "no_channel"
    OVERTAKEN = "overtaken"


class DrillEvent(StrEnum):
    """What can happen to a drill."""

    RING = "ring"
    FIND_NOBODY = "find_nobody"
    FIND_NO_CHANNEL = "find_no_channel"
    DELIVER = "deliver"
    ANSWER = "answer"
    ANSWER_PARTLY = "answer_partly"
    RUN_OUT = "run_out"
    OVERTAKE = "overtake"


DRILL_TRANSITIONS: dict[tuple[DrillState, DrillEvent], DrillState] = {
    (DrillState.WAITING, DrillEvent.RING): DrillState.SENT,
    (DrillState.WAITING, DrillEvent.FIND_NOBODY): DrillState.NOBODY,
    (DrillState.WAITING, DrillEvent.FIND_NO_CHANNEL): DrillState.NO_CHANNEL,
    (DrillState.WAITING, DrillEvent.OVERTAKE): DrillState.OVERTAKEN,
    (DrillState.SENT, DrillEvent.DELIVER): DrillState.DELIVERED,
    **{
        (state, event): target
        for state in (DrillState.SENT, DrillState.DELIVERED)
        for event, target in (
            (DrillEvent.ANSWER, DrillState.ANSWERED),
            (DrillEvent.ANSWER_PARTLY, DrillState.PARTLY),
            (DrillEvent.RUN_OUT, DrillState.SILENT),
            # a real call began: the telephone is hers
            (DrillEvent.OVERTAKE, DrillState.OVERTAKEN),
        )
    },
}
OPEN = frozenset({DrillState.WAITING, DrillState.SENT, DrillState.DELIVERED})
FAILED = frozenset({DrillState.PARTLY, DrillState.SILENT, DrillState.NOBODY, DrillState.NO_CHANNEL})
"""What is to be mended; a drill that a real call overtook says nothing, for good or ill."""


class RingState(StrEnum):
    """How it goes with one person, or with the service's own line."""

    SENT = "sent"
    DELIVERED = "delivered"
    ANSWERED = "answered"
    SILENT = "silent"
    LATE = "late"
    NO_CHANNEL = "no_channel"
    STOPPED = "stopped"


class RingEvent(StrEnum):
    """What can happen while a telephone is tried."""

    DELIVER = "deliver"
    ANSWER = "answer"
    RUN_OUT = "run_out"
    STOP = "stop"


RING_TRANSITIONS: dict[tuple[RingState, RingEvent], RingState] = {
    (RingState.SENT, RingEvent.DELIVER): RingState.DELIVERED,
    **{
        (state, event): target
        for state in (RingState.SENT, RingState.DELIVERED)
        for event, target in (
            (RingEvent.ANSWER, RingState.ANSWERED),
            (RingEvent.RUN_OUT, RingState.SILENT),
            (RingEvent.STOP, RingState.STOPPED),
        )
    },
    # the telephone is on, but at night that would have been too late: the drill keeps its outcome
    (RingState.SILENT, RingEvent.ANSWER): RingState.LATE,
}
PENDING = frozenset({RingState.SENT, RingState.DELIVERED})

DRILL_WORDS: dict[DrillState, str] = {
    DrillState.WAITING: _("in partenza"),
    DrillState.SENT: _("inviata, aspetta risposta"),
    DrillState.DELIVERED: _("arrivata, aspetta risposta"),
    DrillState.ANSWERED: _("ha risposto"),
    DrillState.PARTLY: _("ha risposto solo una"),
    DrillState.SILENT: _("nessuna risposta"),
    DrillState.NOBODY: _("nessuno di turno"),
    DrillState.NO_CHANNEL: _("nessun telefono da far suonare"),
    DrillState.OVERTAKEN: _("non fatta: c'era una chiamata vera"),
}
RING_WORDS: dict[RingState, str] = {
    RingState.SENT: _("inviata, non si sa se è arrivata"),
    RingState.DELIVERED: _("arrivata al telefono"),
    RingState.ANSWERED: _("ha risposto"),
    RingState.SILENT: _("nessuna risposta"),
    RingState.LATE: _("ha risposto troppo tardi"),
    RingState.NO_CHANNEL: _("nessun telefono tra i suoi recapiti"),
    RingState.STOPPED: _("fermata: c'era una chiamata vera"),
}


@dataclass(frozen=True, slots=True)
class Telephone:
    """What is to be tried at one position: messages (channel, address, after how many seconds), or none that rings.

    Position 0 is the service's own line, 1 and 2 are the people on call.
    """

    position: int
    operator_id: int | None
    messages: tuple[tuple[Channel, str, int], ...]


@dataclass(frozen=True, slots=True)
class RingView:
    """How it went with one person, or with the line (nobody's)."""

    id: UUID
    position: int
    operator_id: int | None
    state: RingState
    rung_at: datetime | None
    delivered_at: datetime | None
    answered_at: datetime | None

    @property
    def seconds(self) -> int | None:
        """Return how long an answer took."""
        if self.rung_at is None or self.answered_at is None:
            return None
        return int((self.answered_at - self.rung_at).total_seconds())


def of_those_who(telephones: Collection[Telephone], rung: Collection[int], *, both: bool) -> tuple[Telephone, ...]:
    """Return which telephones are tried next: all at once, or the first one that has not been.

    One without a number that rings is noted, and the next one tried at once.
    """
    left = sorted((one for one in telephones if one.position not in rung), key=lambda one: one.position)
    if both:
        return tuple(left)
    silent = next((index for index, one in enumerate(left) if one.messages), len(left) - 1)
    return tuple(left[: silent + 1])


def outcome(states: Collection[RingState]) -> DrillEvent:
    """Return how a drill ends once nothing more is tried: well only when everybody who was tried answered."""
    if all(state is RingState.NO_CHANNEL for state in states):
        return DrillEvent.FIND_NO_CHANNEL
    if all(state is RingState.ANSWERED for state in states):
        return DrillEvent.ANSWER
    return DrillEvent.ANSWER_PARTLY if RingState.ANSWERED in states else DrillEvent.RUN_OUT


def next_press_at(pressed: Collection[datetime], now: datetime) -> datetime | None:
    """Return when a drill of a service that was pressed at these instants may be pressed again; None: now."""
    recent = sorted(at for at in pressed if at > now - PRESSED_IN)
    return recent[-PRESSED_AT_MOST] + PRESSED_IN if len(recent) >= PRESSED_AT_MOST else None
