# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One visit to an emergency department, with an answer in line: a reason to ask her in private, or nothing."""

from typing import Annotated
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext
from ninja import Router, Schema, Status
from pydantic import AfterValidator, Field

from approdo.api.authentication import Request
from approdo.api.problems import Fault, Faulty
from approdo.api.schemas import AskedInstant, Input, Instant
from approdo.recognition import selectors, services
from approdo.recognition.rules import Band, Citizenship, Code, NotACode, Sign, System, read_code
from approdo.recognition.rules.labels import ABSENCE, BAND_SENTENCES
from approdo.recognition.rules.prompting import Answer
from approdo.recognition.services import Arrival

router = Router(tags=["recognition"])

Identifier = Annotated[
    str,
    Field(min_length=1, max_length=100, pattern=r"\S"),
    AfterValidator(str.strip),
]


class NewCode(Input):
    """A diagnosis or a cause."""

    system: System
    value: str = Field(min_length=1, max_length=12, description="With or without its dot.", examples=["995.81"])


class NewVisit(Input):
    """A visit of a woman or a girl. Send it again when more is known: what it says now takes the place of before."""

    visit: Identifier = Field(description="Your own number of the visit. It becomes a pseudonym at the door.")
    person: Identifier = Field(description="Your own identifier of her; pseudonyms are welcome. As above.")
    arrived_at: AskedInstant
    codes: list[NewCode] = Field(default=[], max_length=100)
    signs: list[Sign] = Field(default=[], max_length=len(Sign), description="What your own fields say.")
    note: str = Field("", max_length=20_000, description="In Italian. It is read, and kept nowhere.")
    birth_year: int | None = Field(None, ge=1880, le=2200, description="For rates by age, and to know a child.")
    citizenship: Citizenship = Field(Citizenship.UNKNOWN, description="For rates, to see whether all are asked alike.")


class EvidenceLine(Schema):
    """One line of why: when, what, how much it adds, where that comes from. Never the words of a note."""

    at: Instant
    sentence: str
    code: str = Field(description="The code or the number; empty where the sentence says it all.")
    points: int = Field(description="0 for what counts by itself.")
    source: str


class PromptOut(Schema):
    """A reason to ask her, alone. It is a question and never a diagnosis: keep it out of everything that is printed."""

    id: UUID
    page: str = Field(description="Where a person who treats her reads and answers it, after signing in.")
    band: Band
    sentence: str
    points: int
    evidence: list[EvidenceLine]


class VisitRead(Schema):
    """What came of a visit. Where the site is silent or off, `prompt` is null like where there is nothing to say."""

    prompt: PromptOut | None
    absence: str = Field(description="What it means that there is no prompt: nothing.")


class GivenAnswer(Input):
    """What came of a prompt."""

    answer: Answer


@router.post("/recognition/visits", response=VisitRead, summary="Read a visit", operation_id="read_visit")
def read_visit(request: Request, body: NewVisit) -> VisitRead:
    """Keep a visit under pseudonyms of your organisation and answer with a reason to ask her in private, or with null.

    For a token of an emergency department. Repeating it is harmless: the visit is known by its number. Show what comes
    back only to who treats her, never where somebody who is with her can read it, and put it into no letter, print,
    portal or export.
    """
    caller = request.auth
    arrival = Arrival(
        person=body.person,
        visit=body.visit,
        arrived_at=body.arrived_at,
        codes=_codes(body.codes),
        signs=frozenset(body.signs),
        note=body.note,
        birth_year=body.birth_year,
        citizenship=body.citizenship,
    )
    made = services.read_visit(actor=caller.actor, arrival=arrival, now=caller.now, by_program=True)
    if made is None:
        return VisitRead(prompt=None, absence=gettext(ABSENCE))
    prompt = selectors.prompt(caller.actor, made, caller.now)
    lines = [
        EvidenceLine(
            at=line.at, sentence=gettext(line.sentence), code=line.what, points=line.points, source=line.source
        )
        for line in selectors.explained(prompt.evidence)
    ]
    shown = PromptOut(
        id=prompt.id,
        page=reverse("visit_prompt", args=[prompt.id]),
        band=prompt.band,
        sentence=gettext(BAND_SENTENCES[prompt.band]),
        points=prompt.points,
        evidence=lines,
    )
    return VisitRead(prompt=shown, absence=gettext(ABSENCE))


def _codes(given: list[NewCode]) -> frozenset[Code]:
    found, faults = [], []
    for place, one in enumerate(given):
        try:
            found.append(read_code(one.value, told=one.system))
        except NotACode as error:
            faults.append(Fault("body", f"/codes/{place}/value", error.message))
    if faults:
        raise Faulty(*faults[:20])
    return frozenset(found)


@router.post(
    "/recognition/prompts/{prompt_id}/answer",
    response={204: None},
    summary="Answer a prompt",
    operation_id="answer_prompt",
)
def answer_prompt(request: Request, prompt_id: UUID, body: GivenAnswer) -> Status:
    """Say what came of it: asked and she said no, asked and she said yes, not possible now, already known.

    Only when a person pressed. The same again is harmless; another answer corrects it for twelve hours.
    """
    services.answer(actor=request.auth.actor, prompt_id=prompt_id, answer=body.answer, now=request.auth.now)
    return Status(204, None)
