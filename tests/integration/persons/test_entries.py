# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What two services write about one case: who reads it, what the database holds, and two who write at once."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction
from tests.factories.activations import COMO, TONIGHT, Town, a_town, an_activation

from approdo.access.rules import SYSTEM, Actor, Forbidden, Slice
from approdo.access.services import as_system, entered
from approdo.audit.models import Entry as AuditEntry
from approdo.cases import services as cases
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.networks.models import Service
from approdo.persons import selectors, services
from approdo.persons.models import Entry, NameToken, Version
from approdo.persons.rules import SHAPES, Form, Kind
from approdo.vault import services as vault

pytestmark = pytest.mark.django_db

CANARIES = {
    Kind.IDENTITY: {"given_name": "Zelmirella", "family_name": "Canarinotti"},
    Kind.CONTACT: {"address": "+39000111222333", "check_word": "petrocanarino"},
    Kind.PLACE: {"address": "Via delle Canarie Inventate 7"},
    Kind.LANGUAGE: {"speaks": ["it", "sq"]},
    Kind.HEALTH: {"needs": "Sta bene: canarino della salute"},
    Kind.MEASURE: {"reference": "Atto Canario 12"},
    Kind.CHILD: {"given_name": "Canaruccio"},
    Kind.OFFENDER: {"name": "Canaro Inventato"},
    Kind.EPISODE: {"account": "Racconto canarinesco", "types": ["physical"]},
    Kind.RECEPTION: {"companion": "partner", "alone": "no", "children": "2"},
    Kind.INJURY: {"region": "eye", "side": "left", "how": "Spinta canarinesca"},
    Kind.EVIDENCE: {"what": "swab", "reference": "Sigillo Canarino 9", "by": "Matricola Canarina"},
    Kind.EXIT: {"how": "home", "safe_to_carry": "no"},
    Kind.NOTE: {"text": "Nota canaresca"},
}
EVERYTHING = frozenset(Slice)


@pytest.fixture
def town() -> Town:
    return a_town()


@pytest.fixture
def case(town: Town) -> UUID:
    return an_activation(town).case_id


@pytest.fixture
def centre(town: Town) -> Actor:
    return town.actor(town.centre)


def write(actor: Actor, case: UUID, kind: Kind, *declined: str, **written: object) -> services.Saved:
    with entered(actor=actor):
        return services.add(
            actor=actor, case_id=case, kind=kind, written=written or CANARIES[kind], declined=declined, now=TONIGHT
        )


def read(actor: Actor, case: UUID, *slices: Slice) -> dict[Kind, selectors.EntryView]:
    with entered(actor=actor):
        return {one.kind: one for one in selectors.entries(actor, case, slices)}


def found(actor: Actor, typed: str, limit: int = 50) -> tuple[UUID, ...]:
    return tuple(case for case, _entry in selectors.entries_named(actor, typed, limit))


def share(case: UUID, holder: Actor, other: Actor) -> None:
    with entered(actor=holder):
        vault.share_case_key(
            case_id=case,
            holder_id=holder.organisation_id or 0,
            organisation_ids=[other.organisation_id or 0],
            now=TONIGHT,
        )


@pytest.mark.parametrize("kind", Kind)
def test_who_wrote_an_entry_reads_it_as_it_was(centre: Actor, case: UUID, kind: Kind) -> None:
    saved = write(centre, case, kind)
    found = read(centre, case)[kind]
    assert (found.id, found.own, found.private) == (saved.entry_id, True, kind is Kind.NOTE)
    (text,) = found.texts
    expected = {name: tuple(one) if isinstance(one, list) else one for name, one in CANARIES[kind].items()}
    assert text.answers.given == expected
    assert text.written_at == TONIGHT


def test_what_she_declined_is_kept_as_that(centre: Actor, case: UUID) -> None:
    write(centre, case, Kind.IDENTITY, "birth_date", "tax_code", given_name="Prova")
    assert read(centre, case)[Kind.IDENTITY].texts[0].answers.declined == {"birth_date", "tax_code"}


