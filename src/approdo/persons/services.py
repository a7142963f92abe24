# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from approdo.access.rules import Actor, acting
from approdo.audit import services as audit
from approdo.kit.clock import ROME
from approdo.kit.errors import Conflict, NotFound
from approdo.kit.presses import KeptAlready, identifier
from approdo.kit.words import mark as _
from approdo.persons.models import Entry, Keeping, NameToken, Version
from approdo.persons.rules import GONE, PRIVATE, SHAPES, Answers, Kind, Written, check, next_version, standing
from approdo.persons.selectors import acting_organisation, place
from approdo.vault import services as vault


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a text: its version, and the others that stand beside it because somebody wrote meanwhile."""

    entry_id: UUID
    number: int
    beside: tuple[int, ...]


@transaction.atomic
def add(
    *,
    actor: Actor,
    case_id: UUID,
    kind: Kind,
    written: Mapping[str, str | Iterable[str]],
    declined: Iterable[str],
    now: datetime,
    key: str = "",
) -> Saved:
    """Write a new entry in a case, sealed; the caller has decided that the actor may, and holds the case.

    Raises ``Invalid``, ``Conflict`` when the service already has its one entry of this kind, ``KeptAlready`` for a
    press (``key``) that arrived before, ``KeysUnavailable``.
    """
    operator_id, service_id = acting(actor)
    answers = check(kind, written, declined, now.astimezone(ROME).date())
    alone = {"case_id": case_id, "service_id": service_id, "kind": kind, "removed_at": None}
    if SHAPES[kind].single and Entry.objects.filter(**alone).exists():
        raise Conflict(_("C'è già: aprila e scrivi lì."), code="already_there")
    said = answers.document().decode()
    entry_id = identifier(case_id, key, Entry.__name__, service_id, operator_id, kind, said)
    if Entry.objects.filter(pk=entry_id).exists():
        raise KeptAlready(entry_id)
    made = Entry.objects.create(
        id=entry_id,
        case_id=case_id,
        kind=kind,
        slice=SHAPES[kind].slice,
        private=kind in PRIVATE,
        organisation_id=acting_organisation(actor),
        service_id=service_id,
        entered_at=now,
    )
    saved = _append(actor, made, answers, (), now)
    audit.record(
        actor=actor,
        verb="entry.add",
        subject=f"entry:{made.pk}",
        case_id=case_id,
        now=now,
        detail={"kind": kind, "slice": made.slice},
    )
    return saved


@transaction.atomic
def revise(
    *,
    actor: Actor,
    entry_id: UUID,
    seen: Iterable[int],
    written: Mapping[str, str | Iterable[str]],
    declined: Iterable[str],
    now: datetime,
) -> Saved:
    """Write an entry again, over the versions that were ``seen``; the caller has decided that the actor may.

    What somebody else wrote meanwhile stands beside it: nothing is lost, and whoever comes second is told. Raises
    ``NotFound``, ``Invalid``, ``KeysUnavailable``.
    """
    # locked, so that two who write at once get two numbers
    found = Entry.objects.select_for_update(of=("self",)).filter(pk=entry_id, removed_at=None).first()
    if found is None:
        raise NotFound
    answers = check(Kind(found.kind), written, declined, now.astimezone(ROME).date())
    saved = _append(actor, found, answers, tuple(seen), now)
    audit.record(
        actor=actor,
        verb="entry.revise",
        subject=f"entry:{found.pk}",
        case_id=found.case_id,
        now=now,
        detail={"kind": found.kind, "slice": found.slice, "version": saved.number},
    )
    return saved


@transaction.atomic
def remove(*, actor: Actor, entry_id: UUID, now: datetime) -> None:
    """Take an entry out of the record, because it was an error or she asks: only the service that wrote it can.

    Raises ``NotFound`` for anybody else's, and for one that is not there any more; ``Conflict`` for one that lasts.
    """
    _operator_id, service_id = acting(actor)
    found = Entry.objects.select_for_update(of=("self",)).filter(pk=entry_id, service_id=service_id, removed_at=None)
    entry = found.first()
    if entry is None:
        raise NotFound
    if SHAPES[Kind(entry.kind)].lasting:
        raise Conflict(_("La catena di custodia non si cancella: scrivi che cosa va corretto."), code="lasting")
    entry.removed_at = now
    entry.save(update_fields=["removed_at"])
    if entry.kind == Kind.IDENTITY:
        NameToken.objects.filter(entry_id=entry.pk).delete()
    audit.record(
        actor=actor,
        verb="entry.remove",
        subject=f"entry:{entry.pk}",
        case_id=entry.case_id,
        now=now,
        detail={"kind": entry.kind},
    )


def _append(actor: Actor, entry: Entry, answers: Answers, seen: tuple[int, ...], now: datetime) -> Saved:
    operator_id, service_id = acting(actor)
    rows = Version.objects.filter(entry=entry).values_list("number", "based_on")
    before = [Written(number, tuple(based_on)) for number, based_on in rows]
    new = next_version(before, seen)
    version = Version(
        entry=entry,
        number=new.number,
        based_on=list(new.based_on),
        organisation_id=acting_organisation(actor),
        service_id=service_id,
        operator_id=operator_id,
        written_at=now,
    )
    key = vault.key_to_write(
        organisation_id=version.organisation_id, case_id=entry.case_id, now=now, private=entry.private
    )
    version.sealed = key.seal(place(version, entry.case_id, entry.kind), answers.document())
    version.save(force_insert=True)
    if entry.kind == Kind.IDENTITY:
        _index(version.organisation_id, entry, answers)
    if entry.kind == Kind.EVIDENCE:
        _keep(entry, answers)
    beside = tuple(number for number in standing([*before, new]) if number != new.number)
    return Saved(entry.pk, new.number, beside)


def _keep(entry: Entry, answers: Answers) -> None:
    """Note outside the seal until when a piece of evidence is kept here: a day and nothing else."""
    until = str(answers.given.get("kept_until", ""))
    if not until:
        Keeping.objects.filter(entry=entry).delete()
        return
    kept = {"kept_until": date.fromisoformat(until), "over": answers.given.get("step") in GONE}
    Keeping.objects.update_or_create(
        entry=entry, defaults=kept | {"case_id": entry.case_id, "service_id": entry.service_id}
    )


def _index(organisation_id: int, entry: Entry, answers: Answers) -> None:
    """Let this organisation find the entry by the beginnings of the name that it says now."""
    name = " ".join(str(answers.given.get(part, "")) for part in ("given_name", "family_name")).strip()
    NameToken.objects.filter(entry_id=entry.pk).delete()
    NameToken.objects.bulk_create(
        NameToken(organisation_id=organisation_id, token=token, case_id=entry.case_id, entry_id=entry.pk)
        for token in vault.name_tokens(organisation_id=organisation_id, name=name)
    )
