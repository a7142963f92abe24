# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from approdo.access.rules import Actor, Forbidden, Slice, acting
from approdo.kit.rows import Answer, Statement, ask
from approdo.risk.models import Assessment, Happening, Judgement, OfCase
from approdo.risk.rules import (
    Assessed,
    Instrument,
    Judged,
    Outcome,
    Purpose,
    Score,
    Trigger,
    answered,
    carried,
    level_in_force,
    overtaken,
    parse,
    score,
)
from approdo.vault import services as vault
from approdo.vault.rules import CaseKey, Place

_COMMON = ("id", "slice", "child_id", "organisation_id", "service_id", "operator_id", "sealed")
_ASSESSMENTS = Statement(
    lambda case: (
        Assessment.objects.filter(case_id=case)
        .order_by("assessed_at", "id")
        .values_list(*_COMMON, "assessed_at", "instrument__document", named=True)
    ),
    case=UUID,
)
_JUDGEMENTS = Statement(
    lambda case: (
        Judgement.objects.filter(case_id=case)
        .order_by("made_at", "id")
        .values_list(*_COMMON, "made_at", "assessment_id", "needs_reader", "reader_id", "read_at", named=True)
    ),
    case=UUID,
)
_HAPPENINGS = Statement(
    lambda case: (
        Happening.objects.filter(case_id=case)
        .order_by("happened_at", "id")
        .values_list(*_COMMON, "happened_at", "noted_at", named=True)
    ),
    case=UUID,
)

Keep = Callable[[Slice, bool, UUID], bool]
"""Whether the actor may read a row: its slice, whether her own service wrote it, and which it is."""


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """Whom it is about: her (``risk``), or one of her children, or all of them (``children``)."""

    slice: Slice
    child_id: UUID | None = None


HER = Subject(Slice.RISK)


@dataclass(frozen=True, slots=True)
class JudgementView:
    """What a person set beside an instrument, opened; without an assessment it is about closing the case."""

    id: UUID
    assessment_id: UUID | None
    level: Outcome | None
    reason: str
    made_at: datetime
    service_id: int
    operator_id: int
    needs_reader: bool
    reader_id: int | None
    read_at: datetime | None

    @property
    def waits(self) -> bool:
        """Tell whether a colleague has still to read it."""
        return self.needs_reader and self.read_at is None

    @property
    def judged(self) -> Judged:
        """The same as the rules read it."""
        return Judged(self.level, self.made_at, self.needs_reader, self.read_at)


@dataclass(frozen=True, slots=True)
class AssessmentView:
    """One assessment, opened: what was answered, what it comes to, what people set beside it."""

    id: UUID
    subject: Subject
    instrument: Instrument
    answers: Mapping[str, str]
    alone: bool | None
    interpreter: bool | None
    score: Score
    assessed_at: datetime
    service_id: int
    operator_id: int
    judgements: tuple[JudgementView, ...]
    before: Outcome | None
    """The level that held, by the same instrument, until it was filled in again."""

    @property
    def answered(self) -> bool:
        """Tell whether anything was answered."""
        return answered(self.answers)

    @property
    def outcome(self) -> Outcome | None:
        """What the instrument came to; None where a person judges, and where nothing was answered."""
        return self.score.outcome if self.answered else None

    @property
    def tells(self) -> bool:
        """Tell whether it says anything of how bad it is: an answer that counts, or a level that a person set."""
        return self.outcome is not None or any(one.level is not None for one in self.judgements)

    @property
    def level(self) -> Outcome | None:
        """The level in force: what a person set and holds, or else what the instrument came to, or the one before."""
        judged = [one.judged for one in self.judgements]
        return carried(self.before, level_in_force(self.outcome, judged), judged)

    @property
    def held_back(self) -> bool:
        """Tell whether a milder sheet waits for a person to say why, and for a colleague to read it."""
        judged = [one.judged for one in self.judgements]
        return self.level != level_in_force(self.outcome, judged)

    @property
    def waiting(self) -> tuple[JudgementView, ...]:
        """The judgements that a colleague may still read, so that they hold."""
        judged = [one.judged for one in self.judgements]
        both = zip(self.judgements, judged, strict=True)
        return tuple(one for one, rule in both if one.waits and not overtaken(rule, judged))

    @property
    def assessed(self) -> Assessed:
        """The same as the rules of standing levels read it."""
        return Assessed(
            self.instrument.code,
            self.instrument.purpose,
            self.assessed_at,
            self.level,
            tells=self.tells,
            tried=bool(self.judgements),
        )


@dataclass(frozen=True, slots=True)
class HappeningView:
    """Something that happened and asks for a new assessment, opened."""

    id: UUID
    subject: Subject
    trigger: Trigger
    happened_at: datetime
    noted_at: datetime
    service_id: int


@dataclass(frozen=True, slots=True)
class Held:
    """What is kept about the danger in one case, oldest first, as far as the actor may read it."""

    assessments: tuple[AssessmentView, ...]
    closing: tuple[JudgementView, ...]
    """Reasons why a case at high risk may be closed."""
    happenings: tuple[HappeningView, ...]


def ask_held(actor: Actor, case_id: UUID) -> Callable[[Keep], Held]:
    """Ask for what is kept of a case, sealed; what is returned waits for the answers and opens what may be read.

    It raises ``KeysUnavailable`` and ``Unreadable``; ``NotFound`` when something is there and no key is held.
    """
    if (service_id := actor.service_id) is None or (organisation_id := actor.organisation_id) is None:
        raise Forbidden
    asked = [one.ask(case=case_id) for one in (_ASSESSMENTS, _JUDGEMENTS, _HAPPENINGS)]
    keyed = vault.ask_case_key(organisation_id=organisation_id, case_id=case_id)

    def opened(keep: Keep) -> Held:
        rows = [
            [one for one in found.value if keep(Slice(one.slice), one.service_id == service_id, one.id)]
            for found in asked
        ]
        if not any(rows):
            return Held((), (), ())
        return _opened(keyed(False), case_id, *rows)

    return opened