def test_no_word_is_in_the_database_in_clear(centre: Actor, case: UUID) -> None:
    for kind in Kind:
        write(centre, case, kind)
    words = [
        str(one)
        for kind, written in CANARIES.items()
        for name, one in written.items()
        if (field := SHAPES[kind].field(name)) and field.form in {Form.LINE, Form.TEXT}
    ]
    assert len(words) == 14
    with entered(actor=centre), connection.cursor() as cursor:
        dump = ""
        for table in ("persons_entry", "persons_version", "persons_nametoken", "vault_wrappedkey", "audit_entry"):
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
            rows = cursor.fetchone()[0]
            assert rows, table
            dump += rows
    for word in words:
        assert word not in dump
        assert word.encode().hex() not in dump


def test_another_service_of_the_case_reads_nothing_though_the_application_would_let_it(
    town: Town, centre: Actor, case: UUID
) -> None:
    for kind in Kind:
        write(centre, case, kind)
    assert read(town.nurse, case, *EVERYTHING) == {}
    with entered(actor=town.nurse):
        assert not Entry.objects.exists()
        assert not Version.objects.exists()
        assert not NameToken.objects.exists()


def test_the_system_and_a_stranger_read_nothing(town: Town, centre: Actor, case: UUID) -> None:
    write(centre, case, Kind.IDENTITY)
    stranger = a_town(COMO)
    for actor in (stranger.actor(stranger.centre), SYSTEM, Actor(1, None, None, None)):
        with entered(actor=actor):
            assert not Entry.objects.exists()
            assert not Version.objects.exists()
    with pytest.raises(Forbidden):
        read(SYSTEM, case, *EVERYTHING)


def test_a_note_is_read_by_its_own_service_only(town: Town, centre: Actor, case: UUID) -> None:
    write(centre, case, Kind.NOTE)
    next_door = replace(town.nurse, organisation_id=centre.organisation_id)
    assert read(next_door, case, *EVERYTHING) == {}, "another service of the same organisation"
    write(town.nurse, case, Kind.NOTE, text="Nota dell'altro")
    assert read(centre, case, *EVERYTHING)[Kind.NOTE].texts[0].answers.given == CANARIES[Kind.NOTE]
    assert read(town.nurse, case, *EVERYTHING)[Kind.NOTE].texts[0].answers.given == {"text": "Nota dell'altro"}


def test_who_was_given_no_key_writes_nothing_shared_and_may_keep_notes(town: Town, centre: Actor, case: UUID) -> None:
    write(centre, case, Kind.IDENTITY)
    with pytest.raises(NotFound):
        write(town.nurse, case, Kind.HEALTH)
    with as_system():
        assert Version.objects.count() == 0, "and the system does not see the centre's"
    assert write(town.nurse, case, Kind.NOTE).number == 1
    share(case, centre, town.nurse)
    assert write(town.nurse, case, Kind.HEALTH).number == 1
    assert set(read(town.nurse, case)) == {Kind.HEALTH, Kind.NOTE}


def test_who_leads_reads_what_others_wrote_but_not_their_notes_and_a_new_lead_reads_on(
    town: Town, centre: Actor, case: UUID
) -> None:
    def lead(actor: Actor) -> None:
        with entered(actor=actor):
            cases.take_lead(actor=actor, case_id=case, now=TONIGHT)

    lead(centre)
    write(centre, case, Kind.IDENTITY)
    write(centre, case, Kind.NOTE)
    with entered(actor=centre):
        cases.offer_lead(actor=centre, case_id=case, service_id=town.nurse.service_id or 0, now=TONIGHT)
    assert read(town.nurse, case, *EVERYTHING) == {}, "offered is not accepted"
    lead(town.nurse)
    found = read(town.nurse, case, *EVERYTHING)
    assert set(found) == {Kind.IDENTITY}
    assert not found[Kind.IDENTITY].own
    assert set(read(centre, case)) == {Kind.IDENTITY, Kind.NOTE}, "and what she wrote remains hers to read"


