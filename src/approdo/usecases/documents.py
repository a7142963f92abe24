# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The documents of one case as one person may see, bring, open and take them out now."""

from collections.abc import Callable, Collection
from datetime import datetime
from uuid import UUID

from approdo.access.rules import Actor, Slice
from approdo.cases import selectors as cases
from approdo.cases.selectors import CasePage
from approdo.consents.rules import Action
from approdo.documents import selectors, services
from approdo.documents.rules import SLICES, Kind, Problem, Refused
from approdo.documents.selectors import DocumentView
from approdo.documents.services import Opened
from approdo.kit.errors import NotFound
from approdo.usecases.standing import May, may_in


def readable(may: May, asked: Callable[[Collection[Slice]], tuple[DocumentView, ...]]) -> tuple[DocumentView, ...]:
    """Return of the documents those that an actor may see: what her role never reads is not there even when her own
    service brought it. ``asked``: ``documents.selectors.ask_documents``."""
    slices = may.slices(Action.READ)
    return tuple(
        one
        for one in asked(slices)
        if one.id not in may.hidden and one.slice in may.ceiling and (one.own or one.slice in slices)
    )


def addable(writable: Collection[Slice]) -> tuple[Kind, ...]:
    """Return the kinds of document that may be brought by whoever writes these slices."""
    return tuple(kind for kind in Kind if SLICES[kind] in writable)


def to_add(actor: Actor, case_id: UUID, now: datetime) -> tuple[CasePage, tuple[Kind, ...]]:
    """Return the case and the kinds that the actor may bring; ``NotFound`` when she may bring none, or sees no case."""
    case = cases.case_page(actor, case_id)
    kinds = addable(may_in(actor, case, now).slices(Action.WRITE))
    if not kinds:
        raise NotFound
    return case, kinds


def add(*, actor: Actor, case_id: UUID, kind: Kind, content: bytes, now: datetime) -> UUID:
    """Bring a document, when the actor may; a dangerous one leaves a trace, provided the caller commits the refusal."""
    _case, kinds = to_add(actor, case_id, now)
    if kind not in kinds:
        raise NotFound
    try:
        return services.add(actor=actor, case_id=case_id, kind=kind, content=content, now=now)
    except Refused as refused:
        if refused.problem in {Problem.INFECTED, Problem.DISGUISED}:
            services.note_refusal(actor=actor, case_id=case_id, kind=kind, problem=refused.problem, now=now)
        raise


def of_kind(actor: Actor, case_id: UUID, kind: Kind, now: datetime) -> tuple[DocumentView, ...]:
    """Return the documents of a kind that are in a case's record now and that the actor may open."""
    may = may_in(actor, cases.case_page(actor, case_id, limit=0), now)
    seen = readable(may, selectors.ask_documents(actor, case_id))
    return tuple(one for one in seen if one.kind is kind and one.opens)


def copy(actor: Actor, case_id: UUID, document_id: UUID, now: datetime) -> Opened:
    """Return the copy that people see, and write down who opened it."""
    _found(actor, case_id, document_id, now)
    return services.read_copy(actor=actor, document_id=document_id, now=now)


def original(actor: Actor, case_id: UUID, document_id: UUID, why: str, now: datetime) -> Opened:
    """Return the original to the service that brought it, and write down who took it and why (a ``record.Reason``)."""
    _found(actor, case_id, document_id, now)
    return services.read_original(actor=actor, document_id=document_id, why=why, now=now)


def remove(*, actor: Actor, case_id: UUID, document_id: UUID, now: datetime) -> None:
    """Take out a document of one's own service.

    Raises ``NotFound`` for whoever may write nothing there, and as ``documents.services.remove`` does.
    """
    _writable(actor, case_id, document_id, now)
    services.remove(actor=actor, document_id=document_id, now=now)


def put_back(*, actor: Actor, case_id: UUID, document_id: UUID, now: datetime) -> None:
    """Put a document of one's own service back; ``NotFound`` as for ``remove``, and once it is destroyed."""
    _writable(actor, case_id, document_id, now)
    services.put_back(actor=actor, document_id=document_id, now=now)


def _writable(actor: Actor, case_id: UUID, document_id: UUID, now: datetime) -> None:
    one = _found(actor, case_id, document_id, now)
    if one.kind not in to_add(actor, case_id, now)[1]:
        raise NotFound


def _found(actor: Actor, case_id: UUID, document_id: UUID, now: datetime) -> DocumentView:
    """Return a document of this case that the actor may see; ``NotFound`` for absent and hidden alike."""
    case = cases.case_page(actor, case_id)
    for one in readable(may_in(actor, case, now), selectors.ask_documents(actor, case_id)):
        if one.id == document_id:
            return one
    raise NotFound
