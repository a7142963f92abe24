# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole table of who may do what, against a second statement of it: sentences, each with what it lets or forbids.

Nothing here is taken from the tables of the rules: a row that is changed there turns a sentence red here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pytest

from approdo.access.rules import Role, Slice
from approdo.consents.rules import Action, ConsentState, Relation, Standing, allowed


@dataclass(frozen=True, slots=True)
class Asked:
    """One cell of the table: who asks for what, and how things stand."""

    role: str
    relation: str
    state: str
    action: str
    slice: str | None
    place: str
    case_manager: bool
    independent: bool
    glass_broken: bool


FIELD = {"emergency_operator", "on_call_operator", "centre_operator", "shelter_manager", "social_worker"}
OPERATORS = {*FIELD, "organisation_coordinator"}
NEVER = {"regional_analyst", "trainer", "learner", "system_administrator", "project_manager"}
FOR_ALL_SLICES = {"read", "write", "reveal", "grant", "share_by_law"}


def seen(asked: Asked) -> str:
    """How her consent stands on the slice: a child is hidden wherever the place is hidden."""
    return "masked" if asked.slice == "children" and asked.place == "masked" else asked.state


def open_to(asked: Asked) -> bool:
    """What is open without any role: by leading, by taking part, or by a live grant."""
    state = seen(asked)
    if asked.relation == "lead":
        return state not in {"revoked", "masked"}
    if asked.relation == "participant" and asked.slice == "chronology":
        return state not in {"revoked", "masked"}
    return asked.relation in {"participant", "granted"} and state in {"given", "legal"}


def role_reads(asked: Asked) -> bool:
    """The ceiling of each role."""
    if asked.role == "officer":
        return asked.slice not in {"health", "plan"}
    if asked.role == "network_coordinator":
        return asked.slice in {"risk", "plan", "chronology"}
    return asked.role in OPERATORS


LETS = {
    "An operator reads what is open to her service, up to the ceiling of her role": lambda a: (
        a.action == "read" and open_to(a) and role_reads(a)
    ),
    "Who she is, how to reach her, where she is and her children are shown masked, and uncovered by who reads them": (
        lambda a: (
            a.action == "reveal"
            and open_to(a)
            and role_reads(a)
            and a.slice in {"identity", "contacts", "location", "children"}
        )
    ),
    "The service that leads writes everything that is open to it": lambda a: (
        a.action == "write" and a.relation == "lead" and open_to(a) and a.role in OPERATORS
    ),
    "A service that takes part writes what is open to it": lambda a: (
        a.action == "write" and a.relation == "participant" and open_to(a) and a.role in OPERATORS
    ),
    "An officer whose service leads or takes part writes risk, legal matters and the chronology": lambda a: (
        a.action == "write"
        and a.role == "officer"
        and a.relation in {"lead", "participant"}
        and a.slice in {"risk", "legal", "chronology"}
        and open_to(a)
    ),
    "An operator of the leading service records her yes, also after a no": lambda a: (
        a.action == "grant" and a.relation == "lead" and a.role in OPERATORS
    ),
    "By law only the case manager or the coordinator of the leading service shares": lambda a: (
        a.action == "share_by_law"
        and a.relation == "lead"
        and ((a.role in OPERATORS and a.case_manager) or a.role == "organisation_coordinator")
    ),
    "Any operator of the leading service records her no, hides and shows, and gives her the log": lambda a: (
        a.action in {"revoke", "mask", "unmask", "disclose_log"} and a.relation == "lead" and a.role in OPERATORS
    ),
    "Any operator around her keeps somebody out": lambda a: (
        a.action == "block" and a.relation in {"lead", "participant"} and a.role in OPERATORS
    ),
    "Letting back in and handing over is for the case manager or the coordinator of the leading service": lambda a: (
        a.action in {"unblock", "hand_over"}
        and a.relation == "lead"
        and ((a.role in OPERATORS and a.case_manager) or a.role == "organisation_coordinator")
    ),
    "Who works with her, and does not lead, breaks the glass": lambda a: (
        a.action == "break_glass" and a.relation != "lead" and a.role in {*FIELD, "officer"}
    ),
    "Behind the glass identity, contacts, risk and chronology are read, unless masked": lambda a: (
        a.action == "read"
        and a.glass_broken
        and a.role in {*FIELD, "officer"}
        and a.slice in {"identity", "contacts", "risk", "chronology"}
        and a.state != "masked"
    ),
    "Behind the glass identity and contacts are uncovered as well": lambda a: (
        a.action == "reveal"
        and a.glass_broken
        and a.role in {*FIELD, "officer"}
        and a.slice in {"identity", "contacts"}
        and a.state != "masked"
    ),
    "Who works with her, and officers, of a service that leads or takes part send her to another service": lambda a: (
        a.action == "refer" and a.relation in {"lead", "participant"} and a.role in {*OPERATORS, "officer"}
    ),
    "An operator of the leading service moves her pathway on, and lets a phase begin and end": lambda a: (
        a.action == "move" and a.relation == "lead" and a.role in OPERATORS
    ),
    "A network coordinator of another organisation reviews": lambda a: (
        a.action == "review" and a.role == "network_coordinator" and a.independent
    ),
}
FORBIDS = {
    "Governance, training and the host never see a woman": lambda a: a.role in NEVER,
    "Officers never read what she told in words, nor her health": lambda a: (
        a.role == "officer" and a.slice in {"health", "plan"} and a.action in FOR_ALL_SLICES
    ),
    "What is masked is read, written, uncovered and shared by nobody": lambda a: (
        a.action in FOR_ALL_SLICES and seen(a) == "masked"
    ),
    "An act on a slice names one": lambda a: a.action in FOR_ALL_SLICES and a.slice is None,
    "Who is not around her reads only behind the glass": lambda a: (
        a.relation == "none" and a.action in FOR_ALL_SLICES and not a.glass_broken
    ),
    "Break-glass never writes nor shares": lambda a: (
        a.relation == "none" and a.action in {"write", "grant", "share_by_law"}
    ),
}
LETS_ALL, FORBIDS_ALL = tuple(LETS.values()), tuple(FORBIDS.values())