def test_a_service_has_one_identity_entry_and_as_many_episodes_as_there_were(centre: Actor, case: UUID) -> None:
    write(centre, case, Kind.IDENTITY)
    with pytest.raises(Conflict):
        write(centre, case, Kind.IDENTITY)
    for _each in range(3):
        write(centre, case, Kind.EPISODE)
    with entered(actor=centre):
        kinds = sorted(one.kind for one in selectors.entries(centre, case, ()))
    assert kinds == [Kind.EPISODE, Kind.EPISODE, Kind.EPISODE, Kind.IDENTITY]


def revise(actor: Actor, entry: UUID, seen: tuple[int, ...], **written: str) -> services.Saved:
    with entered(actor=actor):
        return services.revise(actor=actor, entry_id=entry, seen=seen, written=written, declined=(), now=TONIGHT)


def texts(actor: Actor, case: UUID, kind: Kind) -> list[str]:
    return [str(next(iter(text.answers.given.values()))) for text in read(actor, case)[kind].texts]


def test_two_who_write_over_the_same_text_both_keep_theirs_and_the_second_is_told(centre: Actor, case: UUID) -> None:
    entry = write(centre, case, Kind.CONTACT, hours="mattina").entry_id
    assert revise(centre, entry, (1,), hours="pomeriggio").beside == ()
    second = revise(centre, entry, (1,), hours="sera")
    assert second.beside == (2,)
    assert texts(centre, case, Kind.CONTACT) == ["pomeriggio", "sera"]
    assert revise(centre, entry, (2, 3), hours="pomeriggio e sera").beside == ()
    assert texts(centre, case, Kind.CONTACT) == ["pomeriggio e sera"]


