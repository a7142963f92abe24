# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may do what with a woman's record: one table, and what is not in it is refused (ADR 0015; security.md, P2).

The whole of it is docs/reference/permissions.md, made from ``allowed``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from approdo.access.rules import Role, Slice
from approdo.consents.rules.grants import ConsentState, strictest


class Relation(StrEnum):
    """What the actor's service is to a case."""

    LEAD = "lead"
    PARTICIPANT = "participant"
    GRANTED = "granted"
    NONE = "none"


class Action(StrEnum):
    """What can be asked of a woman's record."""

    READ = "read"
    WRITE = "write"
    REVEAL = "reveal"
    GRANT = "grant"
    SHARE_BY_LAW = "share_by_law"
    REVOKE = "revoke"
    BLOCK = "block"
    UNBLOCK = "unblock"
    MASK = "mask"
    UNMASK = "unmask"
    DISCLOSE_LOG = "disclose_log"
    HAND_OVER = "hand_over"
    BREAK_GLASS = "break_glass"
    REVIEW = "review"
    REFER = "refer"
    MOVE = "move"


class Need(StrEnum):
    """What an act asks for beyond role and relation."""

    NOTHING = "nothing"
    CASE_MANAGER = "case_manager"
    INDEPENDENT = "independent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What an actor and her service are to a case, found out by the rooms above.

    ``blocked``: she is on the block list of the case. ``barred``: her service treats the man reported. Neither has a
    default: who builds a standing has looked. ``case_manager``: she leads the pathway in person. ``independent``: she
    belongs to another organisation than the act to be reviewed. ``glass_broken``: a break-glass of hers is live.
    """

    relation: Relation
    blocked: bool
    barred: bool
    case_manager: bool = False
    independent: bool = False
    glass_broken: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table of acts on a case as a whole: any of the roles, in any of the relations, with the need."""

    roles: frozenset[Role]
    relations: frozenset[Relation]
    need: Need = Need.NOTHING


EVERYTHING = frozenset(Slice)
CARE = frozenset(
    {
        Role.EMERGENCY_OPERATOR,
        Role.ON_CALL_OPERATOR,
        Role.CENTRE_OPERATOR,
        Role.SHELTER_MANAGER,
        Role.SOCIAL_WORKER,
    }
)
OPERATORS = CARE | {Role.ORGANISATION_COORDINATOR}
"""A coordinator works like an operator (ADR 0009)."""

READABLE: dict[Role, frozenset[Slice]] = {
    **dict.fromkeys(OPERATORS, EVERYTHING),
    Role.OFFICER: EVERYTHING - {Slice.HEALTH, Slice.PLAN},
    Role.NETWORK_COORDINATOR: frozenset({Slice.RISK, Slice.PLAN, Slice.CHRONOLOGY}),
}
"""The most a role ever reads, whatever is granted; who is not here reads nothing. ``health`` and ``plan`` hold what she
told in words, which is not for officers."""

WRITABLE: dict[Role, frozenset[Slice]] = {
    **dict.fromkeys(OPERATORS, EVERYTHING),
    Role.OFFICER: frozenset({Slice.RISK, Slice.LEGAL, Slice.CHRONOLOGY}),
}
SECRET = frozenset({Slice.IDENTITY, Slice.CONTACTS, Slice.LOCATION, Slice.CHILDREN})
"""Shown masked; uncovered one at a time, with a reason (P15)."""

BY_RELATION: dict[Relation, frozenset[Slice]] = {
    Relation.LEAD: EVERYTHING,
    Relation.PARTICIPANT: frozenset({Slice.CHRONOLOGY}),
}
"""What comes with leading a case or taking part in it, until she says no."""
NOT_A_NO = frozenset({ConsentState.NONE, ConsentState.GIVEN, ConsentState.LEGAL, ConsentState.EXPIRED})
LIVE = frozenset({ConsentState.GIVEN, ConsentState.LEGAL})
READS_BY_GRANT = frozenset({Relation.LEAD, Relation.PARTICIPANT, Relation.GRANTED})
WRITES_BY_GRANT = frozenset({Relation.LEAD, Relation.PARTICIPANT})

