# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How past activations went, measured against the copy of the protocol that each of them carries.

Nothing here names a case, a service or a person. What would single a woman out is left out by ``kit.counts.hidden``.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from approdo.activations.rules.states import UNANSWERED, ActivationState, CallState, StandDownReason
from approdo.kit.counts import percentile, share
from approdo.kit.words import mark as _
from approdo.networks.rules import ServiceKind
from approdo.protocols.rules import CallRule, Need, Target


class Outcome(StrEnum):
    """How a call that was made stands, or ended; each call has exactly one."""

    ON_TIME = "on_time"
    LATE = "late"
    OPEN = "open"
    STOOD_DOWN = "stood_down"
    STOPPED_BEFORE = "stopped_before"
    """The activation was stopped while this call still waited for another: nobody was alerted."""


_STOPPED = frozenset({Outcome.STOOD_DOWN, Outcome.STOPPED_BEFORE})


class Skip(StrEnum):
    """Why a rule of the protocol copy made no call in an activation."""

    NOT_NEEDED = "not_needed"
    NO_SERVICE = "no_service"
    STOPPED_BEFORE = "stopped_before"


SKIP_LABELS = {
    Skip.NOT_NEEDED: _("i bisogni non la chiedevano"),
    Skip.NO_SERVICE: _("non c'era nessun servizio"),
    Skip.STOPPED_BEFORE: _("fermata prima di cominciare"),
}


@dataclass(frozen=True, slots=True)
class MadeCall:
    """One call of a past activation. ``taken_at`` is when who holds it now took it, after any passing of the hand."""

    key: str
    state: CallState
    step: int
    """How far along its chain it came; beyond the last step, everybody again."""
    alerted: frozenset[int]
    """The steps at which somebody was alerted."""
    started_at: datetime | None = None
    answer_by: datetime | None = None
    taken_at: datetime | None = None
    first_taken_at: datetime | None = None
    """When a person first took it, if she passed the hand afterwards; None: ``taken_at`` says it."""
    unreached: int = 0
    """At how many of its steps no message could arrive at anybody (the chronology's own event)."""


@dataclass(frozen=True, slots=True)
class PastActivation:
    """One activation that was, with the rules of its own protocol copy; ``reason``: why it was stopped, if it was."""

    version_id: int
    needs: frozenset[Need]
    exercise: bool
    state: ActivationState
    ended_at: datetime | None
    reason: StandDownReason | None
    rules: Sequence[CallRule]
    calls: Sequence[MadeCall]


def outcome_of(call: MadeCall) -> Outcome:
    """Tell how a call stands or ended: in time is taken by who holds it at its limit at the latest."""
    if call.state is CallState.TAKEN:
        late = call.answer_by is not None and call.taken_at is not None and call.taken_at > call.answer_by
        return Outcome.LATE if late else Outcome.ON_TIME
    if call.state in UNANSWERED:
        return Outcome.OPEN
    return Outcome.STOPPED_BEFORE if call.started_at is None else Outcome.STOOD_DOWN


def was_reached(call: MadeCall) -> bool:
    """Tell whether a person took it, or was alerted at a step where the messages could arrive."""
    return call.state is CallState.TAKEN or len(call.alerted) > call.unreached


def is_judged(call: MadeCall, ended_at: datetime | None, now: datetime) -> bool:
    """Tell whether a call counts in the share answered on time: it was taken, or its limit passed without an answer.

    One that was stopped, or is looked at, before its limit proves nothing either way.
    """
    if call.state is CallState.TAKEN:
        return True
    return call.answer_by is not None and (ended_at or now) > call.answer_by


def seconds_to_answer(call: MadeCall) -> int | None:
    """Return the seconds from the beginning of a call to its first answer, also when the hand was passed later.

    None without an answer, and for a call that was taken before it began: it was never waited for.
    """
    taken = call.first_taken_at or call.taken_at
    if call.started_at is None or taken is None:
        return None
    taken = taken if taken >= call.started_at else call.taken_at or taken
    return max(0, int((taken - call.started_at) / timedelta(seconds=1)))


@dataclass(frozen=True, slots=True)
class Tally:
    """What some calls come to. ``judged`` is what the share on time is of; seconds are to the first answer."""

    calls: int
    reached: int
    outcomes: Mapping[Outcome, int]
    judged: int
    answered: int
    median: int | None
    ninetieth: int | None

    @property
    def on_time(self) -> int | None:
        """Return the share answered on time, per cent; None for fewer than five."""
        return share(self.outcomes.get(Outcome.ON_TIME, 0), self.judged)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a chain: how many calls came as far as this, and at how many somebody was alerted here.

    ``target`` is None for the rounds after the chain, in which everybody is alerted again.
    """

    number: int
    target: Target | None
    needed: int
    alerted: int


@dataclass(frozen=True, slots=True)
class Line:
    """One rule, in every activation whose protocol copy has it: made in some, left out of the others."""

    key: str
    kind: ServiceKind
    activations: int
    made: int
    skipped: Mapping[Skip, int]
    stopped: Mapping[StandDownReason, int]
    """Calls that were stopped unanswered, also before they began, by the reason that was given."""
    tally: Tally
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a protocol: its activations and their calls."""

    id: int
    activations: int
    tally: Tally