def _opened(key: CaseKey, case_id: UUID, assessments: Any, judgements: Any, happenings: Any) -> Held:
    def said(row: Any, kind: type[OfCase]) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(key.open(place(row, case_id, kind), bytes(row.sealed)))
        return found

    beside: dict[UUID | None, list[JudgementView]] = defaultdict(list)
    for row in judgements:
        beside[row.assessment_id].append(_judgement(row, said(row, Judgement)))
    found: list[AssessmentView] = []
    levels: dict[tuple[Subject, str], Outcome | None] = {}
    for row in assessments:
        one = _assessment(row, said(row, Assessment), tuple(beside[row.id]), levels)
        if one.instrument.purpose is not Purpose.CASE_FINDING:
            levels[one.subject, one.instrument.code] = one.level
        found.append(one)
    return Held(
        tuple(found),
        tuple(beside[None]),
        tuple(
            HappeningView(
                row.id,
                Subject(Slice(row.slice), row.child_id),
                Trigger(said(row, Happening)["trigger"]),
                row.happened_at,
                row.noted_at,
                row.service_id,
            )
            for row in happenings
        ),
    )


def _assessment(
    row: Any,
    said: Mapping[str, Any],
    judgements: tuple[JudgementView, ...],
    levels: Mapping[tuple[Subject, str], Outcome | None],
) -> AssessmentView:
    """Return an assessment opened; ``levels``: what held before it, by whom it is about and with which instrument."""
    instrument, subject = parse(row.instrument__document), Subject(Slice(row.slice), row.child_id)
    return AssessmentView(
        id=row.id,
        subject=subject,
        instrument=instrument,
        answers=said["answers"],
        alone=said["alone"],
        interpreter=said["interpreter"],
        score=score(instrument, said["answers"]),
        assessed_at=row.assessed_at,
        service_id=row.service_id,
        operator_id=row.operator_id,
        judgements=judgements,
        before=levels.get((subject, instrument.code)),
    )


def _judgement(row: Any, said: Mapping[str, Any]) -> JudgementView:
    return JudgementView(
        id=row.id,
        assessment_id=row.assessment_id,
        level=None if said["level"] is None else Outcome(said["level"]),
        reason=said["reason"],
        made_at=row.made_at,
        service_id=row.service_id,
        operator_id=row.operator_id,
        needs_reader=row.needs_reader,
        reader_id=row.reader_id,
        read_at=row.read_at,
    )


def ask_unread(actor: Actor, limit: int = 20) -> Answer[tuple[tuple[UUID, datetime], ...]]:
    """Ask for (case, since when) of what a colleague of the actor has written and waits to be read, so that it holds:
    in open cases that the actor's service leads, the longest first. What was overtaken waits no more."""
    operator_id, service_id = acting(actor)
    return ask(_UNREAD, [service_id, operator_id, limit], tuple)


def kept_for_her(case_id: UUID) -> dict[Purpose, datetime]:
    """Return when a sheet about her was last kept, by what its instrument is for, as far as the reader sees them.

    What stands in clear, also while the keys are away; whether anything was answered does not. The caller has checked
    who asks.
    """
    hers = Assessment.objects.filter(case_id=case_id, slice=Slice.RISK, child_id=None).order_by("assessed_at")
    found = hers.values_list("instrument__document__purpose", "assessed_at")
    return {Purpose(purpose): at for purpose, at in found}


# as `rules.deciding.overtaken`, and beside the last assessment with its instrument only
_UNREAD = """
SELECT j.case_id, min(j.made_at) AS since FROM risk_judgement j
  JOIN cases_case c ON c.id = j.case_id
  LEFT JOIN risk_assessment a ON a.id = j.assessment_id
 WHERE j.needs_reader AND j.read_at IS NULL AND c.lead_service_id = %s AND c.closed_at IS NULL AND j.operator_id <> %s
   AND NOT EXISTS (
        SELECT FROM risk_judgement beside WHERE beside.assessment_id = j.assessment_id
           AND CASE WHEN beside.needs_reader THEN beside.read_at ELSE beside.made_at END > j.made_at)
   AND NOT EXISTS (
        SELECT FROM risk_assessment later
          JOIN risk_instrumentversion its ON its.id = later.instrument_id
          JOIN risk_instrumentversion first ON first.id = a.instrument_id
         WHERE later.case_id = a.case_id AND later.slice = a.slice AND later.child_id IS NOT DISTINCT FROM a.child_id
           AND its.code = first.code AND later.assessed_at > a.assessed_at)
 GROUP BY j.case_id ORDER BY since, j.case_id LIMIT %s
"""


def place(row: Any, case_id: UUID, kind: type[OfCase]) -> Place:
    """Return where a row stands: what it says opens nowhere else (security.md, P8)."""
    return Place(row.organisation_id, case_id, kind.__name__.lower(), row.id, 1)


def writers(case_id: UUID) -> frozenset[int]:
    """Return the organisations that wrote something here, as far as the reader sees it."""
    found: set[int] = set()
    for kind in (Assessment, Judgement, Happening):
        found |= set(kind.objects.filter(case_id=case_id).values_list("organisation_id", flat=True))
    return frozenset(found)
