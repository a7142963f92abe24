# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What somebody of the department, or a careless hospital, does with a visit that was another woman's."""

from pathlib import Path

import pytest
from tests.factories.activations import TONIGHT, Town, a_town
from tests.factories.recognition import FACE, SAYS, a_prompt, a_site, an_arrival, read
from tests.factories.visits import Door, a_csv, a_row

from approdo.access.rules import Actor
from approdo.access.services import entered
from approdo.recognition import selectors, services
from approdo.recognition.models import StoredVisit
from approdo.recognition.rules import Code
from approdo.recognition.rules.prompting import Mode
from approdo.recognition.services import TwoPeople

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return a_town()


@pytest.fixture
def nurse(town: Town) -> Actor:
    return a_site(town)


def persons(actor: Actor) -> set[str]:
    with entered(actor=actor):
        return set(StoredVisit.objects.values_list("person", flat=True))


def test_a_visit_that_was_asked_about_is_never_moved_to_another_woman(nurse: Actor) -> None:
    first = an_arrival(codes=SAYS)
    made = a_prompt(nurse, person=first.person, visit=first.visit, codes=SAYS)
    before = persons(nurse)
    with pytest.raises(TwoPeople):
        read(nurse, first, person="un'altra", codes=frozenset())
    assert persons(nurse) == before, "whoever looked somebody up cannot put another in her place"
    assert read(nurse, first) == made


@pytest.mark.parametrize("codes", [SAYS, FACE])
def test_whether_it_may_be_moved_does_not_tell_what_a_silent_site_computed(town: Town, codes: frozenset[Code]) -> None:
    nurse = a_site(town, Mode.SILENT)
    first = an_arrival(codes=codes)
    assert read(nurse, first) is None
    assert read(nurse, first, person="un'altra", codes=FACE) is None


def test_a_woman_who_came_without_a_name_gets_hers_while_nobody_was_asked(nurse: Actor) -> None:
    unnamed = an_arrival(codes=FACE)
    assert read(nurse, unnamed) is None
    before = persons(nurse)
    assert read(nurse, unnamed, person="ora si sa chi è") is None
    assert persons(nurse) != before


def test_a_file_does_not_move_it_either_and_says_which_line(nurse: Actor, tmp_path: Path) -> None:
    a_prompt(nurse, person="P1", visit="A1", codes=SAYS)
    read(nurse, person="P2", visit="A2", codes=FACE)
    door = Door(tmp_path, nurse, TONIGHT)
    rows = [a_row(1, paziente="P8"), a_row(2, paziente="P9"), a_row(3)]
    report = door.bring_in(a_csv(tmp_path / "a.csv", rows))
    assert report.counts == {"new": 1, "rejected": 2}
    assert door.reasons() == [(2, "", "two_people"), (3, "", "two_people")], "of whom there was a prompt is not told"
    assert {one.sentence for one in door.rejected} == {"Questa visita è già di un'altra persona: non si sposta."}
    with entered(actor=nurse):
        token = selectors.pseudonym(nurse.organisation_id or 0, "P1")
        assert StoredVisit.objects.filter(person=token).count() == 1


def test_what_a_program_brings_is_nobody_s_list(nurse: Actor) -> None:
    """Whoever answers for a token would read a list of the women of her department."""
    with entered(actor=nurse):
        made = services.read_visit(actor=nurse, arrival=an_arrival(), now=TONIGHT, by_program=True)
        assert made is not None
        assert selectors.waiting(nurse, TONIGHT) == ()
        assert selectors.prompt(nurse, made, TONIGHT).takes_answer, "by its address"
