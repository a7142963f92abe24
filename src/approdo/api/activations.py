# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Activate the network, follow an activation, stop it."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from ninja import Header, Query, Router, Status

from approdo.activations import selectors, services
from approdo.api import cursors
from approdo.api.authentication import Request
from approdo.api.problems import Fault, Faulty
from approdo.api.schemas import (
    ROOT,
    Activated,
    ActivationBoard,
    ActivationLine,
    ActivationPage,
    NewActivation,
    StandDown,
    url_of,
)
from approdo.networks.rules import UnknownMunicipality

router = Router(tags=["activations"])

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=80,
        pattern=r"^[!-~]+$",
        description="One key per activation, made by you (a UUID is fine). Repeat the request with the same key until"
        " it is answered: it never makes a second activation.",
    ),
]


@router.post(
    "/activations", response={201: Activated, 200: Activated}, summary="Activate the network", operation_id="activate"
)
def activate(request: Request, response: HttpResponse, body: NewActivation, idempotency_key: IdempotencyKey) -> Status:
    """Call every service that the protocol of the municipality names for these needs, at once.

    201 the first time. A repetition with the same key and the same content is answered 200 with the same body, also
    hours later; with another content, 409 `key_reused`. This request is never refused for having come too often.
    When it fails, or when nothing answers, telephone: 112, or 1522.
    """
    asked = services.activating.Request(
        municipality_code=body.municipality,
        needs=frozenset(body.needs),
        consent=body.consent,
        context=body.context,
        exercise=body.exercise,
        case_id=body.case,
    )
    caller = request.auth
    try:
        made = services.activate(actor=caller.actor, request=asked, idempotency_key=idempotency_key, now=caller.now)
    except UnknownMunicipality as error:
        raise Faulty(Fault("body", "/municipality", error.sentence), code=error.code) from error
    response["Location"] = url_of(made.id)
    return Status(201 if made.created else 200, Activated(id=made.id, case=made.case_id, url=url_of(made.id)))


@router.get("/activations", response=ActivationPage, summary="List activations", operation_id="list_activations")
def list_activations(
    request: Request,
    response: HttpResponse,
    limit: Annotated[int, Query(ge=1, le=100, description="Lines per page.")] = 25,
    cursor: Annotated[str | None, Query(max_length=300, description="From `next` of the page before.")] = None,
) -> ActivationPage:
    """Return the activations your service made, was called to, or supervises, newest first."""
    rows, more = selectors.activations_of(request.auth.actor, before=cursors.read(cursor), limit=limit)
    following = None
    if more:
        query = urlencode({"cursor": cursors.write(rows[-1].activated_at, rows[-1].id), "limit": limit})
        following = f"{ROOT}/activations?{query}"
        response["Link"] = f'<{following}>; rel="next"'
    return ActivationPage(items=[ActivationLine.of(row) for row in rows], next=following)


@router.get(
    "/activations/{activation_id}", response=ActivationBoard, summary="Read a board", operation_id="read_activation"
)
def read_activation(request: Request, activation_id: UUID) -> ActivationBoard:
    """Return the board of an activation as it is now: who was alerted and how, who answered, what comes next when.

    An activation that does not exist and one that is not for your service are both answered 404, alike to the byte.
    """
    return ActivationBoard.of(selectors.board(request.auth.actor, activation_id, request.auth.now))


@router.post(
    "/activations/{activation_id}/stand-down",
    response={204: None},
    summary="Stand down",
    operation_id="stand_down",
)
def stand_down(request: Request, activation_id: UUID, body: StandDown) -> Status:
    """Stop the search for help, with a reason; everybody who was alerted is told that nothing more is needed."""
    caller = request.auth
    services.stand_down(actor=caller.actor, activation_id=activation_id, reason=body.reason, now=caller.now)
    return Status(204, None)
