# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drills: real messages to who is on call, which say only that they are a test, and what came back (ADR 0023).

Rows are the clock: a plan row says when the next one begins, a drill row when it is looked at again. A drill is locked
before its rings, and those before their messages.
"""

import logging
import secrets
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from approdo.access.rules import Actor, Role, acting
from approdo.audit import services as audit
from approdo.kit import live
from approdo.kit.errors import Conflict, Invalid, NotFound, Refusal
from approdo.kit.words import mark as _
from approdo.networks import selectors as networks
from approdo.notifications import selectors
from approdo.notifications.models import Drill, DrillPlan, DrillRing
from approdo.notifications.rules import (
    ANSWER_WITHIN,
    DRILL_TRANSITIONS,
    FAILED,
    LOOK_EVERY,
    MISSED_AFTER,
    OPEN,
    PENDING,
    RING_TRANSITIONS,
    USUAL,
    WAIT,
    WAITS_AT_MOST,
    WEEKDAYS,
    WEEKS,
    DrillEvent,
    DrillState,
    Moment,
    NewMessage,
    RingEvent,
    RingState,
    Telephone,
    Template,
    made_up_for,
    next_moment,
    next_press_at,
    of_those_who,
    outcome,
)
from approdo.notifications.selectors.drills import code_digest
from approdo.notifications.services.answers import cancel, mark_read
from approdo.notifications.services.enqueueing import enqueue

log = logging.getLogger(__name__)
_TRIED_AGAIN = timedelta(minutes=1)
KEPT_FOR = timedelta(days=400)
"""A year of months and a little: then how it went with whom is nobody's business any more."""


class DrilledTooOften(Refusal):
    """This service was tried by hand several times today."""

    status = 429
    code = "drilled_too_often"
    sentence = _("Questo servizio è già stato provato tre volte in un giorno: riprova domani.")


@dataclass(frozen=True, slots=True)
class Situation:
    """What is true around a drill now: whether a real call keeps it waiting; asked for, which telephones would ring."""

    busy: bool
    telephones: Callable[[], tuple[Telephone, ...]]


# -- when -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def plan_drills(*, service_ids: Collection[int], now: datetime) -> int:
    """Give every one of these services its monthly drill, if it has none yet; return how many got one. For the sweep.

    Drills of more than a year ago are forgotten.
    """
    missing = set(service_ids) - set(DrillPlan.objects.values_list("service_id", flat=True))
    due_at = next_moment(USUAL, now)
    plans = [DrillPlan(service_id=service_id, due_at=due_at) for service_id in sorted(missing)]
    DrillPlan.objects.bulk_create(plans, ignore_conflicts=True)
    Drill.objects.filter(begun_at__lt=now - KEPT_FOR).delete()
    return len(missing)


@transaction.atomic
def choose_moment(*, actor: Actor, service_id: int, moment: Moment, both: bool, now: datetime) -> None:
    """Choose when the drill of a service is each month, and whether both people on call are tried at once."""
    if moment.week not in WEEKS or moment.weekday not in WEEKDAYS:
        raise Invalid({"": _("Scegli una settimana e un giorno dall'elenco.")})
    plan = _locked_plan(service_id)
    plan.week, plan.weekday, plan.at, plan.both = moment.week, moment.weekday, moment.at, both
    plan.due_at = next_moment(moment, now)
    plan.save()
    audit.record(actor=actor, verb="drill.choose", subject=f"service:{service_id}", now=now)


@transaction.atomic
def press_drill(*, actor: Actor, service_id: int, now: datetime) -> None:
    """Begin a drill of a service now; the sweep sends it. Raises ``Conflict`` while one runs, ``DrilledTooOften``."""
    operator_id, _acting_for = acting(actor)
    plan = _locked_plan(service_id)
    if Drill.objects.filter(service=service_id, ended_at=None).exists():
        raise Conflict(_("Una prova è già in corso: guarda come va."), code="drill_runs")
    if next_press_at(selectors.drills_pressed(service_id, now), now):
        raise DrilledTooOften
    _begin(plan, now, pressed_by=operator_id)
    audit.record(actor=actor, verb="drill.press", subject=f"service:{service_id}", now=now)


@transaction.atomic
def begin_drills(*, now: datetime, limit: int = 20) -> int:
    """Begin the drills whose moment has come, passing over plans that another sweep holds; return how many.

    A service that is being tried at this moment is not tried twice, one that was closed down not at all; one whose hour
    went by while nothing ran is tried on the next working day.
    """
    due = DrillPlan.objects.filter(due_at__lte=now).order_by("due_at", "service")
    plans = list(due.select_for_update(skip_locked=True)[:limit])
    running = Drill.objects.filter(service__in=[plan.pk for plan in plans], ended_at=None)
    left_out = set(running.values_list("service_id", flat=True))
    left_out |= set(DrillPlan.objects.filter(due_at__lte=now, service__active=False).values_list("pk", flat=True))
    for plan in plans:
        moment = Moment(plan.week, plan.weekday, plan.at)
        if now - plan.due_at >= MISSED_AFTER:
            plan.due_at = made_up_for(moment, now)
        else:
            if plan.pk not in left_out:
                _begin(plan, now)
            plan.due_at = next_moment(moment, now)
        plan.save(update_fields=["due_at"])
    return len(plans)


