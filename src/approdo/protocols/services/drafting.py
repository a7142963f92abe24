# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The life of a draft: begun, saved also with errors, proposed by who wrote it, published by somebody else.

Every act names the counter of the draft as she read it: who acts on an older one is told, and changes nothing.
"""

import json
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from approdo.access.rules import Actor, Forbidden, Permission, require
from approdo.audit import services as audit
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.kit.words import mark
from approdo.networks.rules import NetworkView
from approdo.protocols import selectors
from approdo.protocols.models import Draft
from approdo.protocols.rules import (
    LONGEST_REASON,
    SIZE_LIMIT,
    DraftAct,
    DraftState,
    Problem,
    Unreadable,
    draft_moved,
    empty_document,
    errors,
    for_network,
    in_order,
    part_of,
    read,
    shape_problems,
    write,
)
from approdo.protocols.rules.composing import Document
from approdo.protocols.rules.problem import located
from approdo.protocols.services.publishing import NotPublishable, Published, one_at_a_time, published


class Overtaken(Conflict):
    """Somebody saved the draft after she had opened it; nothing was changed."""

    code = "overtaken"
    sentence = mark("Nel frattempo un'altra persona ha cambiato la bozza. Quello che hai scritto non è perso.")


class Unshowable(Invalid):
    """The text holds something that no page of the editor could show; ``found`` says what, with its line."""

    code = "draft_unshowable"

    def __init__(self, found: list[Problem]) -> None:
        super().__init__({problem.path or f"#{index}": str(problem) for index, problem in enumerate(found)})
        self.found = found


def open_draft(
    *, actor: Actor, network_code: str, now: datetime, model: str = "", version: tuple[str, int] | None = None
) -> int:
    """Begin a draft from a published version (code, number), from a shipped protocol by its name, or with nothing.

    Raises ``Forbidden``; ``NotFound`` for a network that is not hers, or a beginning that is not there.
    """
    network, operator_id = _publisher(actor, network_code)
    based_on, document = None, empty_document(network_code)
    if version is not None:
        found = selectors.version(actor, network_code, *version)
        based_on, document = found.view.id, found.document
    elif model:
        if model not in selectors.shipped():
            raise NotFound
        document = for_network(read(selectors.shipped()[model]).document, network_code)
    with transaction.atomic():
        row = Draft.objects.create(
            network_id=network.id,
            document=document,
            based_on_id=based_on,
            begun_by_id=operator_id,
            begun_at=now,
            changed_by_id=operator_id,
            changed_at=now,
        )
        _note(actor, row, "open", now)
    return row.pk


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
        row.document, row.changed_by_id, row.changed_at = document, actor.operator_id or 0, now
        return _kept(actor, row, "save", now)


def load_draft(
    *, actor: Actor, network_code: str, draft_id: int, counter: int, text: str | bytes, now: datetime
) -> int:
    """Put the document of a YAML text in the place of a draft's, readdressed to its network; comments stay behind.

    Raises like ``save_draft``; ``Unshowable`` also for what is no YAML, each problem with its line.
    """
    try:
        reading = read(text)
    except Unreadable as refusal:
        raise Unshowable([refusal.problem]) from None
    document = for_network(reading.document, network_code)
    if found := shape_problems(document):
        raise Unshowable(located(found, reading.lines))
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
        row.proposed_by_id, row.proposed_at, row.effective_from = actor.operator_id, now, effective_from
        row.returned_by_id, row.returned_at, row.reason = None, None, ""
        _kept(actor, row, DraftAct.PROPOSE, now)


def take_back(*, actor: Actor, network_code: str, draft_id: int, counter: int, now: datetime) -> None:
    """Go on writing what one proposed. Raises like ``save_draft``."""
    with transaction.atomic():
        row, _network = _locked(actor, network_code, draft_id, counter, DraftAct.TAKE_BACK)
        _unpropose(row)
        _kept(actor, row, DraftAct.TAKE_BACK, now)


def send_back(*, actor: Actor, network_code: str, draft_id: int, counter: int, reason: str, now: datetime) -> None:
    """Give what another proposed back to her, with a reason. Raises like ``save_draft``; ``Invalid`` without reason."""
    reason = " ".join(reason.split())
    if not reason or len(reason) > LONGEST_REASON:
        raise Invalid({"reason": mark("Scrivi in poche parole che cosa non va: chi l'ha proposta lo legge.")})
    with transaction.atomic():
        row, _network = _locked(actor, network_code, draft_id, counter, DraftAct.SEND_BACK)
        _unpropose(row)
        row.returned_by_id, row.returned_at, row.reason = actor.operator_id, now, reason
        _kept(actor, row, DraftAct.SEND_BACK, now)


def withdraw(*, actor: Actor, network_code: str, draft_id: int, counter: int, now: datetime) -> None:
    """Give a draft up; it stays in the register. Raises like ``save_draft``."""
    with transaction.atomic():
        row, _network = _locked(actor, network_code, draft_id, counter, DraftAct.WITHDRAW)
        _unpropose(row)
        _kept(actor, row, DraftAct.WITHDRAW, now)


def approve(*, actor: Actor, network_code: str, draft_id: int, counter: int, now: datetime) -> Published:
    """Publish what another proposed, exactly as it was proposed.

    Raises like ``save_draft``; ``NotPublishable`` when it no longer may be, for instance because its beginning passed.
    """
    with transaction.atomic():
        row, network = _locked(actor, network_code, draft_id, counter, DraftAct.APPROVE)
        one_at_a_time(network.id)
        begins, source = row.effective_from or now, write(in_order(row.document))
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


def _publisher(actor: Actor, network_code: str) -> tuple[NetworkView, int]:
    require(actor, Permission.PUBLISH_PROTOCOL)
    if actor.operator_id is None:
        raise Forbidden  # a draft is written by a person
    return selectors.own_network(actor, network_code), actor.operator_id


def _locked(actor: Actor, network_code: str, draft_id: int, counter: int, act: DraftAct) -> tuple[Draft, NetworkView]:
    """Return a draft that nobody else changes until the transaction ends, in the state that follows the act."""
    network, operator_id = _publisher(actor, network_code)
    row = Draft.objects.select_for_update().filter(pk=draft_id, network_id=network.id).first()
    if row is None:
        raise NotFound
    if row.counter != counter and row.state == DraftState.EDITING:
        raise Overtaken
    part = part_of(operator_id, changed_by=row.changed_by_id, proposed_by=row.proposed_by_id)
    row.state = draft_moved(DraftState(row.state), act, part).value
    if row.counter != counter:
        raise Overtaken
    return row, network


def _unpropose(row: Draft) -> None:
    row.proposed_by_id, row.proposed_at, row.effective_from = None, None, None


def _kept(actor: Actor, row: Draft, act: str, now: datetime) -> int:
    row.counter += 1
    row.save()
    _note(actor, row, act, now)
    return row.counter


def _note(actor: Actor, row: Draft, act: str, now: datetime) -> None:
    audit.record(actor=actor, verb=f"draft.{act}", subject=f"draft:{row.pk}", now=now, detail={"counter": row.counter})


def _refuse_unshowable(document: Document) -> None:
    if found := shape_problems(document):
        raise Unshowable(found)
    if len(json.dumps(document, ensure_ascii=False).encode()) > SIZE_LIMIT:
        raise Unshowable([Problem("", mark("Il testo supera i 256 kB."))])
