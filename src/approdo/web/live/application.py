# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The live door: server-sent events that say *something changed*, and nothing else."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from json import dumps
from time import monotonic
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from django.conf import settings
from django.db import Error, connections
from django.http import parse_cookie

from approdo.web.live.admission import actors_of, admit
from approdo.web.live.hub import Hub, Screen, TooManyScreens
from approdo.web.live.listening import listen

log = logging.getLogger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Result = TypeVar("Result")

TOPICS = 20
CONFIRM_SECONDS = 15.0  # a session that ended is noticed within this and a tick, well under thirty
_TICK_SECONDS = 0.25
_CHUNK = 100  # sessions confirmed in one go
_QUERY_BYTES = 4_096
_SESSION_KEY = 40

_SENTENCES = {
    400: "Argomenti non validi.",
    401: "Accedi di nuovo.",
    403: "Richiesta da un altro sito.",
    404: "Non c'è nulla a questo indirizzo.",
    429: "Troppe schede aperte.",
    503: "La banca dati non risponde.",
}


class Refused(Exception):
    """The stream is not opened; ``status`` says why."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Live:
    """The ASGI application: ``/stream`` and ``/healthz``."""

    def __init__(self) -> None:
        self._hub = Hub()
        self._origin = settings.PUBLIC_URL
        self._prefix = urlsplit(settings.LIVE_URL).path
        # the database is asked in these few threads; an open stream holds none
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="admission")
        self._chores: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or follow the server's start and stop."""
        if scope["type"] == "lifespan":
            await self._live_and_die(receive, send)
        elif scope["type"] == "http":
            try:
                await self._answer(scope, receive, send)
            except Refused as refusal:
                await self._refuse(send, refusal.status)

    async def _live_and_die(self, receive: Receive, send: Send) -> None:
        await receive()
        self._end_streams_when_asked_to_stop()
        for chore in (partial(listen, self._hub), self._beat, self._confirm):
            self._chores.append(asyncio.create_task(_keep_at(chore)))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in self._chores:
            task.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)
        await send({"type": "lifespan.shutdown.complete"})

    def _end_streams_when_asked_to_stop(self) -> None:
        """End the streams at the signal that stops the server, which would otherwise wait for them.

        The server's own handler stays: asyncio hears of signals through its wake-up descriptor, before this one.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(self._hub.end_all))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(self._prefix)
        if scope["method"] not in {"GET", "HEAD"} or path not in {"/stream", "/healthz"}:
            raise Refused(404)
        if path == "/healthz":
            await self._say(send, 200, {"status": "ok", "listening": self._hub.listening})
            return
        if any(origin != self._origin for origin in _header(scope, b"origin")):
            raise Refused(403)
        screen = await self._admit(_session_key(scope), _boards(scope["query_string"]))
        try:
            await self._serve(screen, receive, send)
        finally:
            self._hub.close(screen)

    async def _admit(self, session_key: str, boards: set[UUID]) -> Screen:
        if not self._hub.listening:
            raise Refused(503)
        try:
            admitted = await self._ask(admit, session_key, boards)
        except Error as error:
            raise Refused(503) from error
        if admitted is None:
            raise Refused(401)
        try:
            return self._hub.open(session_key, *admitted)
        except TooManyScreens as error:
            raise Refused(429) from error

    async def _serve(self, screen: Screen, receive: Receive, send: Send) -> None:
        """Write what waits for one stream until somebody ends it."""
        headers = [*self._headers(b"text/event-stream"), (b"x-accel-buffering", b"no")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        leaving = asyncio.create_task(_leave(screen, receive))
        try:
            told = False
            while not (screen.gone or told):
                await screen.something()
                told = screen.over
                if not screen.gone and (words := self._hub.words(screen)):
                    await send({"type": "http.response.body", "body": words, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            leaving.cancel()

    async def _beat(self) -> None:
        while True:
            self._hub.beat()
            await asyncio.sleep(_TICK_SECONDS)

    async def _confirm(self) -> None:
        """Ask again, a few at a time, whether the sessions behind the streams are valid."""
        while True:
            due = list(self._hub.unconfirmed(CONFIRM_SECONDS).items())[:_CHUNK]
            if due:
                await self._keep_or_end(dict(due))
            await asyncio.sleep(_TICK_SECONDS)

    async def _keep_or_end(self, due: dict[str, list[Screen]]) -> None:
        """Keep the streams of valid sessions, end the others; when the database cannot say, close them all."""
        try:
            actors = await self._ask(actors_of, list(due))
        except Error as error:
            log.warning("sessions cannot be confirmed: %s", type(error).__name__)
            actors = None
        now = monotonic()
        for session_key, screens in due.items():
            actor = actors and actors.get(session_key)
            for screen in screens:
                if actor == screen.actor:
                    screen.confirmed_at = now
                elif actors is None or actor:
                    screen.gone = True  # she comes back by herself, perhaps for another service
                    screen.touch()
                else:
                    screen.over = True
                    screen.touch()

    async def _ask(self, question: Callable[..., Result], *arguments: Any) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, _with_connection, question, *arguments)

    def _headers(self, content_type: bytes) -> list[tuple[bytes, bytes]]:
        return [
            (b"content-type", content_type),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
            (b"access-control-allow-origin", self._origin.encode()),
            (b"access-control-allow-credentials", b"true"),
            (b"vary", b"origin"),
        ]

    async def _refuse(self, send: Send, status: int) -> None:
        problem = {"type": "about:blank", "title": _SENTENCES[status], "status": status}
        await self._say(send, status, problem, b"application/problem+json")

    async def _say(self, send: Send, status: int, answer: dict, content_type: bytes = b"application/json") -> None:
        await send({"type": "http.response.start", "status": status, "headers": self._headers(content_type)})
        await send({"type": "http.response.body", "body": dumps(answer).encode(), "more_body": False})


def _with_connection(question: Callable[..., Result], *arguments: Any) -> Result:
    """Ask with a database connection of this thread, and give it back."""
    try:
        return question(*arguments)
    finally:
        connections.close_all()


async def _keep_at(chore: Callable[[], Awaitable[None]]) -> None:
    """Do a chore that never ends; when it fails all the same, say so and begin again."""
    while True:
        try:
            await chore()
        except Exception:
            log.exception("a chore of the live process failed")
        await asyncio.sleep(1)


async def _leave(screen: Screen, receive: Receive) -> None:
    """Wait until the browser has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
    screen.gone = True
    screen.touch()


def _header(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def _session_key(scope: Scope) -> str:
    key = parse_cookie("; ".join(_header(scope, b"cookie"))).get(settings.SESSION_COOKIE_NAME, "")
    if not (key.isascii() and key.isalnum() and len(key) <= _SESSION_KEY):
        raise Refused(401)
    return key


def _boards(query: bytes) -> set[UUID]:
    """Read the activations somebody wants to watch; her own topics need not be asked for, others' are not given."""
    if len(query) > _QUERY_BYTES:
        raise Refused(400)
    try:
        asked = parse_qs(query.decode("ascii"), max_num_fields=TOPICS).get("topics", [])
        topics = " ".join(asked).replace(",", " ").split()
        if len(topics) > TOPICS:
            raise Refused(400)
        return {UUID(topic.removeprefix("a:")) for topic in topics if topic.startswith("a:")}
    except ValueError as error:
        raise Refused(400) from error
