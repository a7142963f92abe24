# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The protocol document as frozen values: who is called for which need, and what if nobody answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from approdo.kit.words import mark
from approdo.networks.rules import Capability, Channel, ServiceKind, ServiceView
from approdo.protocols.rules.assessing import USUAL_REVIEW, ReviewClock, review_clock
from approdo.protocols.rules.leaving import USUAL_EXITS, Exits, exits
from approdo.protocols.rules.pathway import PathwayStep, pathway
from approdo.protocols.rules.referring import ReferralClock, Urgency, clocks

FORMAT = 1
"""Version of the document's own grammar; a document of another format is refused, never guessed."""

ALL = "all"
"""The word that stands for every municipality of the network, or every context."""


class Need(StrEnum):
    """What is needed now; the tiles of the activation screen."""

    SAFE_PLACE = "safe_place"
    TALK_NOW = "talk_now"
    CALL_BACK = "call_back"
    CHILDREN = "children"


class Context(StrEnum):
    """From where the network is activated."""

    EMERGENCY_DEPARTMENT = "emergency_department"
    CLINIC = "clinic"
    SUPPORT_CENTRE = "support_centre"
    SOCIAL_SERVICE = "social_service"
    POLICE = "police"
    TERRITORY = "territory"


class Target(StrEnum):
    """Whom one step of a call alerts."""

    FIRST_ON_CALL = "first_on_call"
    SECOND_ON_CALL = "second_on_call"
    SERVICE_LINE = "service_line"
    BACKUP_SERVICE = "backup_service"
    COORDINATOR = "coordinator"


class Choose(StrEnum):
    """How many of the services that fit are called."""

    ONE = "one"
    ALL = "all"


class OutOfHours(StrEnum):
    """What happens when the service is closed: its people all the same, or the chain's backup service at once."""

    ON_CALL = "on_call"
    BACKUP = "backup"


NEED_LABELS: dict[Need, str] = {
    Need.SAFE_PLACE: mark("Posto sicuro"),
    Need.TALK_NOW: mark("Colloquio ora"),
    Need.CALL_BACK: mark("Richiamata"),
    Need.CHILDREN: mark("Ci sono minori"),
}
CONTEXT_LABELS: dict[Context, str] = {
    Context.EMERGENCY_DEPARTMENT: mark("Pronto soccorso"),
    Context.CLINIC: mark("Consultorio e servizi sanitari"),
    Context.SUPPORT_CENTRE: mark("Centro antiviolenza"),
    Context.SOCIAL_SERVICE: mark("Servizi sociali"),
    Context.POLICE: mark("Forze dell'ordine"),
    Context.TERRITORY: mark("Altri nodi del territorio"),
}
TARGET_LABELS: dict[Target, str] = {
    Target.FIRST_ON_CALL: mark("prima persona reperibile"),
    Target.SECOND_ON_CALL: mark("seconda persona reperibile"),
    Target.SERVICE_LINE: mark("linea del servizio"),
    Target.BACKUP_SERVICE: mark("servizio di riserva"),
    Target.COORDINATOR: mark("coordinatrice di rete"),
}
CHOOSE_LABELS: dict[Choose, str] = {
    Choose.ONE: mark("uno, il primo in elenco"),
    Choose.ALL: mark("tutti"),
}
OUT_OF_HOURS_LABELS: dict[OutOfHours, str] = {
    OutOfHours.ON_CALL: mark("si chiama comunque la persona reperibile"),
    OutOfHours.BACKUP: mark("si chiama subito il servizio di riserva"),
}

LOUD = frozenset({Channel.SMS, Channel.VOICE})
"""Channels that wake somebody up; a call without one of them is refused."""

CALLABLE_KINDS: tuple[ServiceKind, ...] = tuple(
    # Who treats the perpetrator never hears of the woman (Intesa 2022: contact only by trained women of the centre).
    kind
    for kind in ServiceKind
    if kind is not ServiceKind.PERPETRATOR_PROGRAMME
)

_CONTEXT_OF_KIND: dict[ServiceKind, Context] = {
    ServiceKind.EMERGENCY_DEPARTMENT: Context.EMERGENCY_DEPARTMENT,
    ServiceKind.FAMILY_CLINIC: Context.CLINIC,
    ServiceKind.MENTAL_HEALTH: Context.CLINIC,
    ServiceKind.SUPPORT_CENTRE: Context.SUPPORT_CENTRE,
    ServiceKind.OUTREACH_DESK: Context.SUPPORT_CENTRE,
    ServiceKind.SOCIAL_SERVICE: Context.SOCIAL_SERVICE,
    ServiceKind.SOCIAL_EMERGENCY: Context.SOCIAL_SERVICE,
    ServiceKind.CHILD_PROTECTION: Context.SOCIAL_SERVICE,
    ServiceKind.POLICE: Context.POLICE,
}


def context_of(kind: ServiceKind) -> Context:
    """Return the context in which an operator of that kind of service activates the network."""
    return _CONTEXT_OF_KIND.get(kind, Context.TERRITORY)


@dataclass(frozen=True, slots=True)
class Escalation:
    """One step of a call: whom, and how many minutes the step is given before the next one begins.

    The last step has no next: left out, its ``wait_minutes`` is the call's ``repeat_minutes``. After it everybody in
    the chain is alerted again at that interval until a person takes the call.
    """

    to: Target
    wait_minutes: int


