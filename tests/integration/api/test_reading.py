# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a program reads: the board, the list page by page, the directory, who is on call."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from django.http import HttpResponse
from tests.factories.activations import TONIGHT, VARESE, an_activation

from approdo.activations.models import Alert
from approdo.networks.models import Shift

from .conftest import ROOT, House, Problem

INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})")


def test_the_board_tells_each_call_and_how_it_stands(house: House, activation: str) -> None:
    response = house.hospital.get(f"/activations/{activation}")
    board = response.json()
    assert (board["id"], board["state"], board["answered"]) == (activation, "open", 0)
    assert board["needs"] == ["safe_place", "talk_now"]
    assert board["activated_by"] == house.town.hospital.name
    assert (board["exercise"], board["end_reason"], board["ended_at"]) == (False, None, None)
    centre, shelter = board["calls"]
    assert (centre["kind"], shelter["kind"]) == ("support_centre", "shelter")
    assert centre["service"] == house.town.centre.name
    assert shelter["service"] == house.town.shelter.code
    assert centre["state"] == "calling"
    assert centre["next"]["targets"] == ["second_on_call"]
    assert centre["phone"] == house.town.centre.phone
    assert {one["channel"] for one in centre["alerts"][0]["channels"]} == {"app", "email", "sms", "voice"}
    assert response["Cache-Control"] == "no-store"


def test_a_call_that_was_taken_says_by_which_service(house: House, activation: str) -> None:
    call = house.call_of(activation)
    assert house.centre.post(f"/calls/{call}/acknowledge", {}).status_code == 204
    taken = house.hospital.get(f"/activations/{activation}").json()["calls"][0]
    assert (taken["state"], taken["taken_by"], taken["next"]) == ("taken", house.town.centre.name, None)


def test_a_call_that_was_declined_goes_on_with_the_next_person(house: House, activation: str) -> None:
    call = house.call_of(activation)
    assert house.centre.post(f"/calls/{call}/decline", {"reason": "already_engaged"}).status_code == 204
    going_on = house.hospital.get(f"/activations/{activation}").json()["calls"][0]
    assert [(one["step"], one["state"], one["reason"]) for one in going_on["alerts"]] == [
        (1, "declined", "already_engaged"),
        (2, "queued", None),
    ]


def test_a_call_another_service_took_cannot_be_taken(house: House, activation: str, problem: Problem) -> None:
    call = house.call_of(activation)
    coordination = house.program(house.town.coordination)
    assert coordination.post(f"/calls/{call}/acknowledge").status_code == 204
    response = house.centre.post(f"/calls/{call}/acknowledge")
    assert (response.status_code, problem(response)["code"]) == (409, "already_taken")


def test_the_end_is_told_with_its_reason(house: House, activation: str) -> None:
    house.hospital.post(f"/activations/{activation}/stand-down", {"reason": "woman_left"})
    board = house.centre.get(f"/activations/{activation}").json()
    assert (board["state"], board["end_reason"], board["may_stand_down"]) == ("stood_down", "woman_left", False)


def test_a_drill_is_told_as_a_drill(house: House) -> None:
    made = house.hospital.activate(exercise=True).json()
    assert house.centre.get(made["url"].removeprefix(ROOT)).json()["exercise"] is True


def test_a_program_that_reads_does_not_make_an_alert_seen(house: House, activation: str) -> None:
    house.centre.get(f"/activations/{activation}")
    house.centre.get("/activations")
    assert not Alert.objects.exclude(seen_at=None).exists()


def _names(house: House) -> list[str]:
    return [person.display_name for staff in house.town.people.values() for person in staff]


def test_no_answer_names_a_person(house: House, activation: str) -> None:
    house.centre.post(f"/calls/{house.call_of(activation)}/acknowledge")
    for path in (
        "/activations",
        f"/activations/{activation}",
        f"/municipalities/{VARESE}/services",
        f"/municipalities/{VARESE}/on-call",
    ):
        for program in (house.hospital, house.centre):
            text = program.get(path).content.decode()
            assert not [name for name in _names(house) if name in text]
            assert "@" not in text
            assert house.town.shelter.name not in text


def _instants(value: object) -> list[str]:
    if isinstance(value, dict):
        named = [one for name, one in value.items() if name == "at" or name.endswith(("_at", "_by", "until"))]
        return [one for one in named if isinstance(one, str) and one[:2] == "20"] + [
            found for one in value.values() for found in _instants(one)
        ]
    return [found for one in value for found in _instants(one)] if isinstance(value, list) else []


def test_every_instant_has_an_offset(house: House, activation: str) -> None:
    for path in ("/activations", f"/activations/{activation}", f"/municipalities/{VARESE}/on-call"):
        found = _instants(house.hospital.get(path).json())
        assert found
        assert all(INSTANT.fullmatch(one) for one in found)


def _read_all(house: House, limit: int) -> list[list[str]]:
    pages, address = [], f"/activations?limit={limit}"
    while address:
        response = house.hospital.get(address)
        page = response.json()
        pages.append([one["id"] for one in page["items"]])
        link = response.headers.get("Link")
        assert link == (f'<{page["next"]}>; rel="next"' if page["next"] else None)
        address = (page["next"] or "").removeprefix(ROOT)
    return pages


