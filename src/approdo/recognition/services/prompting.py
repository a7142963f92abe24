# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One visit in line: read, kept, and answered with a reason to ask her, or with nothing at all (ADR 0027)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from approdo.access.rules import Actor, acting
from approdo.audit import services as audit
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.kit.words import mark as _
from approdo.recognition import selectors
from approdo.recognition.models import Prompt, Reading
from approdo.recognition.rules import Citizenship, Code, Sign, Subgroup, Verdict, Visit, age_band, recognise
from approdo.recognition.rules.importing import SENTENCES, Reason
from approdo.recognition.rules.prompting import ASKS, Answer, Mode, Step, may_change, step
from approdo.recognition.selectors.prompts import PromptView, kept_lines
from approdo.recognition.services.visits import keep

AHEAD = timedelta(minutes=10)
"""How far ahead of ours a hospital's clock may be."""
INFANT_UNTIL, CHILD_UNTIL, OLDEST = 4, 14, 130


@dataclass(frozen=True, slots=True)
class Arrival:
    """A visit as a hospital names it: identifiers of its own, which go no further than this room's door."""

    person: str = field(repr=False)
    visit: str = field(repr=False)
    arrived_at: datetime
    codes: frozenset[Code] = frozenset()
    signs: frozenset[Sign] = frozenset()
    note: str = field(default="", repr=False)
    birth_year: int | None = None
    citizenship: Citizenship = Citizenship.UNKNOWN

    @property
    def years(self) -> int | None:
        """Return her age as far as the year tells it; None where nobody wrote it."""
        return None if self.birth_year is None else self.arrived_at.year - self.birth_year

    @property
    def subgroup(self) -> Subgroup:
        """Return the groups she is counted to, which nothing that scores reads."""
        return Subgroup(age_band(self.birth_year, self.arrived_at.date()), self.citizenship, self.birth_year)


@transaction.atomic
def read_visit(*, actor: Actor, arrival: Arrival, now: datetime, by_program: bool = False) -> UUID | None:
    """Read a visit to the actor's department and keep it; return the prompt to show, None when there is none.

    ``by_program``: what a program brings is on nobody's list, least of all on that of who answers for its token.

    The note is read here and kept nowhere. The same visit again replaces what it said before: an open prompt then says
    what is known by now, and one that was answered stays as it was answered. None also where the site is silent, or
    off: then nothing is kept at all. Raises ``NotFound`` for whoever does not treat in an emergency department,
    ``Invalid``, ``TwoPeople``, ``KeysUnavailable``.
    """
    service_id = selectors.department(actor)
    _check(arrival, now)
    mode = selectors.mode_of(service_id)
    if mode is Mode.OFF:
        return None
    visit, said = _pseudonymised(actor, service_id, arrival)
    row_id = keep(actor=actor, visit=visit, subgroup=arrival.subgroup, said=said, now=now)
    _note_reading(row_id, service_id, mode, arrival.subgroup, now)
    held = selectors.history(actor, visit.person, visit.arrived_at)
    place = (visit.arrived_at, visit.visit)  # of two visits at one instant each is the last once, as in the batch
    earlier = [one for one in held.visits if (one.arrived_at, one.visit) < place]
    verdict = recognise(selectors.table(), [*earlier, visit], held.said)
    there = selectors.prompt_of(row_id)
    if there is None:
        made_by = None if by_program else acting(actor)[0]
        return _prompted(actor, row_id, verdict, visit.person, mode, now, made_by)
    if there.answer in {None, Answer.NOT_NOW} and verdict.band in ASKS:
        said_now = {"band": verdict.band, "points": verdict.points, "evidence": kept_lines(verdict.evidence)}
        Prompt.objects.filter(pk=there.id).update(**said_now)
    return None if there.silent else there.id


def _check(arrival: Arrival, now: datetime) -> None:
    problems = {name: SENTENCES[Reason.MISSING] for name in ("person", "visit") if not getattr(arrival, name).strip()}
    if arrival.arrived_at > now + AHEAD:
        problems["arrived_at"] = SENTENCES[Reason.IN_THE_FUTURE]
    if arrival.arrived_at <= now - timedelta(days=settings.VISIT_DAYS):
        problems["arrived_at"] = _("È più vecchia del tempo per cui le visite si conservano.")
    if arrival.years is not None and not 0 <= arrival.years <= OLDEST:
        problems["birth_year"] = SENTENCES[Reason.BEFORE_BIRTH if arrival.years < 0 else Reason.BAD_DATE]
    if problems:
        raise Invalid(problems)


