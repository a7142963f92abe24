# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from pytest_django.fixtures import Settings

from approdo.cli.local_gateway import LocalGateway, Running
from approdo.networks.rules import Channel
from approdo.notifications import gateways, services
from approdo.notifications.services import NewMessage

NOW = datetime(2026, 11, 24, 2, 12, tzinfo=UTC)
ADDRESSES = {
    Channel.APP: "o:7",
    Channel.EMAIL: "reperibile@centro.example",
    Channel.SMS: "+390012345678",
    Channel.VOICE: "+390012345678",
}

Alert = Callable[..., UUID]


def new(reference: UUID, channel: Channel, wave: int = 0, *, after: float = 0.0, **fields: object) -> NewMessage:
    """One message of an alert, at NOW plus ``after`` seconds."""
    values: dict[str, object] = {"address": ADDRESSES[channel], "operator_id": 7, "service_id": 3, "code": "one-time"}
    return NewMessage(
        reference=reference, channel=channel, wave=wave, due_at=NOW + timedelta(seconds=after), **(values | fields)
    )  # type: ignore[arg-type]


@pytest.fixture
def alert() -> Alert:
    """Write an alert with these channels at once and, an instant later, those of the second wave."""

    def write(*channels: Channel, later: tuple[Channel, ...] = (), after: float = 120, **fields: object) -> UUID:
        reference = uuid4()
        messages = [new(reference, channel, **fields) for channel in channels]
        messages += [new(reference, channel, 1, after=after, **fields) for channel in later]
        services.enqueue(messages=messages, now=NOW)
        return reference

    return write


@pytest.fixture
def local_gateway(settings: Settings) -> Iterator[Running]:
    """A real gateway and a real mail server, on sockets; a silence counts as a failure after half a second."""
    running = Running(LocalGateway("shared secret", slow_seconds=0.2), "127.0.0.1", 0, 0)
    settings.GATEWAY_URL, settings.GATEWAY_SECRET = running.url, "shared secret"
    settings.GATEWAY_TIMEOUT_SECONDS = settings.EMAIL_TIMEOUT = 0.5
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.smtp_port
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    gateways._made_client.cache_clear()
    yield running
    running.stop()
    gateways.client().close()
    gateways._made_client.cache_clear()
