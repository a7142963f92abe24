# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from approdo.access.rules import Actor, acting
from approdo.audit import services as audit
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.kit.presses import KeptAlready, identifier
from approdo.kit.words import mark as _
from approdo.protocols.rules import digest
from approdo.risk.models import Assessment, Happening, InstrumentVersion, Judgement, OfCase
from approdo.risk.rules import (
    Outcome,
    Trigger,
    UnknownAnswers,
    faults,
    parse,
    score,
)
from approdo.risk.selectors import Subject, place
from approdo.vault import services as vault


@transaction.atomic
def assess(
    *,
    actor: Actor,
    case_id: UUID,
    subject: Subject,
    document: Mapping[str, Any],
    answers: Mapping[str, str],
    circumstances: Mapping[str, bool | None],
    now: datetime,
    key: str = "",
) -> UUID:
    """Keep an assessment, sealed; it is never changed. The caller has decided that the actor may, and holds the case.

    ``answers`` by item code, what is left out is unknown; ``circumstances``: alone, interpreter; ``key``: of the press.
    Raises ``Invalid`` for an answer that the instrument does not have and for one that may not be used any more,
    ``KeptAlready``, ``KeysUnavailable``.
    """
    wrong = faults(document, now.date())
    if wrong:
        raise Invalid({"": wrong[0].sentence})
    try:
        score(parse(document), answers)
    except UnknownAnswers as unknown:
        raise Invalid(dict.fromkeys(unknown.items, _("Scegli una delle risposte."))) from unknown
    said = {
        "answers": dict(answers),
        "alone": circumstances.get("alone"),
        "interpreter": circumstances.get("interpreter"),
    }
    made = Assessment(instrument=_kept(document, now), assessed_at=now)
    _identify(actor, made, case_id, subject, key, said, document["code"], document["version"])
    _keep(made, said, now)
    detail = {"instrument": document["code"], "slice": made.slice}
    _record(actor, "assessment.add", made, now, detail)
    return made.pk


def _kept(document: Mapping[str, Any], now: datetime) -> InstrumentVersion:
    """Return this very version of an instrument, kept from its first use on."""
    written = {"code": document["code"], "version": document["version"], "document": dict(document), "kept_at": now}
    version, _made = InstrumentVersion.objects.get_or_create(digest=digest(document), defaults=written)
    return version


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person sets beside an assessment, or why a case may be closed; whether a colleague reads it first."""

    level: Outcome | None
    reason: str
    needs_reader: bool


@transaction.atomic
def judge(
    *,
    actor: Actor,
    case_id: UUID,
    subject: Subject,
    assessment_id: UUID | None,
    verdict: Verdict,
    now: datetime,
    key: str = "",
) -> UUID:
    """Keep a verdict, about closing the case without an assessment; the rules were asked by the caller.

    Raises ``KeptAlready``, ``KeysUnavailable``.
    """
    made = Judgement(assessment_id=assessment_id, made_at=now, needs_reader=verdict.needs_reader)
    said = {"level": verdict.level, "reason": verdict.reason.strip()}
    _identify(actor, made, case_id, subject, key, said, assessment_id)
    _keep(made, said, now)
    detail = {"slice": made.slice, "about": "level" if assessment_id else "closing"}
    _record(actor, "judgement.add", made, now, detail)
    return made.pk


@transaction.atomic
def confirm(*, actor: Actor, judgement_id: UUID, now: datetime) -> None:
    """Say that a colleague has read a judgement: from now on it holds. The caller has decided that she may.

    Raises ``NotFound``, ``Conflict`` for whoever made it herself, and when it was read meanwhile.
    """
    operator_id, _service_id = acting(actor)
    row = Judgement.objects.select_for_update(of=("self",)).filter(pk=judgement_id, needs_reader=True).first()
    if row is None:
        raise NotFound
    if row.operator_id == operator_id:
        raise Conflict(_("L'hai scritto tu: lo legge una collega."), code="own")
    if row.read_at is not None:
        raise Conflict(_("Lo ha già letto una collega."), code="already_read")
    row.reader_id, row.read_at = operator_id, now
    row.save(update_fields=["reader_id", "read_at"])
    _record(actor, "judgement.confirm", row, now, {"slice": row.slice})


@transaction.atomic
def note_happening(
    *,
    actor: Actor,
    case_id: UUID,
    subject: Subject,
    trigger: Trigger,
    happened_at: datetime,
    now: datetime,
    key: str = "",
) -> UUID:
    """Keep that something happened which asks for a new assessment.

    Raises ``Invalid`` for an instant to come, ``KeptAlready``, ``KeysUnavailable``.
    """
    if happened_at > now:
        raise Invalid({"happened_at": _("Questo momento deve ancora venire.")})
    made = Happening(happened_at=happened_at, noted_at=now)
    said = {"trigger": trigger}
    _identify(actor, made, case_id, subject, key, said, None if happened_at == now else happened_at)
    _keep(made, said, now)
    _record(actor, "happening.add", made, now, {"slice": made.slice})
    return made.pk


def _identify(actor: Actor, made: OfCase, case_id: UUID, subject: Subject, key: str, *said: object) -> None:
    """Say whose a row is and which press it stands for; raises ``KeptAlready`` for one that arrived before."""
    operator_id, service_id = acting(actor)
    if actor.organisation_id is None:
        raise NotFound
    made.case_id, made.slice, made.child_id = case_id, subject.slice.value, subject.child_id
    made.organisation_id, made.service_id, made.operator_id = actor.organisation_id, service_id, operator_id
    whose = (type(made).__name__, service_id, operator_id, made.slice, made.child_id)
    made.id = identifier(case_id, key, *whose, *said)
    if type(made)._default_manager.filter(pk=made.id).exists():
        raise KeptAlready(made.id)


def _keep(made: OfCase, said: Mapping[str, Any], now: datetime) -> None:
    key = vault.key_to_write(organisation_id=made.organisation_id, case_id=made.case_id, now=now)
    made.sealed = key.seal(place(made, made.case_id, type(made)), json.dumps(said).encode())
    made.save(force_insert=True)


def _record(actor: Actor, verb: str, row: OfCase, now: datetime, detail: Mapping[str, Any]) -> None:
    kind = type(row).__name__.lower()
    audit.record(actor=actor, verb=verb, subject=f"{kind}:{row.pk}", case_id=row.case_id, now=now, detail=dict(detail))
