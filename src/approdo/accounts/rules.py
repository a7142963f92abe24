# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bearer tokens, how they are made and recognised; and who the people of the guided tour sign in as."""

import hashlib
import secrets
from datetime import datetime, timedelta

PREFIX = "approdo_"
LIFETIME_DAYS = 365
USE_NOTED_EVERY = timedelta(minutes=1)
"""How far behind the truth a token's last use may be: a request that reads writes nothing, save once a minute."""
TOUR = (
    "ps.varese@demo.example",
    "centro.varese@demo.example",
    "centro2.varese@demo.example",
    "rifugio.varese@demo.example",
    "pronto.intervento.varese@demo.example",
    "sociale.varese@demo.example",
    "ffoo.varese@demo.example",
    "coordinatrice.varese@demo.example",
    "responsabile.varese@demo.example",
)
"""The sign-ins of the demonstration's guided tour, in the order in which it meets them."""


def new_secret() -> str:
    """Return a fresh bearer token with 256 bits of chance."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Return the only form in which a token is kept: its SHA-256, in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def use_is_old(last_used_at: datetime | None, now: datetime) -> bool:
    """Tell whether what was noted of a token's last use is worth writing again."""
    return last_used_at is None or now - last_used_at >= USE_NOTED_EVERY
