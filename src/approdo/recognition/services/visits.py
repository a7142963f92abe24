# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import json
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from approdo.access.rules import Actor
from approdo.audit import services as audit
from approdo.kit.errors import Conflict
from approdo.kit.rows import read
from approdo.kit.words import mark as _
from approdo.recognition.rules import Visit
from approdo.recognition.rules.subgroup import Subgroup
from approdo.recognition.selectors.visits import department


@dataclass(frozen=True, slots=True)
class Kept:
    """A visit as it is kept: what scores, the groups it is counted to, the keys of the words in its note."""

    visit: Visit
    subgroup: Subgroup = field(default_factory=Subgroup)
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """How many visits were not there before, how many said something else, how many were there as they are."""

    new: int
    replaced: int
    unchanged: int


class TwoPeople(Conflict):
    """Born in two years, or there under another identifier: nobody may guess which of two people this is."""

    code = "two_people"
    sentence = _("Questo identificativo ha già un altro anno di nascita: forse è di due persone. Non è stato salvato.")


OF_ANOTHER = _("Questa visita è già di un'altra persona: non si sposta.")


@transaction.atomic
def keep(*, actor: Actor, visit: Visit, subgroup: Subgroup, said: Sequence[str] = (), now: datetime) -> uuid.UUID:
    """Keep a visit to the actor's service, or put what it says now in the place of what it said; return its row.

    ``person`` and ``visit`` are tokens of ``selectors.pseudonyms``; the note is not kept and ``site`` is the actor's
    service. Raises ``TwoPeople``, ``Forbidden`` for whoever acts for no service.
    """
    organisation_id, _service_id = department(actor)
    one = Kept(visit, subgroup, tuple(said))
    if contradicting([one], birth_years(actor=actor, visits=[one])):
        raise TwoPeople
    if of_others(actor=actor, visits=[one], shown=True):
        raise TwoPeople(OF_ANOTHER)
    keep_all(actor=actor, visits=[one], now=now)
    ((kept,),) = read(_ROW, [organisation_id, visit.visit])
    audit.record(actor=actor, verb="visit.keep", subject=f"visit:{kept}", now=now)
    return uuid.UUID(str(kept))


_ROW = "SELECT id FROM recognition_storedvisit WHERE organisation_id = %s AND visit = %s"


@transaction.atomic
def keep_all(*, actor: Actor, visits: Collection[Kept], now: datetime) -> Written:
    """Keep many visits to the actor's service, each once; no audit row: who brings many in writes one for all."""
    organisation_id, service_id = department(actor)
    rows = [_row(one, organisation_id, service_id, now) for one in sorted(visits, key=lambda one: one.visit.visit)]
    written = [new for (new,) in read(_KEEP, [json.dumps(rows, default=str)])] if rows else []
    new = sum(written)
    return Written(new, len(written) - new, len(rows) - len(written))


# what comes again as it was is not written again; when it came first stays
_KEEP = """
INSERT INTO recognition_storedvisit AS kept (
    id, organisation_id, service_id, person, visit, arrived_at, codes, signs, said, infant, child, age_band,
    citizenship, birth_year, recorded_at, expires_at
)
SELECT id, organisation_id, service_id, person, visit, arrived_at, codes, signs, said, infant, child, age_band,
    citizenship, birth_year, recorded_at, expires_at
FROM json_populate_recordset(NULL::recognition_storedvisit, %s)
ON CONFLICT (organisation_id, visit) DO UPDATE SET
    service_id = excluded.service_id, person = excluded.person, arrived_at = excluded.arrived_at,
    codes = excluded.codes, signs = excluded.signs, said = excluded.said, infant = excluded.infant,
    child = excluded.child, age_band = excluded.age_band, citizenship = excluded.citizenship,
    birth_year = excluded.birth_year, expires_at = excluded.expires_at
WHERE (kept.service_id, kept.person, kept.arrived_at, kept.codes, kept.signs, kept.said, kept.infant, kept.child,
       kept.age_band, kept.citizenship, kept.birth_year, kept.expires_at)
    IS DISTINCT FROM
      (excluded.service_id, excluded.person, excluded.arrived_at, excluded.codes, excluded.signs, excluded.said,
       excluded.infant, excluded.child, excluded.age_band, excluded.citizenship, excluded.birth_year,
       excluded.expires_at)
RETURNING xmax = 0
"""


def birth_years(*, actor: Actor, visits: Collection[Kept]) -> dict[str, int]:
    """Return the years of birth that other visits to the actor's organisation have of the persons of these."""
    persons, tokens = ([getattr(one.visit, name) for one in visits] for name in ("person", "visit"))
    return dict(read(_BIRTH_YEARS, [actor.organisation_id or 0, persons, tokens]))


_BIRTH_YEARS = """
SELECT DISTINCT person, birth_year FROM recognition_storedvisit
WHERE organisation_id = %s AND person = ANY(%s) AND birth_year IS NOT NULL AND visit <> ALL(%s)
"""


def of_others(*, actor: Actor, visits: Collection[Kept], shown: bool = False) -> frozenset[str]:
    """Return which of these visits are there as another person's; ``shown``: only where somebody was told to ask her.

    Moved, they would show one woman's reasons for another, and leave no trace of whose they were. Whoever only brings
    files hears of every one alike, and a silent site of none: a refusal would tell of whom there was a reason to ask.
    """
    given = [[getattr(one.visit, name) for one in visits] for name in ("visit", "person")]
    return frozenset(token for (token,) in read(_OTHERS, [*given, actor.organisation_id or 0, shown]))


_OTHERS = """
SELECT kept.visit FROM unnest(%s::text[], %s::text[]) AS given (visit, person)
  JOIN recognition_storedvisit kept USING (visit)
 WHERE kept.organisation_id = %s AND kept.person <> given.person
   AND (NOT %s OR EXISTS (SELECT FROM recognition_prompt p WHERE p.reading_id = kept.id AND p.shown_at IS NOT NULL))
"""


def contradicting(visits: Iterable[Kept], known: dict[str, int]) -> list[Kept]:
    """Return the visits of persons who are known to be born in another year."""
    return [
        one
        for one in visits
        if one.subgroup.birth_year is not None
        and known.get(one.visit.person, one.subgroup.birth_year) != one.subgroup.birth_year
    ]


def _row(one: Kept, organisation_id: int, service_id: int, now: datetime) -> dict[str, object]:
    visit = one.visit
    return {
        "id": uuid.uuid4(),
        "organisation_id": organisation_id,
        "service_id": service_id,
        "person": visit.person,
        "visit": visit.visit,
        "arrived_at": visit.arrived_at,
        "codes": [f"{code.system} {code.value}" for code in sorted(visit.codes)],
        "signs": sorted(visit.signs),
        "said": sorted(set(one.said)),
        "infant": visit.infant,
        "child": visit.child,
        "age_band": one.subgroup.age_band,
        "citizenship": one.subgroup.citizenship,
        "birth_year": one.subgroup.birth_year,
        "recorded_at": now,
        "expires_at": visit.arrived_at + timedelta(days=settings.VISIT_DAYS),
    }
