# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a page may be opened without; everything not marked needs a signed-in operator acting for a service."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest

from approdo.access.rules import Actor, Permission

View = TypeVar("View", bound=Callable[..., Any])

KEY_DEMO = "demo"
"""In the session of a one-click sign-in of the demonstration."""


class Asked(HttpRequest):
    """A request of a signed-in operator, as the middleware hands it to a page."""

    actor: Actor
    now: datetime
    """The instant on the database clock at which she was found to be who she is."""


public = login_not_required
"""Open to anybody: the view checks by other means (a code in the address, a signature) or shows nothing private."""


def needs(permission: Permission) -> Callable[[View], View]:
    """Open only to roles that include the permission: refused before the view reads anything of the request."""

    def guarded(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return guarded


class Freshness(StrEnum):
    """How recent the proof must be that it is she; in seconds it stands in the settings, ``FRESH_SECONDS``."""

    REVEAL = "reveal"
    GRANT = "grant"


@dataclass(frozen=True, slots=True)
class Proof:
    """What an act asks of who does it, beyond being signed in."""

    within: Freshness
    unless: Callable[..., bool] | None
    back: str


def fresh(within: Freshness, *, unless: Callable[..., bool] | None = None, back: str = "") -> Callable[[View], View]:
    """Do a grave act only for who proved a second factor a moment ago (security.md, P15 and P26).

    Never on an act of an emergency: activating, answering, opening an emergency access, keeping somebody out, taking a
    consent back: who does them may be frightened, and a step more is a step too many. ``unless``: given the request
    and what the address names, tells when the act is one of those. ``back``: the page of a case to which she returns
    when the act answers with a file and would leave her in front of the question (ADR 0016).
    """

    def guarded(view: View) -> View:
        view.fresh = Proof(within, unless, back)  # type: ignore[attr-defined]
        return view

    return guarded


def goes_on(view: View) -> View:
    """Answer also when the register takes no entries: an act that calls help, or answers (security.md, P20)."""
    view.goes_on = True  # type: ignore[attr-defined]
    return view


def without_service(view: View) -> View:
    """Open to a signed-in operator who has not chosen a service yet."""
    view.service_required = False  # type: ignore[attr-defined]
    return view


def is_untouched(request: HttpRequest) -> bool:
    """Tell whether the page asked by itself while nobody touched it: whoever left it open does not stay signed in."""
    return request.headers.get("X-Approdo-Untouched") == "1"


def is_background(request: HttpRequest) -> bool:
    """Tell whether the page asked by itself (a poll), so that it does not count as her being there."""
    return request.headers.get("X-Approdo-Background") == "1"
