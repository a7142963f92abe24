# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""An instrument goes from a sealed file to a level: loaded by one, approved by another, used until its licence ends."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from tests.factories.activations import TONIGHT, Town, a_town, an_activation
from tests.factories.assessing import kept
from tests.factories.instruments import KEY, LICENSED, LICENSEE, as_file, in_use, loaded, sealed
from tests.factories.pathway import the_town_follows
from tests.factories.pathway_steps import a_step
from tests.factories.protocols import another

from approdo.access.rules import Actor, Forbidden, Role
from approdo.access.services import entered
from approdo.audit.models import Entry
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.networks.models import Network
from approdo.notifications.models import Message
from approdo.risk import selectors
from approdo.risk.models import InstrumentVersion, LoadedInstrument
from approdo.risk.rules import LoadState, Outcome
from approdo.risk.services import NotLoadable
from approdo.usecases import assessing, pathway
from approdo.usecases import instruments as usecase
from approdo.usecases.assessing import Sheet
from approdo.usecases.danger import HER, danger

pytestmark = pytest.mark.django_db
NOW = TONIGHT + timedelta(hours=8)
AFTER = datetime(2028, 1, 2, 12, tzinfo=UTC)
"""The licences of the factory end with 2027."""
DASH = LICENSED["dash"]
HIGH = {"strangulation": "yes"}
REASON = "Valutato con lei, con calma."


@pytest.fixture
def town() -> Town:
    made = a_town()
    the_town_follows(made, a_step("risk", "recognition", kind=None, assessment="risk"))
    return made


@pytest.fixture
def first(town: Town) -> Actor:
    return replace(town.actor(town.coordination), role=Role.NETWORK_COORDINATOR)


@pytest.fixture
def second(first: Actor) -> Actor:
    return another(first)


@pytest.fixture
def case(town: Town, anna: Actor) -> UUID:
    case_id = an_activation(town).case_id
    with entered(actor=anna):
        pathway.take_lead(actor=anna, case_id=case_id, now=NOW)
    return case_id


def assess(actor: Actor, case: UUID, code: str, answers: dict[str, str], at: datetime = NOW, **more: object) -> UUID:
    sheet = Sheet(subject=HER, code=code, answers=answers, **more)
    with entered(actor=actor):
        return assessing.assess(actor=actor, case_id=case, sheet=sheet, now=at)


def offered(actor: Actor, case: UUID, at: datetime = NOW) -> set[str]:
    with entered(actor=actor):
        about = next(one for one in danger(actor, case, at).about if one.subject == HER)
    return {one.code for one in about.instruments}


def row() -> LoadedInstrument:
    return LoadedInstrument.objects.latest("pk")


BY_HAND = {
    "danger_assessment": ({"item_2": "yes", "item_3": "yes", "item_4": "yes"}, (11, Outcome.EXTREME)),
    "dash": ({"separation": "yes", "coercion": "yes", "violence": "yes"}, (3, Outcome.HIGH)),
}


@pytest.mark.parametrize("code", BY_HAND)
def test_from_a_sealed_file_to_a_level_until_the_licence_ends(
    town: Town, first: Actor, anna: Actor, case: UUID, code: str
) -> None:
    assert code not in offered(anna, case)
    in_use(first, town.network.code, LICENSED[code], NOW)
    assert code in offered(anna, case)
    answers, (least, outcome) = BY_HAND[code]
    made = assess(anna, case, code, answers)
    with entered(actor=anna):
        found = next(one for one in danger(anna, case, NOW).about[0].assessments if one.id == made)
    assert (found.score.least, found.level) == (least, outcome)
    assert found.score.unknown, "what was not asked stays unknown"

    assert code not in offered(anna, case, AFTER)
    with pytest.raises(Invalid) as refused:
        assess(anna, case, code, answers, AFTER)
    assert "La licenza è scaduta" in refused.value.problems[""]
    assert selectors.instrument(anna, code).title == LICENSED[code]["title"], "it may still be read"
    with entered(actor=anna):
        (again,) = danger(anna, case, AFTER).about[0].assessments
    assert again.level == outcome, "what was assessed stays readable"


@pytest.mark.parametrize("code", ["sara_s", "sara_v3", "isa"])
def test_of_a_judgement_only_a_person_says_the_level(
    town: Town, first: Actor, anna: Actor, case: UUID, code: str
) -> None:
    in_use(first, town.network.code, LICENSED[code], NOW)
    answers = {one["code"]: "yes" for one in LICENSED[code]["items"]}
    assess(anna, case, code, answers, level=Outcome.MEDIUM, reason=REASON)
    with entered(actor=anna):
        (found,) = danger(anna, case, NOW).about[0].assessments
    assert (found.score.outcome, found.level) == (None, Outcome.MEDIUM)


