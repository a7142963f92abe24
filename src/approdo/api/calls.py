# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Answer the calls to one's own service."""

from uuid import UUID

from ninja import Router, Status

from approdo.activations import services
from approdo.api.authentication import Request
from approdo.api.schemas import Decline, Nothing

router = Router(tags=["calls"])


@router.post(
    "/calls/{call_id}/acknowledge", response={204: None}, summary="Take a call", operation_id="acknowledge_call"
)
def acknowledge(request: Request, call_id: UUID, body: Nothing | None = None) -> Status:
    """Take a call in charge: the search for that service's answer ends here, and the other calls go on.

    Only a person may decide this: send it when she has pressed, never by rule. Repeating it is harmless.
    """
    services.take(actor=request.auth.actor, call_id=call_id, now=request.auth.now)
    return Status(204, None)


@router.post("/calls/{call_id}/decline", response={204: None}, summary="Decline a call", operation_id="decline_call")
def decline(request: Request, call_id: UUID, body: Decline) -> Status:
    """Say that the service cannot take the call now, and why; the next people in the chain are alerted at once."""
    services.decline(actor=request.auth.actor, call_id=call_id, reason=body.reason, now=request.auth.now)
    return Status(204, None)