def expected(asked: Asked) -> bool:
    """What the sentences say: let by one of them and forbidden by none."""
    return any(let(asked) for let in LETS_ALL) and not any(forbid(asked) for forbid in FORBIDS_ALL)


def cells(role: Role) -> Iterator[tuple[Asked, bool]]:
    """Every cell of one role, with what the rules say of it, for a woman who blocks nobody."""
    facts = [*product((False, True), repeat=3)]
    for relation, (manager, independent, broken) in product(Relation, facts):
        standing = Standing(
            relation=relation,
            blocked=False,
            barred=False,
            case_manager=manager,
            independent=independent,
            glass_broken=broken,
        )
        for slice_, state in product([*Slice, None], ConsentState):
            places = [ConsentState.GIVEN, ConsentState.MASKED] if slice_ is Slice.CHILDREN else [state]
            for place in places:
                consents = {Slice.LOCATION: place} | ({} if slice_ is None else {slice_: state})
                for action in Action:
                    said = allowed(action, slice_, role=role, standing=standing, consents=consents)
                    asked = Asked(role, relation, state, action, slice_, place, manager, independent, broken)
                    yield asked, said


@pytest.mark.parametrize("role", [*Role])
def test_every_cell_is_as_the_sentences_say(role: Role) -> None:
    wrong = [(asked, said) for asked, said in cells(role) if said is not expected(asked)]
    assert wrong == []


@pytest.mark.parametrize("role", [*Role])
@pytest.mark.parametrize("fact", ["blocked", "barred"])
def test_being_kept_out_and_treating_the_man_beat_everything(role: Role, fact: str) -> None:
    standings = [
        Standing(
            relation=relation,
            blocked=fact == "blocked",
            barred=fact == "barred",
            case_manager=manager,
            independent=independent,
            glass_broken=broken,
        )
        for relation, manager, independent, broken in product(Relation, *[(False, True)] * 3)
    ]
    states = [dict.fromkeys(Slice, state) for state in ConsentState]
    let = [
        (standing, action, slice_, consents)
        for standing, action, slice_, consents in product(standings, Action, [*Slice, None], states)
        if allowed(action, slice_, role=role, standing=standing, consents=consents)
    ]
    assert let == []


def test_every_sentence_decides_something() -> None:
    """A sentence that no cell needs is a sentence about nothing."""
    wanting = {**LETS, **FORBIDS}
    for role in Role:
        for asked, _said in cells(role):
            for sentence in [sentence for sentence, decides in wanting.items() if decides(asked)]:
                del wanting[sentence]
        if not wanting:
            break
    assert wanting == {}


def test_the_system_and_who_has_no_role_may_nothing() -> None:
    standing = Standing(relation=Relation.LEAD, blocked=False, barred=False, case_manager=True)
    given = dict.fromkeys(Slice, ConsentState.GIVEN)
    asked = product(Action, [*Slice, None])
    assert not any(allowed(action, one, role=None, standing=standing, consents=given) for action, one in asked)


def test_what_nobody_said_counts_as_no_consent() -> None:
    standing = Standing(relation=Relation.GRANTED, blocked=False, barred=False)
    asked = {"role": Role.SOCIAL_WORKER, "standing": standing}
    assert not allowed(Action.READ, Slice.RISK, consents={}, **asked)
    assert allowed(Action.READ, Slice.RISK, consents={Slice.RISK: ConsentState.GIVEN}, **asked)


def test_who_builds_a_standing_says_whether_she_looked_at_the_block_list() -> None:
    with pytest.raises(TypeError, match="blocked"):
        Standing(relation=Relation.LEAD, barred=False)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="barred"):
        Standing(relation=Relation.LEAD, blocked=False)  # type: ignore[call-arg]
