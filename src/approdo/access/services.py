# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Enter the database as somebody: what row-level security shows from then on (ADR 0012)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import transaction

from approdo.access.rules import SYSTEM, Actor, claim_key, claim_of, pads
from approdo.kit import claims
from approdo.kit.rows import read


@contextmanager
def entered(*, actor: Actor) -> Iterator[None]:
    """Hold the actor's claim in one transaction: for a door, around everything that one request does."""
    with claims.held(_claim(actor)), transaction.atomic():
        yield


@contextmanager
def as_system() -> Iterator[None]:
    """Hold the system's claim in one transaction: what nobody pressed a button for, or what a secret code opens."""
    with entered(actor=SYSTEM):
        yield


def system_process() -> None:
    """Let every transaction of this process be the system's, unless a door enters as somebody."""
    claims.hold_always(_claim(SYSTEM))


def install_claim_key(*, owner: Any) -> None:
    """Let the database know, through a connection of the owner role, the key that this installation signs with."""
    inner, outer = pads(claim_key(settings.SECRET_KEY))
    with owner.transaction():
        owner.execute("DELETE FROM access_claim_key")
        owner.execute("INSERT INTO access_claim_key (inner_pad, outer_pad) VALUES (%s, %s)", [inner, outer])


def is_believed() -> bool:
    """Tell whether the database holds a claim of this process for genuine: the same secret on both sides."""
    with as_system():
        return bool(read("SELECT access_genuine()")[0][0])


def _claim(actor: Actor) -> claims.Claim:
    key = claim_key(settings.SECRET_KEY)
    return lambda process: claim_of(actor, process, key)
