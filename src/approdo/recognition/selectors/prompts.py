# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from approdo.access.rules import Actor, Permission, require
from approdo.kit.errors import NotFound
from approdo.kit.rows import read
from approdo.networks import selectors as networks
from approdo.recognition.models import Prompt
from approdo.recognition.rules import Band, Detector, Evidence
from approdo.recognition.rules.prompting import Answer, Mode, Past, may_change, may_treat

OPEN_FOR = timedelta(hours=24)
"""How long a prompt that waits for an answer stays one press away from who brought the visit."""


@dataclass(frozen=True, slots=True)
class PromptView:
    """A prompt as who treats her sees it: no pseudonym, no identifier of hers."""

    id: UUID
    band: Band
    points: int
    evidence: tuple[Evidence, ...]
    """In order; each without the visit it is of, which is a pseudonym."""
    shown_at: datetime
    answer: Answer | None
    answered_at: datetime | None
    takes_answer: bool


def department(actor: Actor) -> int:
    """Return the emergency department for which the actor treats.

    Raises ``Forbidden`` for a role that reads no cases, and ``NotFound`` for whoever treats nobody there: a coordinator
    of that very department included.
    """
    require(actor, Permission.READ_CASE)
    if actor.service_id is None or not may_treat(actor.role, networks.kind_of(actor.service_id)):
        raise NotFound
    return actor.service_id


def mode_of(service_id: int) -> Mode:
    """Return what a site does with recognition now; a site that nobody ever switched on is off."""
    found = read(_MODE, [service_id])
    return Mode(found[0][0]) if found else Mode.OFF


_MODE = "SELECT mode FROM recognition_sitemode WHERE service_id = %s ORDER BY number DESC LIMIT 1"


def past_prompts(actor: Actor, person: str, besides: str) -> tuple[Past, ...]:
    """Return the prompts about a woman, by her pseudonym, in the actor's service, but not that of one visit."""
    rows = read(_PAST, [actor.organisation_id or 0, person, actor.service_id or 0, besides])
    return tuple(
        Past(silent, read_at, Answer(answer) if answer else None, answered_at, lines_of(json.loads(evidence)))
        for silent, read_at, answer, answered_at, evidence in rows
    )


_PAST = """
SELECT r.silent, r.read_at, r.answer, r.answered_at, p.evidence
  FROM recognition_storedvisit v
  JOIN recognition_reading r ON r.visit_id = v.id
  JOIN recognition_prompt p ON p.reading_id = r.visit_id
 WHERE v.organisation_id = %s AND v.person = %s AND r.service_id = %s AND v.visit <> %s
"""


@dataclass(frozen=True, slots=True)
class There:
    """The prompt that a visit has already."""

    id: UUID
    silent: bool
    answer: Answer | None


def prompt_of(row_id: UUID) -> There | None:
    """Return the prompt of a kept visit, silent or not; None for none. The caller has checked who asks."""
    found = read(_OF_VISIT, [row_id])
    return There(found[0][0], found[0][1], Answer(found[0][2]) if found[0][2] else None) if found else None


_OF_VISIT = """
SELECT p.id, r.silent, r.answer FROM recognition_prompt p JOIN recognition_reading r ON r.visit_id = p.reading_id
 WHERE p.reading_id = %s
"""


def prompt(actor: Actor, prompt_id: UUID, now: datetime) -> PromptView:
    """Return a prompt to who treats her; ``NotFound`` for absent, hidden and silent alike."""
    department(actor)
    row = Prompt.objects.visible_to(actor).select_related("reading").filter(pk=prompt_id).first()
    if row is None:
        raise NotFound
    return _view(row, now)


def waiting(actor: Actor, now: datetime) -> tuple[PromptView, ...]:
    """Return the prompts of visits that the actor herself brought today and that still wait, the newest first."""
    rows = Prompt.objects.visible_to(actor).select_related("reading").filter(made_by_id=actor.operator_id or 0)
    rows = rows.filter(shown_at__gt=now - OPEN_FOR, reading__answer__in=["", Answer.NOT_NOW.value])
    return tuple(_view(row, now) for row in rows.order_by("-shown_at"))


def _view(row: Any, now: datetime) -> PromptView:
    answer = Answer(row.reading.answer) if row.reading.answer else None
    return PromptView(
        id=row.pk,
        band=Band(row.band),
        points=row.points,
        evidence=tuple(lines_of(row.evidence)),
        shown_at=row.shown_at,
        answer=answer,
        answered_at=row.reading.answered_at,
        takes_answer=may_change(answer, row.reading.answered_at, now),
    )


def lines_of(kept: Iterable[Mapping[str, Any]]) -> tuple[Evidence, ...]:
    """Return lines of evidence as they were before they were kept."""
    return tuple(
        Evidence(
            at=datetime.fromisoformat(one["at"]),
            visit=one["visit"],
            key=one["key"],
            what=one["what"],
            detector=Detector(one["detector"]),
            points=one["points"],
        )
        for one in kept
    )


def kept_lines(evidence: Iterable[Evidence]) -> list[dict[str, Any]]:
    """Return lines of evidence as JSON keeps them."""
    return [asdict(one) | {"at": one.at.isoformat()} for one in evidence]
