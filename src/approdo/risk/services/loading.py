# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Instruments that a network brings as files: loaded by one person, approved by another, withdrawn with a reason."""

from dataclasses import asdict
from datetime import datetime

from django.db import connection, transaction

from approdo.access.rules import Actor, Forbidden, Permission, require
from approdo.audit import services as audit
from approdo.kit.errors import Invalid, NotFound, Refusal
from approdo.kit.words import mark as _
from approdo.protocols import selectors as protocols
from approdo.protocols.rules import digest
from approdo.risk.models import LoadedInstrument
from approdo.risk.rules import LONGEST_REASON, Fault, LoadAct, LoadState, Opened, faults, load_moved, needs_reason
from approdo.risk.selectors import shipped

_REPLACED = _("Sostituito da un'altra versione.")


class NotLoadable(Refusal):
    """A file that is no instrument to be used; ``faults`` say where and why, ``remarks`` what would be left out."""

    status = 422
    code = "not_loadable"
    sentence = _("Questo file non si può caricare. Non è stato conservato niente.")

    def __init__(self, wrong: tuple[Fault, ...], remarks: tuple[Fault, ...] = ()) -> None:
        super().__init__()
        self.faults, self.remarks = wrong, remarks


def load(*, actor: Actor, network_code: str, found: Opened, now: datetime) -> int:
    """Keep what a file came to, to be read whole before it is proposed; nobody uses it yet. The key is not kept.

    Raises ``Forbidden``, ``NotFound`` for a network that is not hers, ``NotLoadable``.
    """
    require(actor, Permission.PUBLISH_PROTOCOL)
    network, document = protocols.own_network(actor, network_code), found.document
    if document is None:
        raise NotLoadable(found.faults, found.remarks)
    code, version = str(document["code"]), str(document["version"])
    if code in shipped():
        raise NotLoadable((Fault("code", _("«%(code)s» viene con il programma: dai un altro nome."), {"code": code}),))
    with transaction.atomic():
        _one_at_a_time(network.id)
        there = LoadedInstrument.objects.filter(network=network.id, code=code, version=version)
        if there.exclude(state=LoadState.WITHDRAWN).exists():
            message = _("La versione «%(version)s» c'è già: un altro testo ha un'altra versione.")
            raise NotLoadable((Fault("version", message, {"version": version}),))
        row = LoadedInstrument.objects.create(
            network_id=network.id,
            code=code,
            version=version,
            document=document,
            digest=digest(document),
            remarks=[asdict(one) for one in found.remarks],
            licensee=found.licensee,
            loaded_by_id=_person(actor),
            loaded_at=now,
        )
        _record(actor, row, "load", now)
    return row.pk


def propose(*, actor: Actor, loaded_id: int, now: datetime) -> None:
    """Ask the others to approve what one has loaded and read. Raises ``Forbidden``, ``NotFound``, ``Conflict``."""
    with transaction.atomic():
        row = _moved(actor, loaded_id, LoadAct.PROPOSE)
        row.proposed_at = now
        _save(actor, row, LoadAct.PROPOSE, now, "proposed_at")


def approve(*, actor: Actor, loaded_id: int, now: datetime) -> None:
    """Let a network use what another loaded, in the place of the version before.

    Raises ``Forbidden``, ``NotFound``, ``Conflict``; ``NotLoadable`` when it may not be used any more.
    """
    with transaction.atomic():
        row = _moved(actor, loaded_id, LoadAct.APPROVE)
        _one_at_a_time(row.network_id)
        if wrong := faults(row.document, now.date()):
            raise NotLoadable(tuple(wrong))
        held = LoadedInstrument.objects.select_for_update(of=("self",)).filter(network=row.network_id, code=row.code)
        for before in held.filter(state=LoadState.IN_FORCE):
            before.state = LoadState.WITHDRAWN.value
            _withdraw(actor, before, _REPLACED, now)
        row.approved_by_id, row.approved_at = _person(actor), now
        _save(actor, row, LoadAct.APPROVE, now, "approved_by", "approved_at")


def withdraw(*, actor: Actor, loaded_id: int, reason: str, now: datetime) -> None:
    """Take an instrument out of use, or off the way there; what was assessed with it stays readable.

    Raises ``Forbidden``, ``NotFound``, ``Conflict``, ``Invalid`` without a reason once others were asked to read it.
    """
    said = " ".join(reason.split())
    with transaction.atomic():
        asked = needs_reason(LoadState(_locked(actor, loaded_id).state))
        row = _moved(actor, loaded_id, LoadAct.WITHDRAW)
        if len(said) > LONGEST_REASON or (asked and not said):
            raise Invalid({"reason": _("Scrivi in poche parole perché: lo leggono le altre.")})
        _withdraw(actor, row, said, now)


def _one_at_a_time(network_id: int) -> None:
    """Let nobody else load or approve in a network until the transaction ends: who is second sees who was first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('instruments'), %s)", [network_id])


def _withdraw(actor: Actor, row: LoadedInstrument, reason: str, now: datetime) -> None:
    row.withdrawn_by_id, row.withdrawn_at, row.reason = _person(actor), now, reason
    _save(actor, row, LoadAct.WITHDRAW, now, "withdrawn_by", "withdrawn_at", "reason")


def _locked(actor: Actor, loaded_id: int) -> LoadedInstrument:
    require(actor, Permission.PUBLISH_PROTOCOL)
    mine = [network.id for network in protocols.my_networks(actor)]
    rows = LoadedInstrument.objects.select_for_update(of=("self",)).filter(network__in=mine)
    row = rows.filter(pk=loaded_id).first()
    if row is None:
        raise NotFound
    return row


def _moved(actor: Actor, loaded_id: int, act: LoadAct) -> LoadedInstrument:
    row = _locked(actor, loaded_id)
    row.state = load_moved(LoadState(row.state), act, own=row.loaded_by_id == actor.operator_id).value
    return row


def _save(actor: Actor, row: LoadedInstrument, act: LoadAct, now: datetime, *fields: str) -> None:
    row.save(update_fields=["state", *fields])
    _record(actor, row, act, now)


def _person(actor: Actor) -> int:
    if actor.operator_id is None:
        raise Forbidden  # an instrument is brought by a person
    return actor.operator_id


def _record(actor: Actor, row: LoadedInstrument, act: str, now: datetime) -> None:
    detail: dict[str, str | int] = {"code": row.code, "network": row.network_id}
    audit.record(actor=actor, verb=f"instrument.{act}", subject=f"instrument:{row.pk}", now=now, detail=detail)
