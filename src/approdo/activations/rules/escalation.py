# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whom a call alerts now, by which channels, and when it looks again.

Everything here is a decision on plain values: the clock, the rota and the protocol come in as arguments.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from approdo.activations.rules.planning import backups, coordination
from approdo.networks.rules import Channel, ContactView, ServiceView
from approdo.protocols.rules import CallRule, OutOfHours, Target

NOBODY_RETRY = timedelta(minutes=1)
"""When nobody at all can be alerted, we look again this often: somebody may come on call."""
CODE_LIFETIME = timedelta(hours=12)
_OWN_PEOPLE = frozenset({Target.FIRST_ON_CALL, Target.SECOND_ON_CALL})
_OWN = _OWN_PEOPLE | {Target.SERVICE_LINE}


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom to alert: a person on call, or a service's own line when there is no person."""

    service_id: int
    operator_id: int | None
    contacts: tuple[ContactView, ...]
    target: Target


Reach = Callable[[Target], tuple[Recipient, ...] | None]
"""Whom a target means now: nobody when nobody is on call there, None when the protocol passes it by at this hour."""


class Detour(StrEnum):
    """Why a call does not go to the people on call at its own service."""

    NOBODY_ON_CALL = "nobody_on_call"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Advance:
    """What the next step of a call does: alert these people, say who was missing, look again at this instant.

    ``missing`` are the targets at which nobody is on call; ``closed`` those that the protocol passes by at this hour.
    """

    step: int
    targets: tuple[Target, ...]
    recipients: tuple[Recipient, ...]
    missing: tuple[Target, ...]
    closed: tuple[Target, ...]
    due_at: datetime

    @property
    def detour(self) -> Detour | None:
        """Tell why this does not alert a person on call at the called service; None when it does, or need not."""
        if any(recipient.target in _OWN_PEOPLE for recipient in self.recipients):
            return None
        return Detour.NOBODY_ON_CALL if self.missing else Detour.CLOSED if self.closed else None


def targets_at(rule: CallRule, step: int) -> tuple[tuple[Target, ...], timedelta]:
    """Return whom a step alerts and how long it waits for an answer; steps count from 1.

    After the last step of the chain everybody in it is alerted again, together, every ``repeat_minutes``.
    """
    if step <= len(rule.escalation):
        one = rule.escalation[step - 1]
        return (one.to,), timedelta(minutes=one.wait_minutes)
    everybody = tuple(dict.fromkeys(escalation.to for escalation in rule.escalation))
    return everybody, timedelta(minutes=rule.repeat_minutes)


def next_step(rule: CallRule, steps_taken: int, reach: Reach, now: datetime) -> Advance:
    """Find the next step that reaches somebody, skipping at once the steps at which nobody is on call.

    When a whole round reaches nobody the call stays due every ``NOBODY_RETRY``: it never stops by itself.
    """
    missing: list[Target] = []
    closed: list[Target] = []
    for step in range(steps_taken + 1, max(steps_taken + 1, len(rule.escalation) + 1) + 1):
        targets, wait = targets_at(rule, step)
        found: dict[tuple[int, int | None], Recipient] = {}
        for target in targets:
            reached = reach(target)
            if not reached:
                (closed if reached is None else missing).append(target)
            for recipient in reached or ():
                found.setdefault((recipient.service_id, recipient.operator_id), recipient)
        if found:
            return Advance(step, targets, tuple(found.values()), _once(missing), _once(closed), now + wait)
    step = max(steps_taken, len(rule.escalation))
    return Advance(step, (), (), _once(missing), _once(closed), now + NOBODY_RETRY)


def _once(targets: Sequence[Target]) -> tuple[Target, ...]:
    return tuple(dict.fromkeys(targets))


def reach_of(
    rule: CallRule,
    service: ServiceView | None,
    coverage: Sequence[ServiceView],
    kept_out: frozenset[int] = frozenset(),
) -> Reach:
    """Return a function from target to the people it means now, for one call.

    Who is kept out of the case (``kept_out``, operators) is passed by as if she were not on call (security.md, P14).
    Out of hours, a rule that says ``backup`` passes by the service's own people, and its line.
    """
    closed = service is not None and not service.open_now and rule.out_of_hours is OutOfHours.BACKUP

    def reach(target: Target) -> tuple[Recipient, ...] | None:
        if closed and target in _OWN:
            return None
        if target is Target.FIRST_ON_CALL:
            return _person(service, target, kept_out, first=True)
        if target is Target.SECOND_ON_CALL:
            return _person(service, target, kept_out, first=False)
        if target is Target.SERVICE_LINE:
            return _line(service, target)
        if target is Target.BACKUP_SERVICE:
            others = [other for other in backups(rule, coverage) if service is None or other.id != service.id]
        else:
            others = list(coordination(coverage))
        return next((found for other in others if (found := _anyone(other, target, kept_out))), ())

    return reach


def _person(
    service: ServiceView | None, target: Target, kept_out: frozenset[int], *, first: bool
) -> tuple[Recipient, ...]:
    person = None if service is None else service.first if first else service.second
    if service is None or person is None or person.operator_id in kept_out:
        return ()
    return (Recipient(service.id, person.operator_id, person.contacts, target),)


def _line(service: ServiceView | None, target: Target) -> tuple[Recipient, ...]:
    if service is None or not service.contacts:
        return ()
    return (Recipient(service.id, None, service.contacts, target),)


def _anyone(service: ServiceView, target: Target, kept_out: frozenset[int]) -> tuple[Recipient, ...]:
    first = _person(service, target, kept_out, first=True)
    second = _person(service, target, kept_out, first=False)
    return first or second or _line(service, target)


@dataclass(frozen=True, slots=True)
class PlannedMessage:
    """One message of an alert: channel, address, wave (later waves go out only if nobody reads the earlier)."""

    channel: Channel
    address: str
    wave: int
    after_seconds: int


def messages_for(rule: CallRule, recipient: Recipient) -> tuple[PlannedMessage, ...]:
    """Return the messages of one alert.

    The app channel is always there: a screen that is open shows the call at once. When none of the recipient's
    contacts is in the first wave, the second goes out at once, so that an alert always leaves by something loud.
    """
    channels = rule.channels
    topic = f"o:{recipient.operator_id}" if recipient.operator_id else f"s:{recipient.service_id}"
    app = PlannedMessage(Channel.APP, topic, 0, 0)
    external = [contact for contact in recipient.contacts if contact.channel is not Channel.APP]
    first = [contact for contact in external if contact.channel in channels.at_once]
    later = [contact for contact in external if contact.channel in channels.if_unread]
    if not first:
        first, later = later or external, []
    return (
        app,
        *(PlannedMessage(contact.channel, contact.address, 0, 0) for contact in first),
        *(PlannedMessage(contact.channel, contact.address, 1, channels.after_seconds) for contact in later),
    )
