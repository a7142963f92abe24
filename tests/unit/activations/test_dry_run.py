# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a draft would have made of activations that were."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tests.factories.protocols import call, parsed
from tests.factories.services import TONIGHT, service

from approdo.activations.rules.dry_run import Line, Past, Played, outcome, play
from approdo.networks.rules import ServiceKind, ServiceView
from approdo.protocols.rules import Need

ALL = frozenset(Need)
CENTRE, OTHER, SHELTER, COORDINATION = 1, 2, 3, 9
SERVICES = (
    service(CENTRE),
    service(SHELTER, ServiceKind.SHELTER),
    service(COORDINATION, ServiceKind.NETWORK_COORDINATION),
)


def past(*called: tuple[str, int], needs: frozenset[Need] = ALL, place: str = "a") -> Past:
    return Past(place, needs, TONIGHT, frozenset(called))


def always(*services: ServiceView) -> object:
    return lambda _at: services


def test_who_is_on_call_is_rung_at_once() -> None:
    assert play(parsed(call()), past(), always(*SERVICES)) == (Played("centre", CENTRE, 0, late=False),)


def test_steps_with_nobody_are_skipped_at_once_as_at_night() -> None:
    asleep = service(CENTRE, first=None, second=None)
    assert play(parsed(call()), past(), always(asleep, SERVICES[2])) == (Played("centre", CENTRE, 0, late=False),)


def test_a_telephone_of_the_second_wave_rings_when_that_goes_out() -> None:
    way = {"at_once": ["app", "email"], "if_unread": ["sms"], "after_seconds": 240}
    (one,) = play(parsed(call(channels=way)), past(), always(*SERVICES))
    assert (one.rang, one.late) == (240, False)
    (one,) = play(parsed(call(channels=way, answer_within_minutes=3)), past(), always(*SERVICES))
    assert one.late


def test_somebody_with_a_page_only_is_waited_for_before_the_next_is_rung() -> None:
    from dataclasses import replace

    quiet = replace(SERVICES[0].first, contacts=())
    (one,) = play(parsed(call()), past(), always(service(CENTRE, first=quiet), SERVICES[2]))
    assert (one.rang, one.late) == (600, False)
    slow = parsed(call(answer_within_minutes=5))
    (one,) = play(slow, past(), always(service(CENTRE, first=quiet), SERVICES[2]))
    assert (one.rang, one.late) == (600, True)


def test_who_comes_on_call_later_is_rung_then() -> None:
    morning = TONIGHT + timedelta(minutes=25)

    def coverage(at: datetime) -> Sequence[ServiceView]:
        return (service(CENTRE, first=None, second=None, contacts=()) if at < morning else service(CENTRE),)

    (one,) = play(parsed(call()), past(), coverage)
    assert one.rang == 25 * 60
    assert one.late


def test_a_call_that_nobody_hears_for_two_hours_is_late_and_never_rang() -> None:
    asleep = service(CENTRE, first=None, second=None, contacts=())
    assert play(parsed(call()), past(), always(asleep)) == (Played("centre", CENTRE, None, late=True),)


def test_a_call_after_another_begins_at_its_latest_minute_and_its_limit_counts_from_there() -> None:
    document = parsed(call(), call("shelter", "shelter", after="centre", after_minutes=30))
    (_centre, shelter) = play(document, past(), always(*SERVICES))
    assert (shelter.rang, shelter.late) == (30 * 60, False)


def test_a_call_is_made_for_the_needs_of_that_night_only() -> None:
    document = parsed(call(), call("shelter", "shelter", needs=["safe_place"]))
    played = play(document, past(needs=frozenset({Need.CALL_BACK})), always(*SERVICES))
    assert [one.key for one in played] == ["centre"]


def test_lines_sum_up_by_rule_and_service_and_keep_what_is_no_longer_called_last() -> None:
    document = parsed(call("rifugio", "shelter"), call())
    pasts = [past(("centre", CENTRE)), past(("centre", CENTRE), ("dropped", OTHER))]
    found = outcome(document, pasts, lambda _code, _at: SERVICES)
    assert found.activations == 2
    assert found.different == 2
    assert found.lines == (
        Line("rifugio", SHELTER, calls=2, before=0, median_seconds=0, late=0, unheard=0),
        Line("centre", CENTRE, calls=2, before=2, median_seconds=0, late=0, unheard=0),
        Line("dropped", OTHER, calls=0, before=1, median_seconds=None, late=0, unheard=0),
    )


def test_the_same_services_under_other_names_are_not_different() -> None:
    found = outcome(parsed(call("centro")), [past(("centre", CENTRE))], lambda _code, _at: SERVICES)
    assert found.different == 0


def test_each_municipality_is_played_with_its_own_services() -> None:
    here = {"a": (service(CENTRE),), "b": (service(OTHER),)}
    found = outcome(parsed(call()), [past(place="a"), past(place="b")], lambda code, _at: here[code])
    assert {(line.service_id, line.calls) for line in found.lines} == {(CENTRE, 1), (OTHER, 1)}


def test_no_activation_is_no_line() -> None:
    assert outcome(parsed(call()), [], lambda _code, _at: SERVICES).lines == ()
