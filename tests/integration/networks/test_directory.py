# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import pytest
from tests.factories.networks import (
    NOON,
    VARESE,
    a_member,
    a_service,
    a_shift,
    acting,
    municipality_count,
    some_hours,
)

from approdo.access.rules import Forbidden, Role
from approdo.networks import selectors
from approdo.networks.rules import ServiceKind, UnknownMunicipality

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine():
    return a_service()


@pytest.fixture
def reader(mine):
    return acting(a_member(mine), mine)


def test_all_1503_municipalities_are_there():
    assert municipality_count() == 1503
    assert selectors.municipality(VARESE).name == "Varese"
    assert len(selectors.municipality_coordinates()) == 1503


@pytest.mark.parametrize("code", ["", "999999", "12133", "x" * 1_000_000, "01213\x00"])
def test_an_unknown_municipality_is_refused_by_a_sentence(reader, code):
    with pytest.raises(UnknownMunicipality):
        selectors.municipality(code)
    with pytest.raises(UnknownMunicipality):
        selectors.directory(reader, code, NOON)


@pytest.mark.parametrize(
    ("text", "first"),
    [("varese", "Varese"), ("VARE", "Varese"), ("cantu", "Cantù"), ("sant'angelo", "Sant'Angelo Lodigiano")],
)
def test_a_municipality_is_found_by_the_beginning_of_its_name(text, first):
    assert selectors.municipalities(text)[0].name == first


def test_a_search_for_nothing_finds_nothing():
    assert selectors.municipalities(" ' ") == selectors.municipalities("x" * 1_000_000) == ()
    assert len(selectors.municipalities("a", limit=5)) == 5


def test_colleagues_are_named_and_other_organisations_people_are_not(reader, mine):
    theirs = a_service(kind=ServiceKind.POLICE)
    own_shift, their_shift = a_shift(mine), a_shift(theirs)
    entries = {entry.id: entry for entry in selectors.directory(reader, VARESE, NOON)}
    assert entries[mine.pk].first.name == own_shift.operator.display_name
    assert entries[theirs.pk].first.name == ""
    assert entries[theirs.pk].first.until == their_shift.ends_at


def test_a_colleague_on_call_for_another_organisation_is_not_named_there(reader, mine):
    theirs = a_service(kind=ServiceKind.POLICE)
    both = a_member(theirs)
    a_member(mine, operator=both)
    a_shift(mine, operator=both)
    a_shift(theirs, operator=both)
    entries = {entry.id: entry for entry in selectors.directory(reader, VARESE, NOON)}
    assert entries[mine.pk].first.name == both.display_name
    assert entries[theirs.pk].first.name == ""


def test_an_entry_says_until_when_it_is_open_or_when_it_opens(reader, mine):
    some_hours(mine)
    (entry,) = selectors.directory(reader, VARESE, NOON)
    assert (entry.open_now, entry.open_until.hour, entry.opens_at) == (True, 16, None)
    later = NOON.replace(hour=20)
    (entry,) = selectors.directory(reader, VARESE, later)
    assert (entry.open_now, entry.open_until) == (False, None)
    assert entry.opens_at.day == 25


@pytest.mark.parametrize("role", [Role.REGIONAL_ANALYST, Role.SYSTEM_ADMINISTRATOR])
def test_who_has_no_business_in_the_directory_does_not_read_it(mine, role):
    with pytest.raises(Forbidden):
        selectors.directory(acting(a_member(mine, role), mine), VARESE, NOON)
