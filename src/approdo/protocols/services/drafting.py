# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The life of a draft: begun, saved also with errors, proposed by who wrote it, published by somebody else.

Every act names the counter of the draft as she read it: who acts on an older one is told, and changes nothing.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from approdo.access.rules import Actor
from approdo.audit import services as audit
from approdo.kit.errors import Invalid, NotFound
from approdo.kit.words import mark
from approdo.networks.rules import NetworkView
from approdo.protocols import selectors
from approdo.protocols.models import Draft
from approdo.protocols.rules import (
    SIZE_LIMIT,
    DraftAct,
    Problem,
    Unreadable,
    empty_document,
    errors,
    for_network,
    in_order,
    read,
    shape_problems,
    write,
)
from approdo.protocols.rules.composing import Document
from approdo.protocols.rules.problem import located
from approdo.protocols.services import two_people
from approdo.protocols.services.publishing import NotPublishable, Published, one_at_a_time, published


class Unshowable(Invalid):
    """The text holds something that no page of the editor could show; ``found`` says what, with its line."""

    code = "draft_unshowable"

    def __init__(self, found: list[Problem]) -> None:
        super().__init__({problem.path or f"#{index}": str(problem) for index, problem in enumerate(found)})
        self.found = found


def open_draft(
    *,
    actor: Actor,
    network_code: str,
    now: datetime,
    model: str = "",
    version: tuple[str, int] | None = None,
    text: str | bytes | None = None,
) -> int:
    """Begin a draft from a published version (code, number), a shipped protocol by its name, a text, or with nothing.

    Raises ``Forbidden``; ``NotFound`` for a network that is not hers, or a beginning that is not there; ``Unshowable``
    for a text that is no protocol even in shape.
    """
    network, operator_id = two_people.publisher(actor=actor, network_code=network_code)
    beginning = Beginning(empty_document(network_code))
    if version is not None:
        found = selectors.version(actor, network_code, *version)
        origin = found.view.origin
        beginning = Beginning(found.document, found.view.id, origin.version_id if origin else None)
    elif text is not None:
        beginning = Beginning(_document_of(text, network_code))
    elif model:
        if model not in selectors.shipped():
            raise NotFound
        beginning = Beginning(for_network(read(selectors.shipped()[model]).document, network_code))
    with transaction.atomic():
        row = _begun(network, operator_id, beginning, now)
        _note(actor, row, "open", now)
    return row.pk