def _pseudonymised(actor: Actor, service_id: int, arrival: Arrival) -> tuple[Visit, tuple[str, ...]]:
    """Return the visit under pseudonyms and without its note, and the keys of what the note says."""
    tokens = selectors.pseudonyms(actor.organisation_id or 0, service_id)
    visit = Visit(
        person=tokens.person(arrival.person),
        visit=tokens.visit(arrival.visit),
        site=str(service_id),
        arrived_at=arrival.arrived_at,
        codes=arrival.codes,
        signs=arrival.signs,
        infant=arrival.years is not None and arrival.years < INFANT_UNTIL,
        child=arrival.years is not None and INFANT_UNTIL <= arrival.years < CHILD_UNTIL,
    )
    return visit, selectors.said_in(arrival.note)


_READ = """
INSERT INTO recognition_reading AS there
    (visit_id, service_id, read_at, silent, age_band, citizenship, prompted, answer)
VALUES (%s, %s, %s, %s, %s, %s, false, '')
ON CONFLICT (visit_id) DO UPDATE SET age_band = excluded.age_band, citizenship = excluded.citizenship,
    silent = CASE WHEN there.prompted THEN there.silent ELSE excluded.silent END
"""


def _note_reading(row_id: UUID, service_id: int, mode: Mode, subgroup: Subgroup, now: datetime) -> None:
    """Count the visit, once, by when it came first; as silent or not by what the site did when a prompt came of it."""
    groups = (subgroup.age_band.value, subgroup.citizenship.value)
    with connection.cursor() as cursor:
        cursor.execute(_READ, (row_id, service_id, now, mode is Mode.SILENT, *groups))


def _prompted(
    actor: Actor, row_id: UUID, verdict: Verdict, person: str, mode: Mode, now: datetime, made_by: int | None
) -> UUID | None:
    """Make a prompt of a verdict that asks for one, unless an answer of before still holds; return it if it shows."""
    if verdict.band not in ASKS:
        return None
    _operator_id, service_id = acting(actor)
    past = selectors.past_prompts(actor, person, verdict.visit)
    done = step(mode, verdict, past, now, sleep=timedelta(days=settings.PROMPT_SLEEP_DAYS))
    if done is Step.NOTHING:
        return None
    made = Prompt.objects.create(
        reading_id=row_id,
        service_id=service_id,
        band=verdict.band.value,
        points=verdict.points,
        evidence=kept_lines(verdict.evidence),
        made_by_id=made_by,
        shown_at=now if done is Step.SHOWN else None,
    )
    Reading.objects.filter(pk=row_id).update(prompted=True)
    return made.pk if done is Step.SHOWN else None


@transaction.atomic
def open_prompt(*, actor: Actor, prompt_id: UUID, now: datetime) -> PromptView:
    """Return a prompt to who treats her, and write down that she read it; raises as ``selectors.prompt``."""
    shown = selectors.prompt(actor, prompt_id, now)
    audit.record(actor=actor, verb="prompt.read", subject=f"prompt:{prompt_id}", now=now)
    return shown


@transaction.atomic
def answer(*, actor: Actor, prompt_id: UUID, answer: Answer, now: datetime) -> None:
    """Keep what came of a prompt; the same again is harmless, another one corrects it for half a day.

    Raises ``NotFound`` for whoever may not see it, ``Conflict`` once it is settled.
    """
    service_id = selectors.department(actor)
    row = Prompt.objects.visible_to(actor).filter(pk=prompt_id).values_list("reading_id", flat=True).first()
    if row is None:
        raise NotFound
    reading = Reading.objects.select_for_update().get(pk=row, service_id=service_id)
    before = Answer(reading.answer) if reading.answer else None
    if before is answer:
        return
    if not may_change(before, reading.answered_at, now):
        raise Conflict(_("La risposta è già scritta, e dopo mezza giornata non si cambia."), code="already_answered")
    given = {"answer": answer.value, "answered_at": now, "answered_by_id": actor.operator_id}
    Reading.objects.filter(pk=row).update(**given)
    # what she said stands in the reading, behind its wall; the register has none
    detail = {"corrects": before is not None}
    audit.record(actor=actor, verb="prompt.answer", subject=f"prompt:{prompt_id}", now=now, detail=detail)
