# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What waits for whom: the hub alone, without sockets or a database."""

import asyncio
import time

import pytest

from approdo.access.rules import Actor, Role
from approdo.web.live.hub import BEAT_SECONDS, SCREENS_PER_SESSION, Hub, Screen, TooManyScreens

ACTOR = Actor(1, 2, 3, Role.ON_CALL_OPERATOR)
RESYNC = b"event: resync\ndata:\n\n"


def _open(hub: Hub, session: str = "one", *topics: str) -> Screen:
    screen = hub.open(session, ACTOR, topics)
    hub.words(screen)
    return screen


def test_a_stream_begins_with_a_resync_because_its_page_is_older() -> None:
    hub = Hub()
    assert hub.words(hub.open("one", ACTOR, ["s:3"])) == RESYNC


def test_only_those_who_watch_a_topic_hear_of_it() -> None:
    hub = Hub()
    hers, another = _open(hub, "one", "s:3"), _open(hub, "two", "s:4")
    hub.announce(["s:3", "a:unwatched"])
    assert hub.words(hers) == b"event: change\ndata: s:3\n\n"
    assert hub.words(another) == b""


def test_what_was_told_is_not_told_again() -> None:
    hub = Hub()
    screen = _open(hub, "one", "s:3")
    hub.announce(["s:3"])
    hub.words(screen)
    assert hub.words(screen) == b""


def test_a_thousand_changes_that_nobody_read_are_told_once_each() -> None:
    hub = Hub()
    screen = _open(hub, "one", "s:3", "o:1")
    for _each in range(1000):
        hub.announce(["s:3", "o:1"])
    assert hub.words(screen) == b"event: change\ndata: s:3\n\nevent: change\ndata: o:1\n\n"


def test_a_resync_stands_for_every_change_before_it() -> None:
    hub = Hub()
    screen = _open(hub, "one", "s:3")
    hub.announce(["s:3"])
    hub.heard("2026-11-24T01:12:00.000+00:00")
    assert hub.words(screen) == RESYNC


def test_everybody_asks_again_only_after_a_silence() -> None:
    hub = Hub()
    hub.heard("first")
    screens = [_open(hub, name, "s:3") for name in ("one", "two")]
    hub.heard("second")
    assert [hub.words(screen) for screen in screens] == [b"", b""]
    hub.lost()
    hub.heard("third")
    assert [hub.words(screen) for screen in screens] == [RESYNC, RESYNC]


def test_a_beat_carries_the_last_instant_and_its_turn_comes_once_in_a_while() -> None:
    hub = Hub()
    hub.heard("now")
    screen = _open(hub)
    screen.beat_at = time.monotonic() - 1
    hub.beat()
    assert hub.words(screen) == b"event: beat\ndata: now\n\n"
    assert screen.beat_at == pytest.approx(time.monotonic() + BEAT_SECONDS, abs=0.5)
    hub.beat()
    assert hub.words(screen) == b""


def test_nothing_beats_while_the_database_is_out_of_reach() -> None:
    hub = Hub()
    hub.heard("now")
    screen = _open(hub)
    hub.lost()
    screen.beat_at = 0
    hub.beat()
    assert hub.words(screen) == b""


def test_beats_of_many_screens_are_spread() -> None:
    hub = Hub()
    screens = [_open(hub, str(number)) for number in range(400)]
    now = time.monotonic()
    by_second = [sum(1 for screen in screens if second <= screen.beat_at - now < second + 1) for second in range(10)]
    assert max(by_second) < 100


def test_a_session_has_so_many_streams_and_no_more() -> None:
    hub = Hub()
    screens = [_open(hub, "one", "s:3") for _each in range(SCREENS_PER_SESSION)]
    with pytest.raises(TooManyScreens):
        hub.open("one", ACTOR, ["s:3"])
    _open(hub, "two", "s:3")
    hub.close(screens[0])
    hub.close(screens[0])
    _open(hub, "one", "s:3")


def test_a_closed_stream_is_forgotten_everywhere() -> None:
    hub = Hub()
    screen = _open(hub, "one", "s:3")
    hub.close(screen)
    hub.announce(["s:3"])
    assert hub.words(screen) == b""
    assert (hub._screens, dict(hub._by_topic), dict(hub._by_session)) == (set(), {}, {})


def test_sessions_are_confirmed_when_their_turn_comes_and_not_while_they_end() -> None:
    hub = Hub()
    first, second = _open(hub, "one", "s:3"), _open(hub, "one", "s:3")
    assert hub.unconfirmed(5) == {}
    first.confirmed_at = second.confirmed_at = time.monotonic() - 6
    assert {key: set(screens) for key, screens in hub.unconfirmed(5).items()} == {"one": {first, second}}
    first.over = True
    second.gone = True
    assert hub.unconfirmed(5) == {}


def test_the_writer_wakes_for_a_change_and_at_the_end() -> None:
    async def story() -> list[bytes]:
        hub = Hub()
        screen = hub.open("one", ACTOR, ["s:3"])
        heard = []
        await screen.something()
        heard.append(hub.words(screen))
        asyncio.get_running_loop().call_later(0.01, hub.announce, ["s:3"])
        await asyncio.wait_for(screen.something(), 1)
        heard.append(hub.words(screen))
        asyncio.get_running_loop().call_later(0.01, hub.end_all)
        await asyncio.wait_for(screen.something(), 1)
        assert screen.gone
        return heard

    assert asyncio.run(story()) == [RESYNC, b"event: change\ndata: s:3\n\n"]
