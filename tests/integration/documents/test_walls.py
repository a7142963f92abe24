# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who sees the row of a document, whatever the application asks: the database says it again (ADR 0012)."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from tests.factories.activations import COMO, TONIGHT, Town, a_town
from tests.factories.consents import a_grant, standing
from tests.factories.files import a_photograph

from approdo.access.rules import SYSTEM, Actor, Slice
from approdo.access.services import entered
from approdo.consents import services as consents
from approdo.documents import services
from approdo.documents.models import Document
from approdo.documents.rules import Kind
from approdo.kit import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(centre: Actor, case: UUID) -> UUID:
    with entered(actor=centre):
        return services.add(actor=centre, case_id=case, kind=Kind.PHOTOGRAPH, content=a_photograph(), now=TONIGHT)


def seen_by(actor: Actor) -> int:
    with entered(actor=actor), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM documents_document")
        return int(cursor.fetchone()[0])


@pytest.mark.usefixtures("document")
def test_its_own_service_sees_it_and_another_of_the_same_case_does_not(town: Town, centre: Actor) -> None:
    assert seen_by(centre) == 1
    assert seen_by(town.nurse) == 0


@pytest.mark.usefixtures("document")
def test_a_stranger_the_system_and_nobody_see_nothing(centre: Actor) -> None:
    stranger = a_town(COMO)
    for actor in (stranger.actor(stranger.centre), SYSTEM, Actor(1, None, None, None)):
        assert seen_by(actor) == 0


@pytest.mark.usefixtures("document")
def test_without_a_claim_or_with_a_forged_one_there_is_nothing(centre: Actor) -> None:
    with entered(actor=centre), connection.cursor() as cursor:
        for claim in ("", f"{{{centre.service_id}}}|{centre.organisation_id}|{centre.operator_id}|{'0' * 64}"):
            cursor.execute("SELECT set_config('approdo.claim', %s, true)", [claim])
            cursor.execute("SELECT count(*) FROM documents_document")
            assert cursor.fetchone()[0] == 0


@pytest.mark.usefixtures("document")
def test_a_consent_on_its_slice_shows_it_and_one_on_another_does_not(town: Town, centre: Actor, case: UUID) -> None:
    with entered(actor=centre):
        a_grant(centre, case, town.hospital.pk, Slice.LEGAL)
    assert seen_by(town.nurse) == 0
    with entered(actor=centre):
        a_grant(centre, case, town.hospital.pk, Slice.HEALTH)
    assert seen_by(town.nurse) == 1


@pytest.mark.usefixtures("document")
def test_a_consent_that_ended_shows_it_no_longer(town: Town, centre: Actor, case: UUID) -> None:
    with entered(actor=centre):
        grant = a_grant(centre, case, town.hospital.pk, Slice.HEALTH)
        consents.revoke(actor=centre, standing=standing(), case_id=case, grant_id=grant, now=clock.now())
    assert seen_by(town.nurse) == 0


@pytest.mark.parametrize("masked", ["slice", "document"])
def test_what_is_hidden_from_a_service_is_not_there_whatever_was_agreed(
    town: Town, centre: Actor, case: UUID, document: UUID, masked: str
) -> None:
    what = {"slice_": "health"} if masked == "slice" else {"entry_id": document}
    with entered(actor=centre):
        a_grant(centre, case, town.hospital.pk, Slice.HEALTH)
    assert seen_by(town.nurse) == 1
    with entered(actor=centre):
        consents.mask(
            actor=centre, standing=standing(), case_id=case, service_id=town.hospital.pk, now=clock.now(), **what
        )
    assert seen_by(town.nurse) == 0
    assert seen_by(centre) == 1


def test_who_leads_sees_what_others_brought(town: Town, centre: Actor, case: UUID) -> None:
    with entered(actor=town.nurse):
        services.add(actor=town.nurse, case_id=case, kind=Kind.MEDICAL_REPORT, content=a_photograph(), now=TONIGHT)
    assert seen_by(centre) == 1
    assert seen_by(town.actor(town.shelter)) == 0


@pytest.mark.usefixtures("document")
def test_who_is_kept_out_of_the_case_sees_no_document_of_it_though_her_service_brought_it(
    centre: Actor, case: UUID, town: Town
) -> None:
    colleague = town.actor(town.centre, 2)
    assert seen_by(colleague) == 1
    with entered(actor=centre):
        consents.block(
            actor=centre,
            standing=standing(),
            case_id=case,
            operator_id=colleague.operator_id or 0,
            reason="she_asked",
            case_managers=[centre.operator_id or 0],
            now=clock.now() + timedelta(seconds=1),
        )
    assert seen_by(colleague) == 0


def test_a_sealed_file_names_no_document_and_no_case() -> None:
    from approdo.documents.models import File

    assert [field.name for field in File._meta.concrete_fields] == ["name"]
    assert Document._meta.get_field("copy").remote_field.related_name == "+"
