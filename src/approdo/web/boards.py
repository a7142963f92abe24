# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A call of the board as a person reads it: one shape, one sentence, what happens next."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from approdo.activations.rules.states import ActivationState, AlertState, CallState
from approdo.activations.selectors import Board, BoardCall
from approdo.cases.rules import EventKind
from approdo.kit.words import mark
from approdo.protocols.rules import Target
from approdo.web.templatetags import when
from approdo.web.templatetags.shapes import STEPS
from approdo.web.templatetags.words import word

_SAID = {
    AlertState.SENT: ("alerted", mark("avvisata %(at)s")),
    AlertState.DELIVERED: ("alerted", mark("avvisata %(at)s")),
    AlertState.SEEN: ("read", mark("letta %(at)s")),
    AlertState.FAILED: ("late", mark("non raggiunta %(at)s")),
}
_OWN_PEOPLE = (Target.FIRST_ON_CALL, Target.SECOND_ON_CALL)
_RANK = {
    AlertState.SENT: 1,
    AlertState.DELIVERED: 2,
    AlertState.SEEN: 3,
    AlertState.DECLINED: 3,
    AlertState.TAKEN: 3,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One called service, in words, and what she may press."""

    call: BoardCall
    shape: str
    words: str
    next: str
    progress: int | None
    """How many of the four steps are done, from sent to taken; None before anybody was alerted."""
    limit: str
    """By when an answer is expected, or how late it is."""
    refusals: tuple[str, ...] = ()
    may_answer: bool = False
    may_release: bool = False

    @property
    def said(self) -> dict[str, object]:
        """Return what the row says, the same to everybody who reads it."""
        return {
            "label": self.call.label,
            "kind": self.call.kind,
            "number": self.call.phone,
            "shape": self.shape,
            "words": self.words,
            "progress": self.progress,
            "limit": self.limit,
            "next": self.next,
            "refusals": self.refusals,
        }


def rows(board: Board) -> tuple[Row, ...]:
    """Return the calls of a board in words; what waits for her answer comes first."""
    calls = sorted(board.calls, key=lambda call: not (call.mine and call.unanswered))
    is_open = board.state is ActivationState.OPEN
    uncovered = {event.subject for event in board.chronology if event.kind is EventKind.NOBODY_ON_CALL}
    return tuple(
        Row(
            call,
            *_state(call, call.id in uncovered),
            next=_next(call),
            progress=_progress(call),
            limit=when.deadline(call.answer_by, board.at) if call.unanswered else "",
            refusals=_refusals(call),
            may_answer=is_open and call.mine and call.unanswered,
            may_release=is_open and call.taken_by_me,
        )
        for call in calls
    )


def numbers(board: Board) -> dict[str, object]:
    """Return whom to telephone while the page is old: the services that have not answered."""
    return {"numbers": tuple((call.label, call.phone) for call in board.calls if call.unanswered and call.phone)}


def _state(call: BoardCall, uncovered: bool) -> tuple[str, str]:
    if call.state is CallState.TAKEN:
        by = "" if call.taken_label in {"", call.label} else " · " + call.taken_label
        at = call.taken_at and when.clock(call.taken_at)
        return "taken", _("presa in carico %(at)s") % {"at": at} + by
    if call.state is CallState.STOOD_DOWN:
        return "stopped", _("fermata")
    if call.state is CallState.WAITING:
        return "waiting", _("non ancora chiamata")
    shape, words = _alert(call)
    if uncovered and call.alert and not any(alert.target in _OWN_PEOPLE for alert in call.alerts):
        who = word(call.alert.target)
        words = _("nessuna reperibile qui · %(who)s: %(state)s") % {"who": who, "state": words}
    if call.late:
        return "late", _("nessuna risposta") + " · " + words
    return shape, words


def _refusals(call: BoardCall) -> tuple[str, ...]:
    """Return who could not and why, beside what the row already says: the search went on, the reason is still news."""
    return tuple(
        f"{word(alert.target)}: {_('non può')}" + (f" · {word(alert.reason)}" if alert.reason else "")
        for alert in call.alerts
        if alert.state is AlertState.DECLINED and alert is not call.alert
    )


def _alert(call: BoardCall) -> tuple[str, str]:
    alert = call.alert
    if call.started_at is None:
        return "waiting", _("avviso in partenza")
    if alert is None or not call.reached:
        return "late", _("nessuna reperibile adesso")
    at = when.clock(alert.at)
    if alert.state is AlertState.DECLINED:
        return "declined", _("non può") + (f": {word(alert.reason)}" if alert.reason else "")
    if alert.state not in _SAID:
        return "waiting", _("avviso in partenza")
    shape, sentence = _SAID[alert.state]
    return shape, _(sentence) % {"at": at}


def _next(call: BoardCall) -> str:
    if not call.unanswered or call.next_at is None:
        return ""
    at = when.at(call.next_at)
    if call.state is CallState.WAITING:
        return _("parte al più tardi %(at)s") % {"at": at}
    if not call.reached:
        return _("si riprova %(at)s: intanto telefona") % {"at": at}
    if len(call.next_targets) == 1:
        return _("se non risponde: %(who)s %(at)s") % {"who": word(call.next_targets[0]), "at": at}
    if Target.COORDINATOR in call.next_targets:
        return _("%(at)s si avvisano di nuovo tutte, anche la coordinatrice") % {"at": at}
    return _("%(at)s si avvisano di nuovo tutte") % {"at": at}


def _progress(call: BoardCall) -> int | None:
    if call.alert is None or call.state is CallState.WAITING:
        return None
    return len(STEPS) if call.state is CallState.TAKEN else _RANK.get(call.alert.state, 0)
