# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may bring, open and take out a document: the one table of the record decides, at every request."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from pytest_django.fixtures import Settings
from tests.factories.activations import TONIGHT, Town, a_town, an_activation
from tests.factories.consents import TOLD
from tests.factories.files import a_pdf, a_photograph

from approdo.access.rules import Actor, Forbidden, Role
from approdo.access.services import entered
from approdo.cases.selectors import case_page
from approdo.cases.services import take_lead
from approdo.documents.rules import SLICES, Kind
from approdo.documents.selectors import ask_documents
from approdo.kit import clock
from approdo.kit.errors import NotFound
from approdo.usecases import documents, sharing
from approdo.usecases.standing import may_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(settings: Settings, tmp_path: Path) -> Iterator[Town]:
    settings.MEDIA_DIRECTORY = tmp_path
    return a_town()


@pytest.fixture
def case(town: Town, centre: Actor) -> UUID:
    case_id = an_activation(town).case_id
    with entered(actor=centre):
        take_lead(actor=centre, case_id=case_id, now=TONIGHT)
    return case_id


def bring(actor: Actor, case: UUID, kind: Kind = Kind.PHOTOGRAPH, content: bytes = b"") -> UUID:
    with entered(actor=actor):
        return documents.add(actor=actor, case_id=case, kind=kind, content=content or a_photograph(), now=clock.now())


def listed(actor: Actor, case: UUID) -> list[UUID]:
    with entered(actor=actor):
        may = may_in(actor, case_page(actor, case), clock.now())
        return [one.id for one in documents.readable(may, ask_documents(actor, case))]


def opened(actor: Actor, case: UUID, document: UUID) -> bytes:
    with entered(actor=actor):
        return documents.copy(actor, case, document, clock.now()).content


def shared(centre: Actor, case: UUID, service: int, slice_: str) -> UUID:
    with entered(actor=centre):
        return sharing.grant(
            actor=centre,
            case_id=case,
            service_id=service,
            slices=(slice_,),
            purpose="health_care",
            days=None,
            told=TOLD,
            now=clock.now(),
        )


def test_her_yes_opens_the_copy_of_that_part_only_and_her_no_ends_it_at_the_next_request(
    town: Town, centre: Actor, case: UUID
) -> None:
    photograph, act = bring(centre, case), bring(centre, case, Kind.JUDICIAL_ACT, a_pdf())
    grant = shared(centre, case, town.hospital.pk, "health")
    assert listed(town.nurse, case) == [photograph]
    assert opened(town.nurse, case, photograph)
    with pytest.raises(NotFound):
        opened(town.nurse, case, act)
    with pytest.raises(NotFound), entered(actor=town.nurse):
        documents.original(town.nurse, case, photograph, "law", clock.now())
    with pytest.raises(NotFound), entered(actor=town.nurse):
        documents.remove(actor=town.nurse, case_id=case, document_id=photograph, now=clock.now())
    with entered(actor=centre):
        sharing.revoke(actor=centre, case_id=case, grant_id=grant, now=clock.now())
    assert listed(town.nurse, case) == []
    with pytest.raises(NotFound):
        opened(town.nurse, case, photograph)


def test_a_colleague_who_may_write_nothing_there_destroys_nothing(town: Town, centre: Actor, case: UUID) -> None:
    document = bring(centre, case, Kind.OTHER)
    coordinator = replace(town.actor(town.centre, 2), role=Role.NETWORK_COORDINATOR)
    assert opened(coordinator, case, document), "she reads it"
    with pytest.raises(NotFound), entered(actor=coordinator):
        documents.remove(actor=coordinator, case_id=case, document_id=document, now=clock.now())
    with entered(actor=centre):
        documents.remove(actor=centre, case_id=case, document_id=document, now=clock.now())
    with pytest.raises(NotFound), entered(actor=coordinator):
        documents.put_back(actor=coordinator, case_id=case, document_id=document, now=clock.now())
    with entered(actor=centre):
        documents.put_back(actor=centre, case_id=case, document_id=document, now=clock.now())


def test_a_document_is_found_in_its_own_case_only(town: Town, centre: Actor, case: UUID) -> None:
    document, other = bring(centre, case), an_activation(town).case_id
    with entered(actor=centre):
        take_lead(actor=centre, case_id=other, now=TONIGHT)
    with pytest.raises(NotFound):
        opened(centre, other, document)
    assert opened(centre, case, document)


def test_what_is_hidden_from_a_service_is_listed_and_opened_no_more(town: Town, centre: Actor, case: UUID) -> None:
    document = bring(centre, case)
    shared(centre, case, town.hospital.pk, "health")
    assert opened(town.nurse, case, document)
    with entered(actor=centre):
        sharing.hide(actor=centre, case_id=case, service_id=town.hospital.pk, slice_="health", now=clock.now())
    assert listed(town.nurse, case) == []
    with pytest.raises(NotFound):
        opened(town.nurse, case, document)


@pytest.mark.parametrize("kind", Kind)
def test_an_officer_brings_acts_and_forms_and_nothing_of_her_health(centre: Actor, case: UUID, kind: Kind) -> None:
    officer = replace(centre, role=Role.OFFICER)
    if SLICES[kind] == "legal":
        brought = bring(officer, case, kind)
        assert listed(officer, case) == [brought]
    else:
        with pytest.raises(NotFound):
            bring(officer, case, kind)


@pytest.mark.parametrize("role", [Role.NETWORK_COORDINATOR, Role.LEARNER, Role.SYSTEM_ADMINISTRATOR])
def test_who_runs_the_network_or_the_machine_brings_and_opens_nothing(centre: Actor, case: UUID, role: Role) -> None:
    document, other = bring(centre, case), replace(centre, role=role)
    for attempt in (lambda: bring(other, case), lambda: opened(other, case, document)):
        with pytest.raises((NotFound, Forbidden)):
            attempt()
