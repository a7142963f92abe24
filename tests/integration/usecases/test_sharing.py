# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What follows from her yes and her no, between organisations: who takes part, who holds the key, who gets an alert."""

from pathlib import Path
from uuid import UUID

import pytest
from django.db.models import Q
from pytest_django.fixtures import Settings
from tests.factories.activations import TONIGHT, Town, an_activation
from tests.factories.consents import TOLD
from tests.factories.files import a_photograph

from approdo.access.rules import Actor
from approdo.access.services import entered
from approdo.activations.models import Alert, Call
from approdo.activations.selectors import alert_answered_by
from approdo.activations.services import advance_due
from approdo.cases.models import Event
from approdo.cases.selectors import case_page
from approdo.cases.services import take_lead
from approdo.consents.models import Grant
from approdo.consents.rules import Norms
from approdo.consents.services import walls
from approdo.documents.rules import Kind as Paper
from approdo.documents.services import add as bring
from approdo.kit import clock
from approdo.kit.errors import NotFound
from approdo.persons.models import Entry
from approdo.persons.rules import Kind
from approdo.persons.services import add
from approdo.usecases import sharing
from approdo.usecases.standing import standing_of
from approdo.vault.models import WrappedKey

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(town: Town, centre: Actor) -> UUID:
    case_id = an_activation(town).case_id
    with entered(actor=centre):
        take_lead(actor=centre, case_id=case_id, now=TONIGHT)
        add(actor=centre, case_id=case_id, kind=Kind.HEALTH, written={"needs": "x"}, declined=(), now=TONIGHT)
    return case_id


def yes(centre: Actor, case: UUID, service: int, *slices: str) -> UUID:
    with entered(actor=centre):
        return sharing.grant(
            actor=centre,
            case_id=case,
            service_id=service,
            slices=slices or ("health",),
            purpose="health_care",
            days=None,
            told=TOLD,
            now=clock.now(),
        )


def holders(case: UUID) -> set[int]:
    return set(WrappedKey.objects.filter(case_id=case, private=False).values_list("organisation_id", flat=True))


def test_a_yes_gives_the_key_and_a_no_takes_it_from_that_organisation_only(
    town: Town, centre: Actor, case: UUID
) -> None:
    yes(centre, case, town.hospital.pk)
    shelter = yes(centre, case, town.shelter.pk)
    assert holders(case) == {town.centre.organisation_id, town.hospital.organisation_id, town.shelter.organisation_id}
    with entered(actor=centre):
        sharing.revoke(actor=centre, case_id=case, grant_id=shelter, now=clock.now())
    assert holders(case) == {town.centre.organisation_id, town.hospital.organisation_id}
    with entered(actor=centre):
        sharing.revoke_all(actor=centre, case_id=case, now=clock.now())
    assert holders(case) == {town.centre.organisation_id}


def test_an_organisation_that_wrote_something_keeps_the_key_to_its_own_words(
    town: Town, centre: Actor, case: UUID
) -> None:
    yes(centre, case, town.hospital.pk)
    with entered(actor=town.nurse):
        add(actor=town.nurse, case_id=case, kind=Kind.HEALTH, written={"needs": "y"}, declined=(), now=TONIGHT)
    with entered(actor=centre):
        sharing.revoke_all(actor=centre, case_id=case, now=clock.now())
    assert town.hospital.organisation_id in holders(case)