@pytest.mark.parametrize(("limit", "sizes"), [(3, [3, 3, 1]), (7, [7]), (100, [7]), (1, [1] * 7)])
def test_the_pages_of_the_list_hold_each_activation_once_newest_first(
    limit: int, sizes: list[int], house: House
) -> None:
    # two of them at one instant: the cursor must tell them apart
    minutes = [0, 1, 2, 2, 3, 4, 5]
    made = [an_activation(house.town, now=TONIGHT + timedelta(minutes=minute)).id for minute in minutes]
    pages = _read_all(house, limit)
    assert [len(page) for page in pages] == sizes
    found = [one for page in pages for one in page]
    assert sorted(found) == sorted(str(one) for one in made)
    assert found[0] == str(made[-1])
    assert found[-1] == str(made[0])


def test_an_activation_made_while_reading_does_not_shift_the_pages(house: House) -> None:
    for minute in range(4):
        an_activation(house.town, now=TONIGHT + timedelta(minutes=minute))
    first = house.hospital.get("/activations?limit=2").json()
    an_activation(house.town, now=TONIGHT + timedelta(minutes=9))
    second = house.hospital.get(first["next"].removeprefix(ROOT)).json()
    assert not {one["id"] for one in first["items"]} & {one["id"] for one in second["items"]}
    assert second["next"] is None


def test_a_cursor_that_was_touched_is_refused(house: House, problem: Problem) -> None:
    for minute in range(3):
        an_activation(house.town, now=TONIGHT + timedelta(minutes=minute))
    cursor = house.hospital.get("/activations?limit=1").json()["next"].partition("cursor=")[2].partition("&")[0]
    assert house.hospital.get(f"/activations?cursor={cursor}").status_code == 200
    for touched in (cursor[:-1], "A" + cursor, cursor.swapcase(), cursor.partition(".")[0]):
        assert problem(house.hospital.get(f"/activations?cursor={touched}"))["code"] == "invalid"


def test_the_directory_tells_services_and_hours_and_no_place_of_a_shelter(house: House) -> None:
    directory = house.hospital.get(f"/municipalities/{VARESE}/services").json()
    assert directory["municipality"] == VARESE
    by_kind = {one["kind"]: one for one in directory["services"]}
    assert set(by_kind) == {
        "emergency_department", "support_centre", "shelter", "social_service", "social_emergency",
        "network_coordination",
    }  # fmt: skip
    assert by_kind["shelter"]["service"] == house.town.shelter.code
    assert by_kind["support_centre"]["open_now"] is True
    assert "address" not in by_kind["shelter"]
    assert "on_call" not in by_kind["support_centre"]


def on_call(response: HttpResponse, kind: str = "support_centre") -> list[dict]:
    """The people on call for the service of a kind."""
    return next(one["on_call"] for one in response.json()["services"] if one["kind"] == kind)


def test_who_is_on_call_is_positions_and_until_when(house: House) -> None:
    duty = on_call(house.hospital.get(f"/municipalities/{VARESE}/on-call"))
    assert [(one["position"], sorted(one)) for one in duty] == [(1, ["position", "until"]), (2, ["position", "until"])]
    assert datetime.fromisoformat(duty[0]["until"]) == TONIGHT + timedelta(days=30)


def test_a_service_with_nobody_on_call_is_there_with_an_empty_list(house: House) -> None:
    Shift.objects.filter(service=house.town.centre).delete()
    assert on_call(house.hospital.get(f"/municipalities/{VARESE}/on-call")) == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-24T02:12:00+01:00", datetime(2026, 11, 24, 1, 12, tzinfo=UTC)),
        ("2026-11-24T01:12:00Z", datetime(2026, 11, 24, 1, 12, tzinfo=UTC)),
        ("2026-11-24t01:12:00.123456789z", datetime(2026, 11, 24, 1, 12, 0, 123456, tzinfo=UTC)),
        ("2026-11-24T01:11:00-23:59", datetime(2026, 11, 25, 1, 10, tzinfo=UTC)),  # no database knows this offset
        # the hour that comes twice on the night of the clock change is told apart by its offset
        ("2026-10-25T02:30:00+02:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25T02:30:00+01:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    ],
)
def test_the_instant_asked_is_the_instant_answered(written: str, meant: datetime, house: House) -> None:
    answer = house.hospital.get(f"/municipalities/{VARESE}/on-call?at={quote(written)}").json()
    told = datetime.fromisoformat(answer["at"])
    assert abs(told - meant) < timedelta(milliseconds=1)
    assert told.utcoffset() == timedelta(0)


def test_after_the_end_of_a_shift_nobody_is_on_call(house: House) -> None:
    later = quote((TONIGHT + timedelta(days=31)).isoformat())
    assert on_call(house.hospital.get(f"/municipalities/{VARESE}/on-call?at={later}")) == []
