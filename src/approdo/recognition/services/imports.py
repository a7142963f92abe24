# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from django.conf import settings
from django.db import transaction

from approdo.access.rules import Actor
from approdo.access.services import entered
from approdo.audit import services as audit
from approdo.kit import rows
from approdo.kit.errors import Conflict
from approdo.kit.words import mark as _
from approdo.recognition.gateways import Seen
from approdo.recognition.models import RejectedLine, VisitImport
from approdo.recognition.rules import Visit
from approdo.recognition.rules.importing import COUNTS, Aside, Reason, State
from approdo.recognition.rules.incoming import Incoming, Item, LeftOut, Unread, judge
from approdo.recognition.rules.records import Source
from approdo.recognition.selectors.visits import Pseudonyms, department, pseudonyms
from approdo.recognition.services.visits import OF_ANOTHER, Kept, birth_years, contradicting, keep_all, of_others

BATCH = 1_000
"""Records in one transaction: what a process that dies has to do again."""
_COLUMN, _MESSAGE = 60, 200

Reading = Callable[[str], Sequence[str]]
"""Says which keys of the lexicon a note has."""
Tell = Callable[[float, Sequence[Unread]], None]
"""Hears how much of a file is done, from 0 to 1, and which records were rejected since it last heard."""


class ElsewhereUnderWay(Conflict):
    """Another process has gone on with this import: each record is counted by one."""

    code = "import_under_way"
    sentence = _("Un altro processo sta importando lo stesso file: questo si ferma, e non si perde niente.")


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done with which file; the digests are hexadecimal, of the file and of what it is read with."""

    file_digest: str
    mapping_digest: str
    dry: bool = False
    """Say what would come of it, and write nothing."""
    again: bool = False
    """From the beginning, though it is done: for words that are understood better now."""


@dataclass(slots=True)
class Report:
    """What came of a file: ``records`` is the sum of the counts."""

    import_id: uuid.UUID | None
    records: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[Reason] = field(default_factory=Counter)
    resumed_from: int = 0
    """How many records an earlier process had done."""
    done_before: bool = False
    """The same file was brought in already: nothing was done now."""

    @property
    def row(self) -> uuid.UUID:
        """The import that is written; a dry run has none."""
        if self.import_id is None:
            raise AssertionError("a dry run writes nothing")
        return self.import_id


@dataclass(frozen=True, slots=True)
class _Ready:
    line: int
    kept: Kept


@dataclass(frozen=True, slots=True)
class _Repeated:
    """The same visit with the same content, from a line before."""

    line: int


_Judged = _Ready | _Repeated | Unread | LeftOut


def bring_in(
    *,
    actor: Actor,
    source: Source,
    order: Order,
    reading: Reading,
    now: datetime,
    tell: Tell = lambda _done, _rejected: None,
) -> Report:
    """Bring the visits of a file into the actor's service, a thousand records in each transaction.

    A run that was cut short goes on where it was: what was done is read again and not written again. To be called
    outside a transaction. Raises ``UnreadableFile``, ``ElsewhereUnderWay``, ``Forbidden``, ``KeysUnavailable``.
    """
    report = Report(None) if order.dry else _begin(actor, order, now)
    if report.done_before:
        return report
    batch: list[_Judged] = []
    done = 0.0
    with Seen() as seen:
        judged = _Judge(actor, seen, reading, now)
        for number, (item, done) in enumerate(source):
            one = judged(item)
            if number >= report.resumed_from:
                batch.append(one)
            if len(batch) == BATCH:
                tell(done, _write(actor, order, report, batch, now))
                batch = []
    tell(1.0, _write(actor, order, report, batch, now))
    if not order.dry:
        _end(actor, report, now)
    return report


class _Judge:
    """Says of each record in turn what is to be done with it, from what the file has said so far."""

    def __init__(self, actor: Actor, seen: Seen, reading: Reading, now: datetime) -> None:
        self._tokens: Pseudonyms = pseudonyms(*department(actor))
        self._seen, self._reading, self._now = seen, reading, now
        self._site: str | None = None
        self._oldest = now - timedelta(days=settings.VISIT_DAYS)

    def __call__(self, item: Item) -> _Judged:
        if not isinstance(item, Incoming):
            return item
        person = self._tokens.person(item.person)
        # before anything is left out: of two people under one identifier, one may be a man
        if not self._seen.is_one_person(person, item.sex, item.subgroup.birth_year):
            return Unread(item.line, Reason.TWO_PEOPLE)
        wrong = judge(item, self._now, self._oldest)
        if isinstance(wrong, Aside):
            return LeftOut(item.line, wrong)
        if item.visit is None or wrong is not None:
            return Unread(item.line, wrong or Reason.MISSING)
        return self._once(item, item.visit, person)

    def _once(self, item: Incoming, read: Visit, person: str) -> _Judged:
        """Let a visit in once, and of one site only."""
        self._site = read.site if self._site is None else self._site
        if read.site != self._site:
            return Unread(item.line, Reason.OTHER_SITE)
        visit = self._tokens.visit(read.visit)
        said = tuple(sorted(set(self._reading(read.note)))) if read.note else ()
        kept = Kept(replace(read, person=person, visit=visit, note=""), item.subgroup, said)
        content = _content(kept)
        before = self._seen.content_of(visit, content)
        if before is None:
            return _Ready(item.line, kept)
        return _Repeated(item.line) if before == content else Unread(item.line, Reason.VISIT_TWICE)


def _content(kept: Kept) -> bytes:
    visit = kept.visit
    codes, signs = sorted(f"{one.system} {one.value}" for one in visit.codes), sorted(map(str, visit.signs))
    group = (str(kept.subgroup.age_band), str(kept.subgroup.citizenship), kept.subgroup.birth_year)
    whole = (visit.person, visit.arrived_at.timestamp(), codes, signs, visit.infant, visit.child, group, kept.said)
    return blake2b(repr(whole).encode(), digest_size=12).digest()


def _write(actor: Actor, order: Order, report: Report, batch: Sequence[_Judged], now: datetime) -> list[Unread]:
    """Write a batch and how far the file is, in one transaction; return what was rejected."""
    with entered(actor=actor):
        if not order.dry:
            _mine(report)
        ready = [one for one in batch if isinstance(one, _Ready)]
        kept = [one.kept for one in ready]
        strange = dict.fromkeys(of_others(actor=actor, visits=kept), OF_ANOTHER)
        strange |= {one.visit.visit: "" for one in contradicting(kept, birth_years(actor=actor, visits=kept))}
        with transaction.atomic():
            written = keep_all(actor=actor, visits=[one for one in kept if one.visit.visit not in strange], now=now)
            transaction.set_rollback(order.dry)
        rejected = [one for one in batch if isinstance(one, Unread)]
        rejected += [
            Unread(one.line, Reason.TWO_PEOPLE, message=strange[one.kept.visit.visit])
            for one in ready
            if one.kept.visit.visit in strange
        ]
        report.counts.update({"new": written.new, "replaced": written.replaced, "rejected": len(rejected)})
        report.counts["unchanged"] += written.unchanged + sum(isinstance(one, _Repeated) for one in batch)
        report.counts.update(one.why.value for one in batch if isinstance(one, LeftOut))
        report.counts += Counter()  # zeros go
        report.reasons.update(one.reason for one in rejected)
        report.records += len(batch)
        if not order.dry:
            _keep_rejected(report, rejected)
            _note(report)
    return sorted(rejected, key=lambda one: one.line)


def _mine(report: Report) -> None:
    """Hold the import until the transaction ends; refuse when another process has gone on with it."""
    row = VisitImport.objects.select_for_update().get(pk=report.row)
    if row.records != report.records or row.state != State.RUNNING:
        raise ElsewhereUnderWay


def _keep_rejected(report: Report, rejected: Iterable[Unread]) -> None:
    rows.insert(
        RejectedLine,
        [
            {
                "visit_import_id": report.row,
                "line": one.line,
                "column": one.column[:_COLUMN],
                "reason": one.reason.value,
                "message": one.message[:_MESSAGE],
            }
            for whole in rejected
            for one in (whole, *whole.more)
        ],
    )


def _note(report: Report) -> None:
    counts = {name: report.counts[name] for name in COUNTS}
    VisitImport.objects.filter(pk=report.row).update(records=report.records, **counts)


def _begin(actor: Actor, order: Order, now: datetime) -> Report:
    """Open the import of this file, or find the one that was cut short or is done."""
    organisation_id, service_id = department(actor)
    token = pseudonyms(organisation_id, service_id).of_text  # a short file could be guessed from a plain digest
    with entered(actor=actor):
        row, _made = VisitImport.objects.select_for_update().get_or_create(
            organisation_id=organisation_id,
            service_id=service_id,
            file_digest=token(f"file {order.file_digest}"),
            mapping_digest=token(f"mapping {order.mapping_digest}"),
            defaults={"operator_id": actor.operator_id, "begun_at": now, "expires_at": _until(now)},
        )
        report = Report(row.pk, row.records, +Counter({name: getattr(row, name) for name in COUNTS}))
        report.reasons.update(map(Reason, row.lines.values_list("reason", flat=True)))
        report.resumed_from = row.records
        report.done_before = row.state == State.FINISHED and not order.again
        if order.again:
            report = _from_the_beginning(row, actor, now)
        if not report.done_before:
            detail = {"resumed_from": report.resumed_from}
            audit.record(actor=actor, verb="visits.import", subject=f"import:{row.pk}", now=now, detail=detail)
    return report


def _from_the_beginning(row: VisitImport, actor: Actor, now: datetime) -> Report:
    row.lines.all().delete()
    none = dict.fromkeys(COUNTS, 0)
    VisitImport.objects.filter(pk=row.pk).update(
        operator_id=actor.operator_id, state=State.RUNNING.value, begun_at=now, ended_at=None, records=0,
        expires_at=_until(now), **none,
    )  # fmt: skip
    return Report(row.pk)


def _end(actor: Actor, report: Report, now: datetime) -> None:
    with entered(actor=actor):
        _mine(report)
        VisitImport.objects.filter(pk=report.row).update(state=State.FINISHED.value, ended_at=now)
        detail = {name: report.counts[name] for name in COUNTS}
        audit.record(actor=actor, verb="visits.imported", subject=f"import:{report.import_id}", now=now, detail=detail)


def _until(now: datetime) -> datetime:
    return now + timedelta(days=settings.REJECTED_LINE_DAYS)