BEHIND_THE_GLASS = frozenset({Slice.IDENTITY, Slice.CONTACTS, Slice.RISK, Slice.CHRONOLOGY})
"""What break-glass opens: who she is and how bad it is; never where she is. The place is asked for by telephone."""
NOT_MASKED = frozenset(ConsentState) - {ConsentState.MASKED}
BREAKERS = CARE | {Role.OFFICER}

_LEAD = frozenset({Relation.LEAD})
_AROUND_HER = frozenset({Relation.LEAD, Relation.PARTICIPANT})
_COORDINATOR = frozenset({Role.ORGANISATION_COORDINATOR})
_LED_BY_HER_OR_COORDINATED = (Line(OPERATORS, _LEAD, Need.CASE_MANAGER), Line(_COORDINATOR, _LEAD))

ACTS: dict[Action, tuple[Line, ...]] = {
    Action.GRANT: (Line(OPERATORS, _LEAD),),
    Action.SHARE_BY_LAW: _LED_BY_HER_OR_COORDINATED,
    Action.REVOKE: (Line(OPERATORS, _LEAD),),
    Action.BLOCK: (Line(OPERATORS, _AROUND_HER),),
    Action.UNBLOCK: _LED_BY_HER_OR_COORDINATED,
    Action.MASK: (Line(OPERATORS, _LEAD),),
    Action.UNMASK: (Line(OPERATORS, _LEAD),),
    Action.DISCLOSE_LOG: (Line(OPERATORS, _LEAD),),
    Action.HAND_OVER: _LED_BY_HER_OR_COORDINATED,
    Action.BREAK_GLASS: (Line(BREAKERS, frozenset(Relation) - _LEAD),),
    Action.REFER: (Line(OPERATORS | {Role.OFFICER}, _AROUND_HER),),
    Action.MOVE: (Line(OPERATORS, _LEAD),),
    Action.REVIEW: (Line(frozenset({Role.NETWORK_COORDINATOR}), frozenset(Relation), Need.INDEPENDENT),),
}
OF_A_SLICE = frozenset({Action.READ, Action.WRITE, Action.REVEAL, Action.GRANT, Action.SHARE_BY_LAW})
"""Acts that name a slice; the others are about the case, and do not look at one."""


def allowed(
    action: Action,
    slice_: Slice | None,
    *,
    role: Role | None,
    standing: Standing,
    consents: Mapping[Slice, ConsentState],
) -> bool:
    """Tell whether a role with this standing may do this, where her service's consents stand like this.

    Being blocked beats everything, break-glass included, and so does treating the man. Nobody hands out a slice that is
    beyond her role, or masked for her service.
    """
    if role is None or standing.blocked or standing.barred:
        return False
    if action in OF_A_SLICE:
        if slice_ is None or not _on_slice(action, slice_, role, standing, strictest(slice_, consents)):
            return False
        if action not in ACTS:
            return True
    return any(_fits(line, role, standing) for line in ACTS[action])


def _on_slice(action: Action, slice_: Slice, role: Role, standing: Standing, consent: ConsentState) -> bool:
    if action is Action.WRITE:
        return slice_ in WRITABLE.get(role, ()) and _open(slice_, standing, consent, WRITES_BY_GRANT)
    if slice_ not in READABLE.get(role, ()) or (action is Action.REVEAL and slice_ not in SECRET):
        return False
    if action in {Action.GRANT, Action.SHARE_BY_LAW}:
        return consent in NOT_MASKED  # also after a no: a yes given again is recorded by the service that leads
    if _open(slice_, standing, consent, READS_BY_GRANT):
        return True
    behind_the_glass = role in BREAKERS and slice_ in BEHIND_THE_GLASS and consent in NOT_MASKED
    return standing.glass_broken and behind_the_glass


def _open(slice_: Slice, standing: Standing, consent: ConsentState, by_grant: frozenset[Relation]) -> bool:
    """Tell whether a slice is open by relation, or by a live grant to a relation that may use one."""
    by_relation = slice_ in BY_RELATION.get(standing.relation, ()) and consent in NOT_A_NO
    return by_relation or (standing.relation in by_grant and consent in LIVE)


def _fits(line: Line, role: Role, standing: Standing) -> bool:
    met = {
        Need.NOTHING: True,
        Need.CASE_MANAGER: standing.case_manager,
        Need.INDEPENDENT: standing.independent,
    }
    return role in line.roles and standing.relation in line.relations and met[line.need]