def test_nobody_uses_it_before_another_person_has_approved_it(
    town: Town, first: Actor, second: Actor, anna: Actor, case: UUID
) -> None:
    which = loaded(first, town.network.code, DASH, NOW)
    for act in (lambda: usecase.propose(actor=first, loaded_id=which, now=NOW), lambda: None):
        assert "dash" not in offered(anna, case)
        with pytest.raises(NotFound):
            assess(anna, case, "dash", HIGH)
        act()
    with pytest.raises(Conflict, match="own"):
        usecase.approve(actor=first, loaded_id=which, now=NOW)
    usecase.approve(actor=second, loaded_id=which, now=NOW)
    assert "dash" in offered(anna, case)


def test_the_database_says_too_that_nobody_approves_her_own(town: Town, first: Actor) -> None:
    loaded(first, town.network.code, DASH, NOW)
    with pytest.raises(IntegrityError, match="loaded_approved_by_another"), transaction.atomic():
        LoadedInstrument.objects.update(
            state=LoadState.IN_FORCE, proposed_at=NOW, approved_by=first.operator_id, approved_at=NOW
        )
    with pytest.raises(IntegrityError, match="loaded_in_force_was_approved"), transaction.atomic():
        LoadedInstrument.objects.update(state=LoadState.IN_FORCE)


@pytest.mark.parametrize("column", ["document", "digest", "code", "version", "licensee", "loaded_by_id", "network_id"])
def test_the_application_cannot_write_in_what_was_loaded(column: str) -> None:
    refused = pytest.raises(DatabaseError, match="permission denied")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE risk_loadedinstrument SET {column} = {column}")


def test_the_application_cannot_make_it_disappear() -> None:
    refused = pytest.raises(DatabaseError, match="permission denied")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM risk_loadedinstrument")


def test_the_key_of_the_licence_is_kept_nowhere(town: Town, first: Actor) -> None:
    in_use(first, town.network.code, DASH, NOW)
    assert row().licensee == LICENSEE
    assert KEY not in str(vars(row()))
    assert KEY not in str(list(Entry.objects.values("verb", "subject", "detail")))


