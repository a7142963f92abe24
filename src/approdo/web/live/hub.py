# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is watching what, and what each of them has not been told yet: plain asyncio, no database, no HTTP."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from approdo.access.rules import Actor

BEAT_SECONDS = 10.0
SCREENS_PER_SESSION = 10


class TooManyScreens(Exception):
    """A session has as many streams open as it may have."""


@dataclass(eq=False, slots=True)
class Screen:
    """One open stream. What waits to be sent is a set of topics, so a slow reader costs no memory and delays nobody."""

    session_key: str
    actor: Actor
    topics: frozenset[str]
    confirmed_at: float
    beat_at: float
    waiting: dict[str, None] = field(default_factory=dict)
    resync: bool = False
    beat: bool = False
    over: bool = False
    gone: bool = False
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def touch(self) -> None:
        """Let the writer of this stream look at what is waiting."""
        self._wake.set()

    async def something(self) -> None:
        """Wait until something is to be sent, or the stream is to end."""
        await self._wake.wait()
        self._wake.clear()


class Hub:
    """Every open stream of this process, found by topic and by session."""

    def __init__(self) -> None:
        self.listening = False
        self._instant = ""
        self._screens: set[Screen] = set()
        self._by_topic: defaultdict[str, set[Screen]] = defaultdict(set)
        self._by_session: defaultdict[str, set[Screen]] = defaultdict(set)

    def open(self, session_key: str, actor: Actor, topics: Collection[str]) -> Screen:
        """Add a stream; it starts with a resync, because its page is older than the stream.

        Raises TooManyScreens.
        """
        if len(self._by_session.get(session_key, ())) >= SCREENS_PER_SESSION:
            raise TooManyScreens
        now = time.monotonic()
        # beats are spread, so that two thousand of them never stand before one change
        first_beat = now + random.uniform(0, BEAT_SECONDS)  # noqa: S311
        screen = Screen(session_key, actor, frozenset(topics), now, first_beat, resync=True)
        screen.touch()
        self._screens.add(screen)
        self._by_session[session_key].add(screen)
        for topic in screen.topics:
            self._by_topic[topic].add(screen)
        return screen

    def close(self, screen: Screen) -> None:
        """Forget a stream; harmless when it is forgotten already."""
        self._screens.discard(screen)
        _remove(self._by_session, screen.session_key, screen)
        for topic in screen.topics:
            _remove(self._by_topic, topic, screen)

    def announce(self, topics: Iterable[str]) -> None:
        """Tell everybody who watches one of these topics that it changed."""
        for topic in topics:
            for screen in self._by_topic.get(topic, ()):
                screen.waiting[topic] = None
                screen.touch()

    def heard(self, instant: str) -> None:
        """The database is there and this is its instant; after a silence, everybody must ask again what is true."""
        self._instant = instant
        if not self.listening:
            self.listening = True
            for screen in self._screens:
                screen.resync = True
                screen.touch()

    def lost(self) -> None:
        """The database is out of reach: no beats, so that pages show their age."""
        self.listening = False

    def beat(self) -> None:
        """Let the streams whose turn has come say that they are alive."""
        if not self.listening:
            return
        now = time.monotonic()
        for screen in self._screens:
            if screen.beat_at <= now:
                screen.beat_at = now + BEAT_SECONDS
                screen.beat = True
                screen.touch()

    def unconfirmed(self, older_than: float) -> dict[str, list[Screen]]:
        """Streams whose session was last found valid more than this many seconds ago, by session."""
        limit = time.monotonic() - older_than
        due: dict[str, list[Screen]] = {}
        for screen in self._screens:
            if screen.confirmed_at < limit and not (screen.gone or screen.over):
                due.setdefault(screen.session_key, []).append(screen)
        return due

    def end_all(self) -> None:
        """Close every stream without a word, so that the browsers come back by themselves."""
        for screen in self._screens:
            screen.gone = True
            screen.touch()

    def words(self, screen: Screen) -> bytes:
        """Take what waits for a stream, as server-sent events."""
        words = ["event: ended\ndata:\n\n"] if screen.over else []
        if screen.resync:
            words.append("event: resync\ndata:\n\n")
            screen.waiting.clear()
        words += [f"event: change\ndata: {topic}\n\n" for topic in screen.waiting]
        if screen.beat:
            words.append(f"event: beat\ndata: {self._instant}\n\n")
        screen.waiting.clear()
        screen.resync = screen.beat = False
        return "".join(words).encode()


def _remove(index: defaultdict[str, set[Screen]], key: str, screen: Screen) -> None:
    screens = index.get(key)
    if screens is not None:
        screens.discard(screen)
        if not screens:
            del index[key]
