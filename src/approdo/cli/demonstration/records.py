# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the centre of the tour has written of the women it follows, and what they agreed to share: all invented."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from approdo.access.rules import Actor, Slice
from approdo.access.services import entered
from approdo.cases import services as cases
from approdo.cases.rules import CaseState
from approdo.cli.demonstration.chance import dice, some
from approdo.cli.demonstration.loaded import Loaded
from approdo.cli.demonstration.pathways import TOUR_DEPARTMENT, TOUR_NETWORK
from approdo.cli.demonstration.region import PlannedCase
from approdo.consents.rules import HowGiven, Proof, SharingPurpose, Told
from approdo.networks.rules import ROME, ServiceKind, instant
from approdo.persons.rules import Kind
from approdo.risk.rules import Outcome
from approdo.usecases import assessing, leaving, pathway, reception, record, sharing
from approdo.usecases.assessing import Sheet
from approdo.usecases.danger import HER
from approdo.usecases.reception import Said

MOST = 12
_FOLLOWED = {CaseState.INTAKE, CaseState.PLAN, CaseState.MONITORING}
_SHARED = (Slice.IDENTITY, Slice.CONTACTS, Slice.RISK)
_NOTES = (
    "Primo colloquio. Chiede tempo per decidere; si risentono come concordato.",
    "Accompagnata dall'avvocata per le informazioni sulla separazione.",
    "Riferisce una settimana tranquilla. Il piano di sicurezza è stato riletto insieme.",
)


@dataclass(frozen=True, slots=True)
class _Names:
    """First names and surnames that are nobody's."""

    first: tuple[str, ...]
    last: tuple[str, ...]

    @classmethod
    def of(cls, words: Mapping[str, list[str]]) -> "_Names":
        last = tuple(f"{one}{two}" for one in words["first_halves"] for two in words["second_halves"])
        return cls(tuple(words["women"]), last)


def write_records(loaded: Loaded, case_ids: Mapping[int, UUID], words: Mapping[str, list[str]]) -> int:
    """Write the records of the women whom the centre of the tour follows now; return how many.

    ``case_ids`` by the number of the pathway, ``words`` of the data file of names.
    """
    chance, names = dice(loaded.region.seed, "records"), _Names.of(words)
    followed = [case for case in loaded.region.cases if _is_followed(loaded, case)][-MOST:]
    for case in followed:
        _write(loaded, case, case_ids[case.number], chance, names)
    return len(followed)


def receive_somebody(loaded: Loaded) -> None:
    """Let the emergency department of the tour have received a woman last night, seen and asked her, let her go."""
    actor, today = loaded.actor(TOUR_DEPARTMENT, 0), loaded.region.today
    at = instant(today - timedelta(days=1), time(22, 10))
    circumstances = {"companion": "friend", "alone": "yes", "children": "1", "triage": "orange"}
    said = Said(circumstances, {"interpreter": "yes", "speaks": ("sq",)}, minutes_ago=4)
    alias = dice(loaded.region.seed, "received").choice
    with entered(actor=actor):
        made = reception.receive(actor=actor, said=said, idempotency_key="demonstration", now=at, choose=alias)
        case_id, later = made.case_id, at + timedelta(minutes=40)
        reception.note_seen(actor=actor, case_id=case_id, now=at + timedelta(minutes=9))
        for kind, written in _seen_on_her(at.astimezone(ROME), today):
            record.add(actor=actor, case_id=case_id, kind=kind, written=written, declined=(), now=later)
        _assess(loaded, case_id, at)
        answers = {"how": "trusted", "option_informed": "agreed", "option_centre": "later", "safe_to_carry": "no"}
        leaving.leave(actor=actor, case_id=case_id, written=answers, now=at + timedelta(minutes=100))


