# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections.abc import Callable
from copy import deepcopy
from uuid import uuid4

import pytest
from django.test import Client
from tests.factories.region import Region, prove_two_factors, small_region

from approdo.cases.models import Case


@pytest.fixture(scope="module")
def built(module_transaction: None) -> Region:
    return small_region()


@pytest.fixture
def region(db: None, built: Region) -> Region:
    """Four services around Varese, one person on call in each, one protocol; what a test changes is taken back."""
    return deepcopy(built)


@pytest.fixture
def sign_in(region: Region) -> Callable[[str], Client]:
    """Return a function that gives the browser of somebody who has signed in and chosen her service."""

    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(region.operators[name])
        prove_two_factors(client, region.operators[name])
        response = client.get("/servizio/")
        assert response.status_code == 302, response.content
        return client

    return signed_in


@pytest.fixture
def case(sign_in: Callable[[str], Client]) -> str:
    """Address of a case that the emergency department has opened by activating the network."""
    form = {"municipality": "012133", "need": ["talk_now"], "consent": "given", "key": uuid4().hex}
    sign_in("ed").post("/attiva/", form)
    return f"/casi/{Case.objects.get().pk}/"
