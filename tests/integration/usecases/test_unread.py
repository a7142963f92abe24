# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a colleague wrote and waits to be read stands on the day of the others, until one reads it, or overtakes it."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from tests.factories.activations import TONIGHT, Town, an_activation
from tests.factories.assessing import REASON, THREE_YES, da5

from approdo.access.rules import Actor, Role
from approdo.access.services import entered
from approdo.cases.rules import CaseAct
from approdo.risk.models import Judgement
from approdo.risk.rules import Outcome
from approdo.usecases import assessing, overview, pathway, sharing

pytestmark = pytest.mark.django_db
NOW = TONIGHT + timedelta(hours=8)
HOUR = timedelta(hours=1)


@pytest.fixture
def case(town: Town, anna: Actor) -> UUID:
    case_id = an_activation(town).case_id
    with entered(actor=anna):
        pathway.take_lead(actor=anna, case_id=case_id, now=NOW)
    return case_id


@pytest.fixture
def assessment(anna: Actor, case: UUID) -> UUID:
    """A high risk."""
    with entered(actor=anna):
        return da5(anna, case, THREE_YES, now=NOW)


def judged(actor: Actor, case: UUID, assessment: UUID, level: Outcome, at: datetime = NOW + HOUR) -> UUID:
    with entered(actor=actor):
        assessing.judge(actor=actor, case_id=case, assessment_id=assessment, level=level, reason=REASON, now=at)
        return Judgement.objects.latest("made_at").pk


def unread(actor: Actor) -> list[tuple[UUID, datetime]]:
    with entered(actor=actor):
        day = overview.day(actor, NOW + 2 * HOUR)
        assert not (day.unread and day.nothing)
        return [(one.case_id, one.since) for one in day.unread]


def test_a_lower_level_waits_on_the_day_of_a_colleague_and_not_of_who_wrote_it(
    anna: Actor, bruna: Actor, case: UUID, assessment: UUID
) -> None:
    assert unread(bruna) == []
    judged(anna, case, assessment, Outcome.LOW)
    assert unread(bruna) == [(case, NOW + HOUR)]
    assert unread(anna) == []


def test_once_it_is_read_it_waits_no_more(anna: Actor, bruna: Actor, case: UUID, assessment: UUID) -> None:
    waiting = judged(anna, case, assessment, Outcome.LOW)
    with entered(actor=bruna):
        assessing.confirm(actor=bruna, case_id=case, judgement_id=waiting, now=NOW + 2 * HOUR)
    assert unread(bruna) == []


def test_what_holds_at_once_waits_for_nobody(anna: Actor, bruna: Actor, case: UUID, assessment: UUID) -> None:
    judged(anna, case, assessment, Outcome.EXTREME)
    assert unread(bruna) == []


def test_raised_meanwhile_or_assessed_again_it_waits_no_more(
    anna: Actor, bruna: Actor, case: UUID, assessment: UUID
) -> None:
    judged(anna, case, assessment, Outcome.LOW)
    judged(bruna, case, assessment, Outcome.EXTREME, NOW + HOUR + timedelta(minutes=1))
    assert unread(bruna) == []
    judged(anna, case, assessment, Outcome.LOW, NOW + HOUR + timedelta(minutes=2))
    assert len(unread(bruna)) == 1
    with entered(actor=anna):
        da5(anna, case, THREE_YES, now=NOW + HOUR + timedelta(minutes=3))
    assert unread(bruna) == []


def test_a_reason_for_closing_waits_too_until_the_case_is_closed(
    anna: Actor, bruna: Actor, case: UUID, assessment: UUID
) -> None:
    with entered(actor=anna):
        reason = assessing.ask_to_close(actor=anna, case_id=case, reason=REASON, now=NOW + HOUR)
    assert unread(bruna) == [(case, NOW + HOUR)]
    with entered(actor=bruna):
        assessing.confirm(actor=bruna, case_id=case, judgement_id=reason, now=NOW + HOUR)
        assessing.ask_to_close(actor=bruna, case_id=case, reason=REASON, now=NOW + HOUR)
    assert unread(anna) == [(case, NOW + HOUR)]
    assert unread(bruna) == [], "she has read the one, and wrote the other"
    with entered(actor=anna):
        pathway.move(actor=anna, case_id=case, act=CaseAct.CLOSE, reason="completed", now=NOW + HOUR)
    assert unread(anna) == []


def test_another_service_and_who_is_kept_out_learn_nothing(
    town: Town, anna: Actor, bruna: Actor, case: UUID, assessment: UUID
) -> None:
    judged(anna, case, assessment, Outcome.LOW)
    assert unread(town.actor(town.hospital, role=Role.EMERGENCY_OPERATOR)) == []
    with entered(actor=anna):
        sharing.keep_out(actor=anna, case_id=case, operator_id=bruna.operator_id or 0, reason="knows_him", now=NOW)
    assert unread(bruna) == []