def _locked_plan(service_id: int) -> DrillPlan:
    plan = DrillPlan.objects.select_for_update(of=("self",)).filter(pk=service_id, service__active=True).first()
    if plan is None:
        raise Invalid({"": _("In questo servizio non c'è ancora un telefono da far suonare: scrivi prima i recapiti.")})
    return plan


def _begin(plan: DrillPlan, now: datetime, pressed_by: int | None = None) -> None:
    drill = Drill.objects.create(
        service_id=plan.pk,
        pressed_by_id=pressed_by,
        both=plan.both,
        state=DrillState.WAITING,
        begun_at=now,
        due_at=now,
    )
    _tell(drill)


def _tell(drill: Drill) -> None:
    """Let the screens of the service see it, and those of who pressed: she may act for another one."""
    pressed = [f"o:{drill.pressed_by_id}"] if drill.pressed_by_id else []
    live.announce([f"s:{drill.service_id}", *pressed])


# -- how it goes ------------------------------------------------------------------------------------------------------


def advance_drills(*, now: datetime, situation: Callable[[int], Situation], limit: int = 10) -> int:
    """Advance every drill whose instant has come, each in its own transaction; return how many.

    ``situation`` says of a service what is true around it. One that cannot advance is tried again a minute later.
    """
    due = Drill.objects.filter(due_at__lte=now).order_by("due_at", "pk")
    return sum(_advance_one(drill_id, situation, now) for drill_id in list(due.values_list("pk", flat=True)[:limit]))


def _advance_one(drill_id: UUID, situation: Callable[[int], Situation], now: datetime) -> int:
    try:
        with transaction.atomic():
            found = Drill.objects.select_for_update(skip_locked=True).filter(pk=drill_id, due_at__lte=now).first()
            if found is None:
                return 0
            around = situation(found.service_id)
            advance = _start if found.state == DrillState.WAITING else _go_on
            advance(found, around, now)
            return 1
    except Exception:
        log.exception("drill %s did not advance", drill_id)
        Drill.objects.filter(pk=drill_id, due_at__lte=now).update(due_at=now + _TRIED_AGAIN)
        return 0


def _start(drill: Drill, around: Situation, now: datetime) -> None:
    if around.busy and now - drill.begun_at < WAITS_AT_MOST:
        _look_again(drill, now + WAIT)
    elif around.busy:
        _end(drill, DrillEvent.OVERTAKE, now)
    elif not (telephones := around.telephones()):
        _end(drill, DrillEvent.FIND_NOBODY, now)
    elif _ring(drill, of_those_who(telephones, (), both=drill.both), now):
        _move(drill, DrillEvent.RING)
        _look_again(drill, now + LOOK_EVERY)
    else:
        _end(drill, DrillEvent.FIND_NO_CHANNEL, now)


def _go_on(drill: Drill, around: Situation, now: datetime) -> None:
    rings = list(drill.rings.select_for_update().order_by("position"))
    pending = [ring for ring in rings if ring.state in PENDING]
    if around.busy:
        _settle(pending, RingEvent.STOP, now)
        _end(drill, DrillEvent.OVERTAKE, now)
        return
    _note_arrivals(drill, pending)
    deadline = max(ring.rung_at for ring in rings if ring.rung_at) + ANSWER_WITHIN
    if now < deadline:
        _look_again(drill, min(now + LOOK_EVERY, deadline))
        return
    people = {ring.operator_id for ring in rings}
    left = [one for one in around.telephones() if one.operator_id not in people]
    more = of_those_who(left, [ring.position for ring in rings], both=drill.both)
    if _ring(drill, more, now):
        _look_again(drill, now + LOOK_EVERY)
        return
    _settle(pending, RingEvent.RUN_OUT, now)
    _end(drill, _outcome_of(drill), now)