REFUSED: dict[str, tuple[bytes, str, str]] = {
    "another key": (sealed(DASH), KEY + "x", "Con questa chiave il file non si apre"),
    "no key": (sealed(DASH), "", "Questo file è sigillato"),
    "a changed header": (sealed(DASH).replace(b"2027", b"2099", 1), KEY, "Con questa chiave il file non si apre"),
    "a licence that has run out": (
        sealed(DASH | {"expires": "2026-01-01"}), KEY, "La licenza di questo file è scaduta"
    ),
    "an open file that has run out": (as_file(DASH | {"expires": "2026-01-01"}), "", "La licenza è scaduta"),
    "bands that leave a hole": (as_file(DASH | {"bands": DASH["bands"][1:]}), "", "Le fasce devono andare da 0"),
    "a code of the program": (as_file(DASH | {"code": "da5"}), "", "«da5» viene con il programma"),
    "far too much": (b"x" * 600_000, "", "Il file è troppo grande"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_wrong_is_refused_in_words_and_nothing_is_kept(town: Town, first: Actor, what: str) -> None:
    content, key, sentence = REFUSED[what]
    with pytest.raises(NotLoadable) as refused:
        usecase.load(actor=first, network_code=town.network.code, content=content, licence_key=key, beside="", now=NOW)
    assert refused.value.faults[0].sentence.startswith(sentence)
    assert not LoadedInstrument.objects.exists()
    assert not Entry.objects.filter(verb__startswith="instrument.").exists()


def test_what_runs_out_while_it_waits_is_not_approved(town: Town, first: Actor, second: Actor) -> None:
    which = loaded(first, town.network.code, DASH, NOW)
    usecase.propose(actor=first, loaded_id=which, now=NOW)
    with pytest.raises(NotLoadable):
        usecase.approve(actor=second, loaded_id=which, now=AFTER)
    assert row().state == LoadState.PROPOSED


def test_another_version_takes_the_place_of_the_one_before_and_old_assessments_stay_as_they_were(
    town: Town, first: Actor, anna: Actor, case: UUID
) -> None:
    in_use(first, town.network.code, DASH, NOW)
    assess(anna, case, "dash", HIGH)
    newer = DASH | {"version": "prova-2", "title": "DASH nuovo"}
    in_use(first, town.network.code, newer, NOW, content=as_file(newer))
    before, after = LoadedInstrument.objects.order_by("pk")
    assert (before.state, after.state) == (LoadState.WITHDRAWN, LoadState.IN_FORCE)
    assert before.reason == "Sostituito da un'altra versione."
    later = NOW + timedelta(hours=1)
    assess(anna, case, "dash", HIGH, later)
    with entered(actor=anna):
        found = danger(anna, case, later).about[0].assessments
    assert [one.instrument.title for one in found] == [DASH["title"], "DASH nuovo"]
    assert InstrumentVersion.objects.count() == 2


def test_answers_to_the_questions_of_another_version_are_not_taken_for_answers_to_these(
    town: Town, first: Actor, anna: Actor, case: UUID
) -> None:
    in_use(first, town.network.code, DASH, NOW)
    with pytest.raises(Invalid) as refused:
        assess(anna, case, "dash", HIGH, version="prova-0")
    assert "rileggi le domande" in refused.value.problems[""]
    assert kept(anna) == 0
    assess(anna, case, "dash", HIGH, version="prova-1")


def test_one_version_is_there_once_until_it_is_withdrawn(town: Town, first: Actor) -> None:
    which = loaded(first, town.network.code, DASH, NOW)
    with pytest.raises(NotLoadable) as refused:
        loaded(first, town.network.code, DASH, NOW)
    assert refused.value.faults[0].sentence.startswith("La versione «prova-1» c'è già")
    usecase.withdraw(actor=first, loaded_id=which, reason="", now=NOW)
    loaded(first, town.network.code, DASH, NOW)


def test_one_alone_withdraws_it_with_a_reason_and_what_was_assessed_stays(
    town: Town, first: Actor, second: Actor, anna: Actor, case: UUID
) -> None:
    which = in_use(first, town.network.code, DASH, NOW)
    assess(anna, case, "dash", HIGH)
    with pytest.raises(Invalid):
        usecase.withdraw(actor=second, loaded_id=which, reason="  ", now=NOW)
    usecase.withdraw(actor=second, loaded_id=which, reason="Una domanda è scritta male.", now=NOW)
    assert "dash" not in offered(anna, case)
    with entered(actor=anna):
        assert danger(anna, case, NOW).about[0].assessments[0].level is Outcome.HIGH
    assert selectors.title_of("dash") == DASH["title"]
    with pytest.raises(Conflict):
        usecase.withdraw(actor=first, loaded_id=which, reason="Ancora.", now=NOW)


def test_other_networks_neither_see_nor_touch_it(town: Town, first: Actor) -> None:
    which = in_use(first, town.network.code, DASH, NOW)
    other = a_town("013075")
    stranger = replace(other.actor(other.coordination), role=Role.NETWORK_COORDINATOR)
    assert selectors.loaded(stranger) == ()
    assert "dash" not in {one.code for one in selectors.instruments(stranger)}
    for read in (lambda: selectors.instrument(stranger, "dash"), lambda: selectors.loaded_one(stranger, which)):
        with pytest.raises(NotFound):
            read()
    with pytest.raises(NotFound):
        usecase.withdraw(actor=stranger, loaded_id=which, reason="No.", now=NOW)
    with pytest.raises(NotFound):
        loaded(stranger, town.network.code, LICENSED["isa"], NOW)


def test_who_publishes_nothing_reads_what_is_in_use_and_loads_nothing(town: Town, first: Actor, anna: Actor) -> None:
    which = loaded(first, town.network.code, DASH, NOW)
    assert selectors.loaded(anna) == ()
    with pytest.raises(Forbidden):
        loaded(anna, town.network.code, LICENSED["isa"], NOW)
    usecase.propose(actor=first, loaded_id=which, now=NOW)
    usecase.approve(actor=another(first), loaded_id=which, now=NOW)
    (view,) = selectors.loaded(anna)
    assert (view.licensee, view.acts) == (LICENSEE, frozenset())


def test_of_one_code_in_two_networks_the_licence_that_runs_longer_is_used(town: Town, first: Actor) -> None:
    other = Network.objects.create(code="accanto", name="Accanto")
    town.coordination.organisation.networks.add(other)
    longer = DASH | {"version": "lunga", "expires": "2030-12-31"}
    in_use(first, "accanto", longer, NOW, content=as_file(longer))
    in_use(first, town.network.code, DASH, NOW)
    assert selectors.instrument(first, "dash").version == "lunga"


def test_others_are_told_that_there_is_something_and_it_waits_for_who_may_approve_it(
    town: Town, first: Actor, second: Actor
) -> None:
    which = loaded(first, town.network.code, DASH, NOW)
    assert selectors.loaded_waiting(second) == ()
    usecase.propose(actor=first, loaded_id=which, now=NOW)
    assert [one.id for one in selectors.loaded_waiting(second)] == [which]
    assert selectors.loaded_waiting(first) == ()
    assert not any("DASH" in str(vars(one)) for one in Message.objects.all())
    verbs = list(Entry.objects.filter(subject=f"instrument:{which}").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["instrument.load", "instrument.propose"]