def adopt(*, actor: Actor, network_code: str, version_id: int, now: datetime) -> int:
    """Begin a draft from what holds in another network; its origin stays written on it.

    Raises ``Forbidden``; ``NotFound`` for a network that is not hers, and for what holds nowhere else.
    """
    network, operator_id = two_people.publisher(actor=actor, network_code=network_code)
    view, document = selectors.adoption(actor, network_code, version_id, now)
    with transaction.atomic():
        row = _begun(network, operator_id, Beginning(document, adopted_from=view.id), now)
        _note(actor, row, "adopt", now, version=view.id)
    return row.pk


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a draft begins with: a document, and the version it is from, of this network or adopted from another."""

    document: Document
    based_on: int | None = None
    adopted_from: int | None = None


def _begun(network: NetworkView, operator_id: int, beginning: Beginning, now: datetime) -> Draft:
    return Draft.objects.create(
        network_id=network.id,
        document=beginning.document,
        based_on_id=beginning.based_on,
        adopted_from_id=beginning.adopted_from,
        begun_by_id=operator_id,
        begun_at=now,
        changed_by_id=operator_id,
        changed_at=now,
    )


def save_draft(
    *,
    actor: Actor,
    network_code: str,
    draft_id: int,
    counter: int,
    change: Callable[[Document], Document],
    now: datetime,
) -> int:
    """Change the document of a draft, errors and all, and return its new counter; her hand is the last in it now.

    Raises ``Forbidden``, ``NotFound``, ``Overtaken``; ``Conflict`` when it is proposed or over; ``Unshowable`` for
    what is no protocol even in shape.
    """
    with transaction.atomic():
        row, _network = _locked(actor, network_code, draft_id, counter, DraftAct.SAVE)
        document = change(row.document)
        _refuse_unshowable(document)
        row.document = document
        two_people.change(row, actor.operator_id or 0, now)
        return _kept(actor, row, "save", now)


def load_draft(
    *, actor: Actor, network_code: str, draft_id: int, counter: int, text: str | bytes, now: datetime
) -> int:
    """Put the document of a YAML text in the place of a draft's, readdressed to its network; comments stay behind.

    Raises like ``save_draft``; ``Unshowable`` also for what is no YAML, each problem with its line.
    """
    document = _document_of(text, network_code)
    return save_draft(
        actor=actor,
        network_code=network_code,
        draft_id=draft_id,
        counter=counter,
        change=lambda _old: document,
        now=now,
    )


def propose(
    *, actor: Actor, network_code: str, draft_id: int, counter: int, effective_from: datetime | None, now: datetime
) -> None:
    """Ask the others to approve a draft, to hold from ``effective_from`` on (None: from the approval).

    Raises like ``save_draft``, and ``NotPublishable`` with every problem.
    """
    with transaction.atomic():
        row, _network = _locked(actor, network_code, draft_id, counter, DraftAct.PROPOSE)
        examination = selectors.rehearse_document(actor, network_code, row.document, effective_from or now, now)
        if errors(examination.problems):
            raise NotPublishable(examination)
        row.effective_from = effective_from
        two_people.propose(row, actor.operator_id or 0, now)
        _kept(actor, row, DraftAct.PROPOSE, now)


def take_back(*, actor: Actor, network_code: str, draft_id: int, counter: int, now: datetime) -> None:
    """Go on writing what one proposed. Raises like ``save_draft``."""
    with transaction.atomic():
        row, _network = _locked(actor, network_code, draft_id, counter, DraftAct.TAKE_BACK)
        _unpropose(row)
        _kept(actor, row, DraftAct.TAKE_BACK, now)


def send_back(*, actor: Actor, network_code: str, draft_id: int, counter: int, reason: str, now: datetime) -> None:
    """Give what another proposed back to her, with a reason. Raises like ``save_draft``; ``Invalid`` without reason."""
    reason = two_people.reason_of(reason)
    with transaction.atomic():
        row, _network = _locked(actor, network_code, draft_id, counter, DraftAct.SEND_BACK)
        row.effective_from = None
        two_people.send_back(row, actor.operator_id or 0, reason, now)
        _kept(actor, row, DraftAct.SEND_BACK, now)


def withdraw(*, actor: Actor, network_code: str, draft_id: int, counter: int, now: datetime) -> None:
    """Give a draft up; it stays in the register. Raises like ``save_draft``."""
    with transaction.atomic():
        row, _network = _locked(actor, network_code, draft_id, counter, DraftAct.WITHDRAW)
        _unpropose(row)
        _kept(actor, row, DraftAct.WITHDRAW, now)


def approve(
    *, actor: Actor, network_code: str, draft_id: int, counter: int, now: datetime, source: str | None = None
) -> Published:
    """Publish what another proposed, exactly as it was proposed; ``source``: its own text, with its comments.

    Raises like ``save_draft``; ``NotPublishable`` when it no longer may be, for instance because its beginning passed.
    """
    with transaction.atomic():
        row, network = _locked(actor, network_code, draft_id, counter, DraftAct.APPROVE)
        one_at_a_time(network.id)
        begins, source = row.effective_from or now, source or write(in_order(row.document))
        examination = selectors.rehearse(actor, network_code, source, begins, now)
        if examination.document != row.document:
            raise AssertionError("the text of a draft is not read as what was approved")
        detail = {"draft": row.pk, "proposed_by": row.proposed_by_id or 0}
        made = published(
            actor=actor,
            network=network,
            examination=examination,
            source=source,
            begins=begins,
            now=now,
            detail=detail,
        )
        row.approved_by_id, row.version_id, row.counter = actor.operator_id, made.version_id, row.counter + 1
        row.save()
    return made


def _locked(actor: Actor, network_code: str, draft_id: int, counter: int, act: DraftAct) -> tuple[Draft, NetworkView]:
    """Return a draft that nobody else changes until the transaction ends, in the state that follows the act."""
    network, operator_id = two_people.publisher(actor=actor, network_code=network_code)
    row = Draft.objects.select_for_update().filter(pk=draft_id, network_id=network.id).first()
    if row is None:
        raise NotFound
    two_people.move(row, operator_id, counter, act)
    return row, network


def _unpropose(row: Draft) -> None:
    row.effective_from = None
    two_people.unpropose(row)


def _kept(actor: Actor, row: Draft, act: str, now: datetime) -> int:
    row.counter += 1
    row.save()
    _note(actor, row, act, now)
    return row.counter


def _note(actor: Actor, row: Draft, act: str, now: datetime, **more: int) -> None:
    detail = {"counter": row.counter, **more}
    audit.record(actor=actor, verb=f"draft.{act}", subject=f"draft:{row.pk}", now=now, detail=detail)


def _document_of(text: str | bytes, network_code: str) -> Document:
    """Return what a YAML text says, readdressed to a network; raises ``Unshowable`` with the line of each problem."""
    try:
        reading = read(text)
    except Unreadable as refusal:
        raise Unshowable([refusal.problem]) from None
    document = for_network(reading.document, network_code)
    if found := shape_problems(document):
        raise Unshowable(located(found, reading.lines))
    _refuse_unshowable(document)
    return document


def _refuse_unshowable(document: Document) -> None:
    if found := shape_problems(document):
        raise Unshowable(found)
    if len(json.dumps(document, ensure_ascii=False).encode()) > SIZE_LIMIT:
        raise Unshowable([Problem("", mark("Il testo supera i 256 kB."))])
