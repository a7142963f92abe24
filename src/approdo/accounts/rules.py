# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bearer tokens: how they are made and recognised."""

import hashlib
import secrets

PREFIX = "approdo_"
LIFETIME_DAYS = 365


def new_secret() -> str:
    """Return a fresh bearer token with 256 bits of chance."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Return the only form in which a token is kept: its SHA-256, in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()
