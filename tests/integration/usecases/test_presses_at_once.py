# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two presses of one page that arrive at the same instant, in threads that really commit: one keeps, one is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connections
from tests.factories.activations import TONIGHT, a_town
from tests.factories.assessing import THREE_YES

from approdo.access.rules import Actor, Role
from approdo.access.services import entered
from approdo.kit.errors import Conflict
from approdo.networks.models import Service
from approdo.persons.models import Entry
from approdo.persons.rules import Kind
from approdo.risk.models import Assessment
from approdo.usecases import assessing, leaving, reception, record
from approdo.usecases.assessing import Sheet
from approdo.usecases.danger import HER
from approdo.usecases.reception import Said

KEY = "una-chiave-della-pagina"


def _a_sheet(actor: Actor, case: UUID) -> None:
    assessing.assess(actor=actor, case_id=case, sheet=Sheet(HER, "da5", THREE_YES, key=KEY), now=TONIGHT)


def _an_exit(actor: Actor, case: UUID) -> None:
    leaving.leave(actor=actor, case_id=case, written={"how": "home"}, now=TONIGHT)


def _a_piece(actor: Actor, case: UUID) -> None:
    said = {"reference": "busta 7"}
    record.add(actor=actor, case_id=case, kind=Kind.EVIDENCE, written=said, declined=(), now=TONIGHT, key=KEY)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("press", [_a_sheet, _an_exit, _a_piece])
def test_they_take_turns_and_keep_one_thing(press: Callable[[Actor, UUID], None]) -> None:
    town = a_town()
    Service.objects.filter(pk=town.hospital.pk).update(seat_id="012133")
    nurse = town.actor(town.hospital, role=Role.EMERGENCY_OPERATOR)
    with entered(actor=nurse):
        case = reception.receive(actor=nurse, said=Said({}, {}), idempotency_key=KEY, now=TONIGHT).case_id
    gate = Barrier(4)

    def pressed(_number: int) -> str:
        try:
            gate.wait(10)
            with entered(actor=nurse):
                press(nurse, case)
        except Conflict as told:
            return told.code
        else:
            return ""
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        codes = sorted(threads.map(pressed, range(4)))
    assert codes == ["", *codes[1:]]
    assert set(codes[1:]) <= {"kept_already", "already_there"}
    with entered(actor=nurse):
        assert Assessment.objects.count() + Entry.objects.count() == 1