def test_an_organisation_that_brought_a_document_keeps_the_key_to_it_also_while_it_waits_for_the_scanner(
    town: Town, centre: Actor, case: UUID, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_DIRECTORY, settings.SCANNER = tmp_path, "tcp://127.0.0.1:1"
    yes(centre, case, town.hospital.pk)
    with entered(actor=town.nurse):
        bring(actor=town.nurse, case_id=case, kind=Paper.MEDICAL_REPORT, content=a_photograph(), now=TONIGHT)
    with entered(actor=centre):
        sharing.revoke_all(actor=centre, case_id=case, now=clock.now())
    assert town.hospital.organisation_id in holders(case)


def test_a_service_that_took_no_part_takes_part_from_her_yes_on(town: Town, centre: Actor, case: UUID) -> None:
    yes(centre, case, town.shelter.pk)
    assert Event.objects.filter(case=case, kind="shared", service=town.shelter).exists()
    with entered(actor=town.actor(town.shelter)):
        assert Grant.objects.exists()


def test_the_link_of_an_alert_dies_with_the_block(town: Town, centre: Actor, case: UUID) -> None:
    alert = Alert.objects.filter(service=town.centre, operator_id__isnull=False).first()
    assert alert is not None
    assert alert_answered_by(Q(pk=alert.pk)) is not None
    colleague = town.people[town.centre.pk][1].pk
    Alert.objects.filter(pk=alert.pk).update(operator_id=colleague)
    assert alert_answered_by(Q(pk=alert.pk)) is not None
    with entered(actor=centre):
        sharing.keep_out(actor=centre, case_id=case, operator_id=colleague, reason="knows_him", now=clock.now())
    assert alert_answered_by(Q(pk=alert.pk)) is None


def test_the_search_passes_by_whoever_is_kept_out_and_reaches_the_next(town: Town, centre: Actor, case: UUID) -> None:
    second = town.people[town.centre.pk][1].pk
    with entered(actor=centre):
        sharing.keep_out(actor=centre, case_id=case, operator_id=second, reason="knows_him", now=clock.now())
    call = Call.objects.get(key="centre", activation__case_id=case)
    assert call.step == 1
    Call.objects.filter(pk=call.pk).update(due_at=TONIGHT)
    advance_due(now=TONIGHT)
    alerted = set(Alert.objects.filter(call=call).values_list("operator_id", flat=True))
    assert second not in alerted
    assert Call.objects.get(pk=call.pk).step > 2, "the step that would have been hers is passed by at once"


def test_who_does_not_lead_changes_nothing(town: Town, centre: Actor, case: UUID) -> None:
    grant = yes(centre, case, town.hospital.pk)
    nurse = town.nurse
    with entered(actor=nurse):
        for act in (
            lambda: sharing.consents_of(nurse, case, TONIGHT),
            lambda: sharing.revoke(actor=nurse, case_id=case, grant_id=grant, now=TONIGHT),
            lambda: sharing.revoke_all(actor=nurse, case_id=case, now=TONIGHT),
            lambda: sharing.keep_out(actor=nurse, case_id=case, operator_id=1, reason="party", now=TONIGHT),
            lambda: sharing.let_back(actor=nurse, case_id=case, operator_id=1, now=TONIGHT),
            lambda: sharing.by_law(nurse, case, TONIGHT),
            lambda: sharing.renew(actor=nurse, case_id=case, grant_id=grant, days=9, told=TOLD, now=TONIGHT),
            lambda: sharing.sharing_with(nurse, case, TONIGHT),
            lambda: sharing.hide(actor=nurse, case_id=case, service_id=1, slice_="health", now=TONIGHT),
        ):
            with pytest.raises(NotFound):
                act()


def seen_in_the_database(actor: Actor) -> set[str]:
    """The kinds of entries that the database itself shows to a service, whatever the application asks."""
    with entered(actor=actor):
        return set(Entry.objects.values_list("kind", flat=True))


def hide(centre: Actor, case: UUID, town: Town, *, lift: bool = False, **what: object) -> None:
    act = walls.unmask if lift else walls.mask
    with entered(actor=centre):
        standing = standing_of(centre, case_page(centre, case), TONIGHT)
        act(actor=centre, standing=standing, case_id=case, service_id=town.hospital.pk, now=TONIGHT, **what)


def test_what_is_masked_is_not_there_in_the_database_either(town: Town, centre: Actor, case: UUID) -> None:
    with entered(actor=centre):
        add(actor=centre, case_id=case, kind=Kind.MEASURE, written={"since": "2026-11-01"}, declined=(), now=TONIGHT)
    yes(centre, case, town.hospital.pk, "health", "legal")
    assert seen_in_the_database(town.nurse) == {"health", "measure"}
    hide(centre, case, town, slice_="health")
    assert seen_in_the_database(town.nurse) == {"measure"}
    assert seen_in_the_database(centre) == {"health", "measure"}, "who leads still reads"
    with entered(actor=centre):
        measure = Entry.objects.get(kind="measure").pk
    hide(centre, case, town, entry_id=measure)
    assert seen_in_the_database(town.nurse) == set()
    hide(centre, case, town, lift=True, slice_="health")
    hide(centre, case, town, lift=True, entry_id=measure)
    assert seen_in_the_database(town.nurse) == {"health", "measure"}


def test_what_is_hidden_takes_the_key_of_who_reads_nothing_else_and_gives_it_back(
    town: Town, centre: Actor, case: UUID
) -> None:
    yes(centre, case, town.hospital.pk)
    with entered(actor=centre):
        before = Event.objects.filter(case=case).count()
    on = {"actor": centre, "case_id": case, "service_id": town.hospital.pk}
    with entered(actor=centre):
        sharing.hide(**on, slice_="contacts", now=clock.now())
    assert town.hospital.organisation_id in holders(case)
    with entered(actor=centre):
        sharing.hide(**on, slice_="health", now=clock.now())
    assert holders(case) == {town.centre.organisation_id}
    with entered(actor=centre):
        sharing.show_again(**on, slice_="health", entry_id=None, now=clock.now())
    assert holders(case) == {town.centre.organisation_id, town.hospital.organisation_id}
    with entered(actor=centre):
        assert Event.objects.filter(case=case).count() == before, "the chronology, which others read, tells nothing"


def test_what_a_norm_shares_gives_the_key_and_is_told_by_the_chronology_as_that(
    town: Town, centre: Actor, case: UUID
) -> None:
    with entered(actor=centre):
        made = sharing.share_by_law(
            actor=centre,
            case_id=case,
            service_id=town.shelter.pk,
            slices=["health"],
            purpose="protection",
            days=3,
            norms=Norms("vital_interests", "danger", centre.operator_id or 0),
            now=clock.now(),
        )
    assert Event.objects.filter(case=case, kind="shared_by_law", service=town.shelter).count() == 1
    assert not Event.objects.filter(case=case, kind="shared").exists()
    assert holders(case) == {town.centre.organisation_id, town.shelter.organisation_id}
    with entered(actor=centre):
        sharing.revoke_all(actor=centre, case_id=case, now=clock.now())
    assert town.shelter.organisation_id in holders(case), "what a norm shares stays when she takes back her yes"
    with entered(actor=centre):
        sharing.revoke(actor=centre, case_id=case, grant_id=made, now=clock.now())
    assert holders(case) == {town.centre.organisation_id}


def test_a_consent_that_ended_is_renewed_with_its_terms_and_the_key(town: Town, centre: Actor, case: UUID) -> None:
    first = yes(centre, case, town.hospital.pk)
    with entered(actor=centre):
        now = clock.now()
        Grant.objects.filter(pk=first).update(until=now)
        WrappedKey.objects.filter(case_id=case, organisation_id=town.hospital.organisation_id).delete()
        assert sharing.consents_of(centre, case, now).renewable == {first}
        sharing.renew(actor=centre, case_id=case, grant_id=first, days=9, told=TOLD, now=now)
        shown = sharing.consents_of(centre, case, now)
    made, old = sorted(shown.lines, key=lambda one: one.id == first)
    assert (made.slices, made.purpose, old.renewed) == (old.slices, old.purpose, True)
    assert shown.renewable == {made.id}, "nine days are near the end again"
    assert town.hospital.organisation_id in holders(case)
    assert Event.objects.filter(case=case, kind="shared", service=town.hospital).count() == 2


def test_where_she_is_hidden_her_children_are_hidden_in_the_database_too(town: Town, centre: Actor, case: UUID) -> None:
    with entered(actor=centre):
        add(actor=centre, case_id=case, kind=Kind.CHILD, written={}, declined=["given_name"], now=TONIGHT)
    yes(centre, case, town.hospital.pk, "health", "children")
    assert seen_in_the_database(town.nurse) == {"health", "child"}
    hide(centre, case, town, slice_="location")
    assert seen_in_the_database(town.nurse) == {"health"}
