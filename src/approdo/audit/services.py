# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import logging
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import Error, connection, transaction

from approdo.access.rules import Actor
from approdo.audit.gateways import Spool, signing_key
from approdo.audit.models import Checkpoint as StoredCheckpoint
from approdo.audit.models import Entry, Link
from approdo.audit.rules import AuditUnavailable, Checkpoint, is_code
from approdo.kit import clock, rows

_log = logging.getLogger(__name__)
_spooling: ContextVar[bool] = ContextVar("spooling", default=False)
P = ParamSpec("P")
Result = TypeVar("Result")


def record(
    *,
    actor: Actor,
    verb: str,
    subject: str,
    now: datetime,
    case_id: UUID | None = None,
    detail: Mapping[str, str | int | bool] | None = None,
) -> None:
    """Append one audit row in the caller's transaction; the database chains it when the transaction commits.

    ``verb`` is ``noun.verb`` (``call.take``), ``subject`` is ``kind:identifier``; ``detail`` holds codes and
    identifiers, never words about a person (security.md, P20 and P23): anything else is a fault of ours and raises
    ``AssertionError``. ``case_id`` lets the row into the access log of that case (P22).
    """
    held = dict(detail or {})
    if not all(map(is_code, held.values())):
        raise AssertionError(f"{verb}: the detail of an entry holds codes, never words")
    entry = {
        "happened_at": now,
        "operator_id": actor.operator_id,
        "organisation_id": actor.organisation_id,
        "service_id": actor.service_id,
        "role": actor.role or "",
        "purpose": actor.purpose,
        "verb": verb,
        "subject": subject,
        "case_id": case_id,
        "detail": held,
    }
    if _spooling.get():
        _spool(entry)
    else:
        rows.insert(Entry, [entry])


def _spool(entry: Mapping[str, object]) -> None:
    """Keep an entry outside the database; an act that saves somebody does not stop when even that fails."""
    try:
        Spool().append(entry)
    except OSError as error:
        _log.critical("an audit entry is lost, neither database nor spool took it: %s", type(error).__name__)


def goes_on(act: Callable[P, Result]) -> Callable[P, Result]:
    """Let an act that calls help or answers be done also when it cannot be written down: its entries go to the spool.

    The act opens and ends its own transaction; it is done once more when the database refused its entries (P20).
    """

    @wraps(act)
    def done(*arguments: P.args, **named: P.kwargs) -> Result:
        try:
            return act(*arguments, **named)
        except Error:
            if is_writable():
                raise
        _log.error("the register takes no entries: the act goes on, its entries wait in the spool")
        token = _spooling.set(True)
        try:
            return act(*arguments, **named)
        finally:
            _spooling.reset(token)

    return done


def or_refused(act: Callable[P, Result]) -> Callable[P, Result]:
    """Let an act, in its own transaction, raise ``AuditUnavailable`` when the register takes no entries (P20)."""

    @wraps(act)
    def done(*arguments: P.args, **named: P.kwargs) -> Result:
        try:
            return act(*arguments, **named)
        except Error as error:
            if is_writable():
                raise
            raise AuditUnavailable from error

    return done


@goes_on
def note(
    *,
    actor: Actor,
    verb: str,
    subject: str,
    now: datetime,
    case_id: UUID | None = None,
    detail: Mapping[str, str | int | bool] | None = None,
) -> None:
    """Append an entry about something that has happened already, in a transaction of its own; else it is spooled."""
    with transaction.atomic():
        record(actor=actor, verb=verb, subject=subject, now=now, case_id=case_id, detail=detail)


def one_reading_at_a_time(*, operator_id: int) -> None:
    """Let nobody else count what this operator has read until the caller's transaction is over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(1635083370, hashint8(%s))", [operator_id])


def is_writable() -> bool:
    """Tell whether the register takes entries now, outside any transaction; raises when the database is silent."""
    probe = {"happened_at": clock.now(), "role": "", "purpose": "", "verb": "", "subject": "", "detail": {}}
    try:
        with transaction.atomic():
            rows.insert(Entry, [probe])
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            transaction.set_rollback(True)
    except Error:
        return False
    return True


def unspool(*, now: datetime, limit: int = 0) -> int:
    """Bring the entries that waited in the spool into the register; return how many. For the sweep.

    Each keeps its own instant and says when it came in; one that came before, in a turn that died, does not come twice.
    Entries that the register does not take yet keep waiting.
    """
    spool = Spool()
    if not spool.waits():
        return 0
    if not is_writable():
        _log.error("the register takes no entries: some wait in the spool")
        return 0
    with spool.taken() as waiting, transaction.atomic():
        numbers = [one["spooled"] for one in waiting]
        there = {number for (number,) in rows.read(_FROM_SPOOL, [numbers])}
        new = [_unspooled(one, now) for one in waiting if one["spooled"] not in there]
        rows.insert(Entry, new)
    return len(new)


_FROM_SPOOL = """
SELECT detail->>'spooled' FROM audit_entry WHERE detail ? 'spooled' AND detail->>'spooled' = ANY(%s)
"""


def _unspooled(entry: dict[str, Any], now: datetime) -> dict[str, Any]:
    held = {name: value for name, value in entry.items() if name != "spooled"}
    held["detail"] = entry["detail"] | {"spooled": entry["spooled"], "unspooled_at": now.isoformat()}
    return held


CHECKPOINT_EVERY = timedelta(hours=1)


def checkpoint_due(*, now: datetime, limit: int = 0) -> int:
    """Sign a checkpoint when the last one is an hour old; return how many were signed. For the sweep."""
    last = StoredCheckpoint.objects.order_by("-position").values_list("at", flat=True).first()
    if last is not None and now - last < CHECKPOINT_EVERY:
        return 0
    try:
        return int(checkpoint(now=now) is not None)
    except OSError as error:
        _log.error("no checkpoint of the register: its key cannot be reached: %s", type(error).__name__)
        return 0


def checkpoint(*, now: datetime) -> Checkpoint | None:
    """Sign how far the chain has come and keep it; return it, or None while the register is empty.

    Raises ``OSError`` when the signing key cannot be reached.
    """
    last = Link.objects.order_by("-position").first()
    if last is None:
        return None
    made = Checkpoint(last.position, bytes(last.hash).hex(), now).signed_by(signing_key())
    StoredCheckpoint.objects.get_or_create(
        position=made.position,
        defaults={"hash": made.hash, "at": made.at, "key": made.key, "signature": made.signature},
    )
    return made


def beat(*, name: str) -> None:
    """Say that the process called ``name`` is alive, at the database's own instant."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_heartbeat (name, beaten_at) VALUES (%s, clock_timestamp())"
            " ON CONFLICT (name) DO UPDATE SET beaten_at = excluded.beaten_at",
            [name],
        )