def test_nothing_that_was_written_is_ever_changed(centre: Actor, case: UUID) -> None:
    write(centre, case, Kind.CONTACT)
    for statement in ("UPDATE persons_version SET sealed = ''", "DELETE FROM persons_version"):
        with (
            pytest.raises((ProgrammingError, InternalError), match="permission denied"),
            transaction.atomic(),
            entered(actor=centre),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_a_version_moved_to_another_entry_does_not_open(centre: Actor, case: UUID) -> None:
    from approdo.vault.rules import Unreadable

    one, other = (write(centre, case, Kind.EPISODE, account=text).entry_id for text in ("uno", "due"))
    with entered(actor=centre):
        version = Version.objects.get(entry=one)
        Version.objects.create(
            entry_id=other,
            number=2,
            based_on=[1],
            sealed=version.sealed,
            organisation_id=version.organisation_id,
            service_id=version.service_id,
            operator_id=version.operator_id,
            written_at=TONIGHT,
        )
    with pytest.raises(Unreadable):
        read(centre, case)


def test_what_is_refused_leaves_nothing_behind(centre: Actor, case: UUID) -> None:
    with pytest.raises(Invalid):
        write(centre, case, Kind.IDENTITY, birth_date="2099-01-01")
    with entered(actor=centre):
        assert not Entry.objects.exists()
    entry = write(centre, case, Kind.IDENTITY).entry_id
    with pytest.raises(Invalid):
        revise(centre, entry, (1,), birth_date="ieri")
    with entered(actor=centre):
        assert Version.objects.count() == 1


def test_only_who_wrote_an_entry_takes_it_out(town: Town, centre: Actor, case: UUID) -> None:
    entry = write(centre, case, Kind.IDENTITY).entry_id

    def remove(actor: Actor, which: UUID) -> None:
        with entered(actor=actor):
            services.remove(actor=actor, entry_id=which, now=TONIGHT)

    for actor, which in ((town.nurse, entry), (centre, uuid4())):
        with pytest.raises(NotFound):
            remove(actor, which)
    remove(centre, entry)
    assert read(centre, case) == {}
    with pytest.raises(NotFound):
        remove(centre, entry)
    with pytest.raises(NotFound):
        revise(centre, entry, (1,), given_name="Ancora")
    assert write(centre, case, Kind.IDENTITY, given_name="Di nuovo").number == 1


@pytest.mark.parametrize("typed", ["zel", "CANAR", "Zelm Cana", "canarinotti", "zel di", "Di Canar"])
def test_her_name_is_found_by_its_beginnings_by_her_service(centre: Actor, case: UUID, typed: str) -> None:
    write(centre, case, Kind.IDENTITY)
    with entered(actor=centre):
        assert found(centre, typed) == (case,)


@pytest.mark.parametrize("typed", ["elm", "zel ros", "zelmirellae"])
def test_what_no_word_of_her_name_begins_with_finds_nothing(centre: Actor, case: UUID, typed: str) -> None:
    write(centre, case, Kind.IDENTITY)
    with entered(actor=centre):
        assert found(centre, typed) == ()


@pytest.mark.parametrize("typed", ["", "ze", "z e l", "…", " 'd "])
def test_fewer_than_three_letters_are_no_search(centre: Actor, case: UUID, typed: str) -> None:
    with entered(actor=centre), pytest.raises(Invalid) as refusal:
        found(centre, typed)
    assert "tre lettere" in refusal.value.problems["name"]


def test_another_organisation_finds_nothing_even_in_a_case_it_takes_part_in(
    town: Town, centre: Actor, case: UUID
) -> None:
    write(centre, case, Kind.IDENTITY)
    with entered(actor=town.nurse):
        assert found(town.nurse, "zelmirella") == ()


def test_a_name_that_was_changed_or_taken_out_is_not_found_by_the_old_one(centre: Actor, case: UUID) -> None:
    entry = write(centre, case, Kind.IDENTITY).entry_id
    revise(centre, entry, (1,), given_name="Ortensia")
    with entered(actor=centre):
        assert found(centre, "zelm") == ()
        assert found(centre, "orte") == (case,)
        services.remove(actor=centre, entry_id=entry, now=TONIGHT)
        assert found(centre, "orte") == ()


def test_every_act_leaves_its_audit_row_without_a_word_of_it(centre: Actor, case: UUID) -> None:
    entry = write(centre, case, Kind.IDENTITY).entry_id
    revise(centre, entry, (1,), given_name="Ortensia")
    with entered(actor=centre):
        services.remove(actor=centre, entry_id=entry, now=TONIGHT)
    rows = list(AuditEntry.objects.filter(subject=f"entry:{entry}").order_by("id").values_list("verb", "detail"))
    assert [verb for verb, _detail in rows] == ["entry.add", "entry.revise", "entry.remove"]
    assert all("Ortensia" not in str(detail) for _verb, detail in rows)


def test_a_rare_second_word_finds_her_among_many_who_share_the_first(town: Town, centre: Actor, case: UUID) -> None:
    for number in range(11):
        other = an_activation(town, now=TONIGHT + timedelta(minutes=number)).case_id
        write(centre, other, Kind.IDENTITY, given_name="Zelmirella", family_name=f"Altra{number}")
    write(centre, case, Kind.IDENTITY)
    with entered(actor=centre):
        assert found(centre, "zelm cana", limit=1) == (case,)
        assert len(found(centre, "zelm", limit=50)) == 12
        assert len(found(centre, "zelm zelm", limit=50)) == 12


def test_a_name_that_one_service_takes_out_is_still_found_by_that_of_its_neighbour(
    town: Town, centre: Actor, case: UUID
) -> None:
    Service.objects.filter(pk=town.social.pk).update(organisation=centre.organisation_id)
    neighbour = replace(town.actor(town.social), organisation_id=centre.organisation_id)
    with as_system():
        cases.join(case_id=case, service_ids=[town.social.pk], now=TONIGHT)
    write(centre, case, Kind.IDENTITY)
    other = write(neighbour, case, Kind.IDENTITY, given_name="Ortensia").entry_id
    with entered(actor=centre):
        assert found(centre, "zelm") == found(centre, "orte") == (case,)
    with entered(actor=neighbour):
        services.remove(actor=neighbour, entry_id=other, now=TONIGHT)
    with entered(actor=centre):
        assert found(centre, "zelm") == (case,)
        assert found(centre, "orte") == ()