def _assess(loaded: Loaded, case_id: UUID, at: datetime) -> None:
    """Let her have been asked in private, and a colleague have lowered what came of it: who comes next reads that."""
    asked = {"humiliated": "yes", "afraid": "yes", "raped": "no", "kicked": "yes"}
    danger = {"escalation": "yes", "weapon": "no", "could_kill": "no", "beaten_pregnant": "yes", "jealousy": "yes"}
    nurse, colleague = (loaded.actor(TOUR_DEPARTMENT, member) for member in (0, 1))
    for minutes, code, answers in ((50, "hark", asked), (60, "da5", danger)):
        sheet = Sheet(HER, code, answers, alone=True, interpreter=True)
        made = assessing.assess(actor=nurse, case_id=case_id, sheet=sheet, now=at + timedelta(minutes=minutes))
    with entered(actor=colleague):
        assessing.judge(
            actor=colleague,
            case_id=case_id,
            assessment_id=made,
            level=Outcome.MEDIUM,
            reason="Lui è lontano per lavoro fino a domenica, e lei stanotte dorme da un'amica che lui non conosce.",
            now=at + timedelta(minutes=85),
        )


def _seen_on_her(at: datetime, today: date) -> list[tuple[Kind, dict[str, str | tuple[str, ...]]]]:
    """Return an injury, and a swab whose keeping ends before her time for a complaint does: the page says so."""
    moment = (at + timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M")
    where = {"region": "upper_arm", "side": "left", "view": "back", "size": "3 x 5"}
    said = {"examined": "agreed", "examined_at": moment, "photographed": "refused"}
    kept = {"step": "collected", "at": moment, "kept_where": "Frigorifero 2", "by": "Matricola 4471"}
    until = (today + timedelta(days=21)).isoformat()
    return [
        (Kind.INJURY, {**where, "types": ("grip_mark", "bruise"), **said}),
        (Kind.EVIDENCE, {"what": "swab", "reference": "S-0417", "agreed": "agreed", "kept_until": until, **kept}),
    ]


def _is_followed(loaded: Loaded, case: PlannedCase) -> bool:
    if case.network != TOUR_NETWORK or case.closed or case.reached not in _FOLLOWED:
        return False
    return loaded.planned[case.moves[0].service].kind is ServiceKind.SUPPORT_CENTRE


def _write(loaded: Loaded, case: PlannedCase, case_id: UUID, chance: random.Random, names: _Names) -> None:
    centre = case.moves[0]
    actor, at = loaded.actor(centre.service, centre.member), case.moves[-1].at + timedelta(minutes=20)
    next_contact = instant(loaded.region.today + timedelta(days=chance.randint(1, 9)), time(chance.randint(9, 16)))
    with entered(actor=actor):
        pathway.take_lead(actor=actor, case_id=case_id, now=at)
        for kind, written in _entries(case, at, chance, names):
            record.add(actor=actor, case_id=case_id, kind=kind, written=written, declined=(), now=at)
        _share(loaded, actor, case_id, at)
        cases.plan_contact(actor=actor, case_id=case_id, at=next_contact, now=at)


def _entries(
    case: PlannedCase, at: datetime, chance: random.Random, names: _Names
) -> list[tuple[Kind, dict[str, str | tuple[str, ...]]]]:
    family = chance.choice(names.last)
    written: list[tuple[Kind, dict[str, str | tuple[str, ...]]]] = [
        (Kind.IDENTITY, {"given_name": chance.choice(names.first), "family_name": family}),
        (Kind.CONTACT, {"channel": "call", "hours": "Feriali, dalle 9 alle 12", "never": ("voicemail",)}),
        (
            Kind.EPISODE,
            {
                "day": (case.opened_at - timedelta(days=chance.randint(1, 40))).date().isoformat(),
                "types": some(chance, ("physical", "psychological", "economic"), 1, 2),
                "relation": chance.choice(("spouse_cohabitant", "ex_spouse_cohabitant")),
            },
        ),
        (Kind.NOTE, {"text": chance.choice(_NOTES)}),
    ]
    if chance.random() < 0.6:
        written.append((Kind.CHILD, {"given_name": chance.choice(names.first), "lives": "her"}))
    return written


def _share(loaded: Loaded, actor: Actor, case_id: UUID, at: datetime) -> None:
    """Let her have said yes to the emergency department of the tour, aloud."""
    sharing.grant(
        actor=actor,
        case_id=case_id,
        service_id=loaded.services[TOUR_DEPARTMENT],
        slices=_SHARED,
        purpose=SharingPurpose.PROTECTION,
        days=None,
        told=Told("it", HowGiven.READ_ALOUD, Proof.SIGNED_FORM),
        now=at,
    )