@dataclass(frozen=True, slots=True)
class Result:
    """Some activations measured; those that were undone are counted and left out."""

    activations: int
    undone: int
    whole: Tally
    lines: tuple[Line, ...]
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class Conformance:
    """The activations of a period measured, and apart from them the exercises."""

    real: Result
    exercises: Result


def conformance(pasts: Iterable[PastActivation], now: datetime) -> Conformance:
    """Measure activations against their own protocol copies; what is open is judged by now."""
    heaps = _Heap(), _Heap()
    for past in pasts:
        heaps[past.exercise].add(past, now)
    return Conformance(*(heap.result() for heap in heaps))


@dataclass
class _Sum:
    """A tally while it grows."""

    calls: int = 0
    reached: int = 0
    judged: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    seconds: list[int] = field(default_factory=list)

    def tally(self) -> Tally:
        self.seconds.sort()
        return Tally(
            self.calls,
            self.reached,
            dict(self.outcomes),
            self.judged,
            len(self.seconds),
            percentile(self.seconds, 50),
            percentile(self.seconds, 90),
        )


@dataclass
class _Row:
    """A line while it grows."""

    activations: int = 0
    made: int = 0
    skipped: Counter[Skip] = field(default_factory=Counter)
    stopped: Counter[StandDownReason] = field(default_factory=Counter)
    sum: _Sum = field(default_factory=_Sum)
    needed: Counter[tuple[int, Target | None]] = field(default_factory=Counter)
    alerted: Counter[tuple[int, Target | None]] = field(default_factory=Counter)

    def count(
        self, past: PastActivation, rule: CallRule, calls: Sequence[MadeCall], sums: Sequence[_Sum], now: datetime
    ) -> None:
        """Count the calls that the rule made in one activation, here and in the other sums they belong to."""
        begun = False
        for call in calls:
            outcome = outcome_of(call)
            if past.reason is not None and outcome in _STOPPED:
                self.stopped[past.reason] += 1
            if outcome is Outcome.STOPPED_BEFORE:
                continue
            begun = True
            self.climb(rule, call)
            reached, judged = was_reached(call), is_judged(call, past.ended_at, now)
            seconds = seconds_to_answer(call)
            for one in sums:
                one.calls += 1
                one.reached += reached
                one.judged += judged
                one.outcomes[outcome] += 1
                if seconds is not None:
                    one.seconds.append(seconds)
        if begun:
            self.made += 1
        else:
            self.skipped[Skip.STOPPED_BEFORE] += 1

    def climb(self, rule: CallRule, call: MadeCall) -> None:
        """Count the steps that a call needed."""
        chain = rule.escalation
        for number, step in enumerate(chain[: call.step], 1):
            self.needed[number, step.to] += 1
            self.alerted[number, step.to] += number in call.alerted
        if call.step > len(chain):
            self.needed[len(chain) + 1, None] += 1
            self.alerted[len(chain) + 1, None] += any(number > len(chain) for number in call.alerted)

    def line(self, key: str, kind: ServiceKind) -> Line:
        steps = sorted(self.needed, key=lambda one: (one[0], str(one[1])))
        return Line(
            key,
            kind,
            self.activations,
            self.made,
            dict(self.skipped),
            dict(self.stopped),
            self.sum.tally(),
            tuple(Step(number, to, self.needed[number, to], self.alerted[number, to]) for number, to in steps),
        )


class _Heap:
    """Activations measured one after another."""

    def __init__(self) -> None:
        self.activations = self.undone = 0
        self.whole = _Sum()
        self.rows: defaultdict[tuple[str, ServiceKind], _Row] = defaultdict(_Row)
        self.versions: defaultdict[int, _Sum] = defaultdict(_Sum)
        self.of_version: Counter[int] = Counter()

    def add(self, past: PastActivation, now: datetime) -> None:
        """Count one activation."""
        if past.state is ActivationState.UNDONE:
            self.undone += 1
            return
        self.activations += 1
        self.of_version[past.version_id] += 1
        of_version = self.versions[past.version_id]
        made: dict[str, list[MadeCall]] = {}
        for call in past.calls:
            made.setdefault(call.key, []).append(call)
        for rule in past.rules:
            row = self.rows[rule.key, rule.kind]
            row.activations += 1
            if calls := made.get(rule.key):
                row.count(past, rule, calls, (self.whole, of_version, row.sum), now)
            else:
                row.skipped[Skip.NO_SERVICE if rule.answers(past.needs) else Skip.NOT_NEEDED] += 1

    def result(self) -> Result:
        """Return what has been counted: rules in the order in which they were met, the newest version first."""
        return Result(
            self.activations,
            self.undone,
            self.whole.tally(),
            tuple(row.line(*key) for key, row in self.rows.items()),
            tuple(
                Version(version, self.of_version[version], self.versions[version].tally())
                for version in sorted(self.versions, reverse=True)
            ),
        )