def _ring(drill: Drill, telephones: Iterable[Telephone], now: datetime) -> bool:
    """Write the messages of these telephones; tell whether any of them rings."""
    messages: list[NewMessage] = []
    for one in telephones:
        ring_id, code = uuid4(), secrets.token_urlsafe(16)
        rings = bool(one.messages)
        DrillRing.objects.create(
            id=ring_id,
            drill=drill,
            position=one.position,
            operator_id=one.operator_id,
            state=RingState.SENT if rings else RingState.NO_CHANNEL,
            code_digest=code_digest(code) if rings else None,
            rung_at=now if rings else None,
        )
        messages += [
            NewMessage(
                reference=ring_id,
                channel=channel,
                address=address,
                operator_id=one.operator_id,
                service_id=drill.service_id,
                wave=1 if after else 0,
                due_at=now + timedelta(seconds=after),
                template=Template.DRILL,
                code=code,
            )
            for channel, address, after in one.messages
        ]
    enqueue(messages=messages, now=now)
    _tell(drill)
    return bool(messages)


def _note_arrivals(drill: Drill, pending: Iterable[DrillRing]) -> None:
    arrived = selectors.arrived_at([ring.pk for ring in pending if ring.state == RingState.SENT])
    for ring in pending:
        if ring.pk in arrived:
            ring.state = RING_TRANSITIONS[RingState(ring.state), RingEvent.DELIVER]
            ring.delivered_at = arrived[ring.pk]
            ring.save(update_fields=["state", "delivered_at"])
    if arrived and drill.state == DrillState.SENT:
        _move(drill, DrillEvent.DELIVER)
        _tell(drill)


def _settle(rings: Collection[DrillRing], event: RingEvent, now: datetime) -> None:
    for ring in rings:
        ring.state = RING_TRANSITIONS[RingState(ring.state), event]
        ring.save(update_fields=["state"])
    cancel(references=[ring.pk for ring in rings], now=now)


def _outcome_of(drill: Drill) -> DrillEvent:
    return outcome([RingState(state) for state in drill.rings.values_list("state", flat=True)])


def _move(drill: Drill, event: DrillEvent) -> None:
    drill.state = DRILL_TRANSITIONS[DrillState(drill.state), event]


def _look_again(drill: Drill, at: datetime) -> None:
    drill.due_at = at
    drill.save(update_fields=["state", "due_at"])


def _end(drill: Drill, event: DrillEvent, now: datetime) -> None:
    _move(drill, event)
    drill.due_at, drill.ended_at = None, now
    drill.save(update_fields=["state", "due_at", "ended_at"])
    _tell(drill)


# -- what comes back --------------------------------------------------------------------------------------------------


@audit.goes_on
def answer_drill_by_code(*, code: str, now: datetime) -> None:
    """Note that she confirmed through the link of a drill; pressing again is harmless. ``NotFound`` for other codes."""
    ring = selectors.drill_behind(code, now)
    if ring is None:
        raise NotFound(_("Questa prova è finita. Non devi fare nulla."))
    _answer(ring.id, now)


def answer_drill(*, sender: str, now: datetime, message_id: UUID | None = None) -> bool:
    """Note that she confirmed by a reply or a key; tell whether there was a drill to confirm."""
    if message_id is not None:
        reference = selectors.answered_drill(message_id, now)
    else:
        reference = selectors.open_drill_reference(sender, now)
    if reference is None:
        return False
    _answer(reference, now)
    return True


@transaction.atomic
def _answer(ring_id: UUID, now: datetime) -> None:
    drill = Drill.objects.select_for_update().get(rings=ring_id)
    ring = DrillRing.objects.select_for_update().get(pk=ring_id)
    target = RING_TRANSITIONS.get((RingState(ring.state), RingEvent.ANSWER))
    if target is None:
        return
    ring.state, ring.answered_at = target, now
    ring.save(update_fields=["state", "answered_at"])
    mark_read(references=[ring_id], now=now)
    cancel(references=[ring_id], now=now)
    if drill.state in OPEN and not drill.rings.filter(state__in=PENDING).exists():
        _end(drill, _outcome_of(drill), now)
    _tell(drill)
    organisation_id = networks.organisation_of(drill.service_id)
    her = Actor(ring.operator_id, organisation_id, drill.service_id, Role.ON_CALL_OPERATOR)
    audit.record(actor=her, verb="drill.answer", subject=f"drill:{drill.pk}", now=now)


@transaction.atomic
def mend_drill(*, actor: Actor, service_id: int, drill_id: UUID, now: datetime) -> None:
    """Note that what a drill of this service found is mended; again is harmless. ``NotFound`` for any other drill."""
    operator_id, _acting_for = acting(actor)
    drill = Drill.objects.select_for_update().filter(pk=drill_id, service=service_id, state__in=FAILED).first()
    if drill is None:
        raise NotFound
    if drill.mended_at is None:
        drill.mended_at, drill.mended_by_id = now, operator_id
        drill.save(update_fields=["mended_at", "mended_by"])
        _tell(drill)
        audit.record(actor=actor, verb="drill.mend", subject=f"drill:{drill_id}", now=now)
