# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who serves a municipality, and who is on call there."""

from typing import Annotated

from ninja import Path, Query, Router

from approdo.api.authentication import Request
from approdo.api.schemas import AskedInstant, Directory, MunicipalityCode, OnCall, near
from approdo.networks import selectors

router = Router(tags=["directory"])

Municipality = Annotated[MunicipalityCode, Path()]
At = Annotated[
    AskedInstant | None,
    Query(description="RFC 3339 with an offset, at most a year from now; left out, now. Write `+` as `%2B`."),
]


@router.get(
    "/municipalities/{municipality}/services",
    response=Directory,
    summary="Directory of a municipality",
    operation_id="read_directory",
)
def directory(request: Request, municipality: Municipality, at: At = None) -> Directory:
    """Return every service that serves the municipality, open or closed at the instant, with its telephone."""
    instant = near(at, request.auth.now)
    return Directory.of(municipality, instant, selectors.directory(request.auth.actor, municipality, instant))


@router.get(
    "/municipalities/{municipality}/on-call",
    response=OnCall,
    summary="Who is on call",
    operation_id="read_on_call",
)
def on_call(request: Request, municipality: Municipality, at: At = None) -> OnCall:
    """Return for each service of the municipality whether somebody is on call at the instant, and until when.

    Positions only, never names: a service with an empty list has nobody, and an activation would pass it by.
    """
    instant = near(at, request.auth.now)
    return OnCall.of(municipality, instant, selectors.directory(request.auth.actor, municipality, instant))
