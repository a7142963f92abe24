# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from dataclasses import replace

import pytest

from approdo.access.rules import Role
from approdo.networks.rules import (
    LANGUAGES,
    Capability,
    Channel,
    Contact,
    ContactHours,
    OrganisationKind,
    ServiceDetails,
    ServiceKind,
    folded,
    in_use,
    label_of,
    labels_of,
    normalised_contact,
    normalised_phone,
    problems_of_service,
    shown_phone,
)

CENTRE = ServiceDetails("Centro Molo", ServiceKind.SUPPORT_CENTRE, "+390012345678")
SHELTER = ServiceDetails("Casa", ServiceKind.SHELTER, "+390012345678", code="LA-7")


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("0332 123456", "+390332123456"),
        ("+39 00 1234 5678", "+390012345678"),
        ("0039 0332/123.456", "+390332123456"),
        ("(02) 1234-567", "+39021234567"),
        ("112", "112"),
        ("1522", "1522"),
        ("+41 44 668 18 00", "+41446681800"),
        ("", None),
        ("non so", None),
        ("12", None),
        ("+39", None),
        ("0" * 10_000_000, None),
    ],
)
def test_a_number_is_understood_as_people_write_it(written, stored):
    assert normalised_phone(written) == stored


@pytest.mark.parametrize(
    ("stored", "shown"), [("+390012345678", "+39 001 2345 678"), ("+390332123456", "+39 0332 123456"), ("1522", "1522")]
)
def test_a_number_is_shown_in_groups(stored, shown):
    assert shown_phone(stored) == shown


@pytest.mark.parametrize("details", [CENTRE, SHELTER])
def test_complete_details_have_no_problems(details):
    assert problems_of_service(details) == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "Mo\x00lo"}, "name"),
        ({"phone": ""}, "phone"),
        ({"phone": "boh"}, "phone"),
        ({"languages": ()}, "languages"),
        ({"languages": ("xx",)}, "languages"),
        ({"rank": 0}, "rank"),
        ({"rank": 1000}, "rank"),
        ({"address": "x" * 201}, "address"),
        ({"code": "!"}, "code"),
    ],
)
def test_each_wrong_field_has_its_own_sentence(change, field):
    problems = problems_of_service(replace(CENTRE, **change))
    assert list(problems) == [field]
    assert problems[field].endswith(".")


@pytest.mark.parametrize(
    ("change", "field"),
    [({"code": ""}, "code"), ({"seat_code": "012133"}, "seat_code"), ({"address": "via"}, "address")],
)
def test_of_a_shelter_the_place_is_written_nowhere(change, field):
    assert list(problems_of_service(replace(SHELTER, **change))) == [field]


@pytest.mark.parametrize(
    ("contact", "stored"),
    [
        (Contact(Channel.APP, "anything"), Contact(Channel.APP)),
        (Contact(Channel.EMAIL, " Anna@Rete.example "), Contact(Channel.EMAIL, "anna@rete.example")),
        (Contact(Channel.SMS, "0332 123456"), Contact(Channel.SMS, "+390332123456")),
        (Contact(Channel.VOICE, "+390012345678"), Contact(Channel.VOICE, "+390012345678")),
    ],
)
def test_contact_points_are_stored_in_one_form(contact, stored):
    assert normalised_contact(contact) == stored


@pytest.mark.parametrize(
    "contact",
    [
        Contact(Channel.EMAIL, "anna"),
        Contact(Channel.EMAIL, "a@b@c.it"),
        Contact(Channel.EMAIL, "a\x00b@c.it"),
        Contact(Channel.SMS, "anna@x.it"),
    ],
)
def test_a_contact_point_that_reaches_nobody_is_answered_by_a_sentence(contact):
    assert isinstance(normalised_contact(contact), str)


def test_contact_points_keep_their_order_and_follow_the_hours():
    night, day, always = (
        Contact(Channel.APP, hours=hours) for hours in (ContactHours.CLOSED, ContactHours.OPEN, ContactHours.ALWAYS)
    )
    assert in_use([night, day, always], service_open=True) == (day, always)
    assert in_use([night, day, always], service_open=False) == (night, always)


@pytest.mark.parametrize("words", [OrganisationKind, ServiceKind, Capability, Channel, ContactHours, Role])
def test_every_code_has_one_italian_word(words):
    labels = [label for _code, label in labels_of(words)]
    assert all(labels)
    assert len(set(labels)) == len(list(words))
    assert label_of(next(iter(words))) == labels[0]


def test_the_eleven_languages_of_1522_can_be_spoken():
    assert {"it", "en", "fr", "es", "ar", "fa", "sq", "ru", "uk", "pt", "pl"} <= set(LANGUAGES)


@pytest.mark.parametrize(
    ("text", "search"),
    [("Cantù", "cantu"), ("Sant'Angelo Lodigiano", "sant angelo lodigiano"), ("  VARESE ", "varese")],
)
def test_names_are_searched_without_accents_case_or_apostrophes(text, search):
    assert folded(text) == search
