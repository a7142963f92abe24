# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sheets filled in for a case: the five questions answered, and what a person sets beside them."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from tests.factories.activations import TONIGHT

from approdo.access.rules import Actor
from approdo.access.services import entered
from approdo.risk.models import Assessment, Happening, Judgement
from approdo.risk.rules import Outcome
from approdo.usecases.assessing import Sheet, assess, judge
from approdo.usecases.danger import HER

REASON = "Lui è in carcere fino a marzo, lo dice la questura."
ALL_NO = dict.fromkeys(("escalation", "weapon", "could_kill", "beaten_pregnant", "jealousy"), "no")
TWO_YES = ALL_NO | {"escalation": "yes", "jealousy": "yes"}
THREE_YES = TWO_YES | {"beaten_pregnant": "yes"}


def da5(actor: Actor, case_id: UUID, answers: Mapping[str, str] = THREE_YES, *, now: datetime = TONIGHT) -> UUID:
    """The five questions, answered; alone, without an interpreter."""
    sheet = Sheet(subject=HER, code="da5", answers=answers, alone=True, interpreter=False)
    return assess(actor=actor, case_id=case_id, sheet=sheet, now=now)


def kept(actor: Actor) -> int:
    """How many assessments, judgements and facts the actor reads: outside her eyes the wall shows none at all."""
    with entered(actor=actor):
        return sum(model.objects.count() for model in (Assessment, Judgement, Happening))


def an_assessment(actor: Actor, case_id: UUID, *, now: datetime = TONIGHT) -> dict[str, UUID]:
    """A high risk, and a colleague's wish to lower it, as an address names them."""
    assessment_id = da5(actor, case_id, now=now)
    judge(actor=actor, case_id=case_id, assessment_id=assessment_id, level=Outcome.LOW, reason=REASON, now=now)
    return {"assessment_id": assessment_id, "judgement_id": Judgement.objects.latest("made_at").pk}