@dataclass(frozen=True, slots=True)
class ChannelPlan:
    """By which channels one person is alerted: at once, and again after so many seconds if nothing was read."""

    at_once: tuple[Channel, ...]
    if_unread: tuple[Channel, ...] = ()
    after_seconds: int = 0


@dataclass(frozen=True, slots=True)
class CallRule:
    """One call of a protocol. Minutes count from the start of the call unless said otherwise."""

    key: str
    kind: ServiceKind
    answer_within_minutes: int
    channels: ChannelPlan
    escalation: tuple[Escalation, ...]
    repeat_minutes: int
    capability: Capability | None = None
    service_code: str | None = None
    choose: Choose = Choose.ONE
    needs: frozenset[Need] = frozenset()
    """Empty: the call is always made."""
    after: str | None = None
    """Key of the call whose taking starts this one; if that call is not part of the activation, start at once."""
    after_minutes: int | None = None
    """Start at the latest so many minutes after the other call began, taken or not."""
    backup_kind: ServiceKind | None = None
    out_of_hours: OutOfHours = OutOfHours.ON_CALL
    fallback_phone: str | None = None

    def answers(self, needs: Iterable[Need]) -> bool:
        """Tell whether this call is made for an activation with these needs."""
        return not self.needs or not self.needs.isdisjoint(needs)

    def fits(self, service: ServiceView) -> bool:
        """Tell whether the service is one this call may be made to."""
        return (
            service.kind == self.kind
            and (self.capability is None or self.capability in service.capabilities)
            and (self.service_code is None or service.label == self.service_code)
        )

    def timetable(self) -> tuple[tuple[int, Target], ...]:
        """Return each step with the minute, from the start of the call, at which it begins."""
        minute, steps = 0, []
        for step in self.escalation:
            steps.append((minute, step.to))
            minute += step.wait_minutes
        return tuple(steps)


@dataclass(frozen=True, slots=True)
class ProtocolDocument:
    """A whole protocol. ``municipalities`` and ``contexts`` are empty when the document says ``all``."""

    code: str
    name: str
    network: str
    municipalities: frozenset[str]
    contexts: frozenset[Context]
    calls: tuple[CallRule, ...]
    referrals: Mapping[Urgency, ReferralClock]
    pathway: tuple[PathwayStep, ...] = ()
    reviews: ReviewClock = USUAL_REVIEW
    exits: Exits = USUAL_EXITS

    def calls_for(self, needs: Iterable[Need]) -> tuple[CallRule, ...]:
        """Return the calls to make for these needs, in the order of the document."""
        wanted = frozenset(needs)
        return tuple(call for call in self.calls if call.answers(wanted))

    def start_minutes(self, key: str, needs: Iterable[Need] | None = None) -> int:
        """Return the latest minute at which the call begins, following ``after`` from call to call.

        With ``needs``, a call that is not made for them is not waited for.
        """
        made = self.calls if needs is None else self.calls_for(needs)
        by_key = {call.key: call for call in made}
        minute, seen = 0, set()
        call = by_key.get(key)
        while call is not None and call.after in by_key and call.key not in seen:
            seen.add(call.key)
            minute += call.after_minutes or 0
            call = by_key[call.after]
        return minute


def parse(document: Mapping[str, Any]) -> ProtocolDocument:
    """Turn a document without problems into frozen values.

    Run ``problems`` first: on a document that has errors this raises KeyError, TypeError or ValueError.
    """
    municipalities, contexts = document["municipalities"], document.get("contexts", ALL)
    return ProtocolDocument(
        code=document["code"],
        name=document["name"],
        network=document["network"],
        municipalities=frozenset() if municipalities == ALL else frozenset(municipalities),
        contexts=frozenset() if contexts == ALL else frozenset(Context(word) for word in contexts),
        calls=tuple(parse_call(call) for call in document["calls"]),
        referrals=clocks(document),
        pathway=pathway(document),
        reviews=review_clock(document),
        exits=exits(document),
    )


def parse_call(call: Mapping[str, Any]) -> CallRule:
    """Turn one call of a document into a frozen value; raises like ``parse``."""
    channels = call["channels"]
    repeat = int(call["repeat_minutes"])
    phone = call.get("fallback_phone")
    return CallRule(
        key=call["key"],
        kind=ServiceKind(call["kind"]),
        answer_within_minutes=int(call["answer_within_minutes"]),
        channels=ChannelPlan(
            at_once=tuple(Channel(word) for word in channels["at_once"]),
            if_unread=tuple(Channel(word) for word in channels.get("if_unread", ())),
            after_seconds=int(channels.get("after_seconds", 0)),
        ),
        escalation=tuple(
            Escalation(Target(step["to"]), int(step.get("wait_minutes", repeat))) for step in call["escalation"]
        ),
        repeat_minutes=repeat,
        capability=Capability(call["capability"]) if "capability" in call else None,
        service_code=call.get("service_code"),
        choose=Choose(call.get("choose", Choose.ONE)),
        needs=frozenset(Need(word) for word in call.get("needs", ())),
        after=call.get("after"),
        after_minutes=int(call["after_minutes"]) if "after_minutes" in call else None,
        backup_kind=ServiceKind(call["backup_kind"]) if "backup_kind" in call else None,
        out_of_hours=OutOfHours(call.get("out_of_hours", OutOfHours.ON_CALL)),
        fallback_phone="".join(phone.split()) if phone else None,
    )
