# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Creation is idempotent also among threads that really commit."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from tests.factories.activations import COMO, a_town

from approdo.access.services import as_system
from approdo.activations.models import Activation, Call
from approdo.cases.models import Case
from approdo.networks.rules import ServiceKind

from .conftest import KEY, House, Program


@pytest.mark.django_db(transaction=True)
def test_two_threads_that_post_one_key_make_one_activation() -> None:
    house = House(a_town(), a_town(COMO))
    token = house.hospital.token
    together = 6
    gate = Barrier(together)

    def post(_number: int) -> tuple[int, bytes]:
        try:
            program = Program(token)
            gate.wait(10)
            response = program.activate()
            return response.status_code, response.content
        finally:
            connections.close_all()

    with ThreadPoolExecutor(together) as threads:
        answers = list(threads.map(post, range(together)))
    assert sorted(status for status, _body in answers) == [200] * (together - 1) + [201]
    assert len({body for _status, body in answers}) == 1
    with as_system():
        assert (Activation.objects.count(), Case.objects.count()) == (1, 1)
        assert Call.objects.filter(service__kind=ServiceKind.SUPPORT_CENTRE).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_threads_with_one_key_and_two_bodies_one_is_refused() -> None:
    house = House(a_town(), a_town(COMO))
    token = house.hospital.token
    gate = Barrier(2)

    def post(need: str) -> int:
        try:
            program = Program(token)
            gate.wait(10)
            return program.activate(KEY, needs=[need]).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(post, ["safe_place", "talk_now"])) == [201, 409]
    with as_system():
        assert Activation.objects.count() == 1
