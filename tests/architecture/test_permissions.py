# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of permissions of the documentation is asked of the rule itself, cell by cell, and stays equal to it.

To write it again: ``APPRODO_WRITE_DOCS=1 pytest tests/architecture/test_permissions.py``.
"""

import os
from itertools import product
from pathlib import Path

from approdo.access.rules import Role, Slice
from approdo.consents.rules import OF_A_SLICE, Action, ConsentState, Relation, Standing, allowed
from approdo.networks.rules import label_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "permissions.md"
INTRODUCTION = """\
<!--
SPDX-FileCopyrightText: 2026 The Approdo founders
SPDX-License-Identifier: CC-BY-4.0
-->
# Who may see what

Made by asking `consents.rules.allowed` for every cell, in `tests/architecture/test_permissions.py`. What is not here is
refused. Why it is one table: decision 15.

Three things beat every cell below. Who is on the **block list** of a case may nothing, break-glass included. A service
that **treats the man** may nothing. What is **masked** for a service is read, written and shared by nobody of it;
hiding where she is hides her children's file as well. A role that is in no table below may nothing, ever.

The relation is that of the operator's service to the case: it leads it (`lead`), takes part in it (`participant`), only
holds a grant (`granted`), or none of these. Consent is hers for that service and that slice, now: live (`given`, or
`legal` by a norm), never asked (`none`), ended (`expired`), taken back (`revoked`), `masked`. `glass_broken`: she has a
break-glass open on the case.
"""


def standing(relation: Relation, **facts: bool) -> Standing:
    """An actor whom nothing keeps out."""
    return Standing(relation=relation, blocked=False, barred=False, **facts)


def slices(action: Action, role: Role, held: Standing, state: ConsentState) -> str:
    """The slices on which an act is allowed, all of them asked with the same state; children with the place as well."""
    found = [
        one for one in Slice if allowed(action, one, role=role, standing=held, consents=dict.fromkeys(Slice, state))
    ]
    return "all" if len(found) == len(Slice) else ", ".join(found)


def table_of(action: Action) -> list[str]:
    """One act on slices: relations and roles down, states of consent across; who may nothing has no line."""
    found: dict[tuple[str, ...], list[Role]] = {}
    for relation, role in product(Relation, Role):
        plain = [slices(action, role, standing(relation), state) for state in ConsentState]
        for fact in ("", "case_manager", "glass_broken"):
            held = standing(relation, **({fact: True} if fact else {}))
            row = [slices(action, role, held, state) for state in ConsentState]
            if any(row) and (not fact or row != plain):
                found.setdefault((f"{relation}, {fact}".strip(", "), *row), []).append(role)
    lines = ["| relation | roles | " + " | ".join(f"`{state}`" for state in ConsentState) + " |"]
    lines += ["|---" * (len(ConsentState) + 2) + "|"]
    return lines + [f"| {title} | {named(roles)} | " + " | ".join(row) + " |" for (title, *row), roles in found.items()]


def named(roles: list[Role]) -> str:
    """The roles of a line."""
    return ", ".join(f"`{role}`" for role in roles)


def acts() -> list[str]:
    """The acts on a case as a whole: who may, by relation."""
    shown = [action for action in Action if action not in OF_A_SLICE]
    found: dict[tuple[str, ...], list[Role]] = {}
    for relation, role in product(Relation, Role):
        besides = {
            "●": standing(relation),
            "case_manager": standing(relation, case_manager=True),
            "independent": standing(relation, independent=True),
        }
        row = [
            next(
                (word for word, held in besides.items() if allowed(one, None, role=role, standing=held, consents={})),
                "",
            )
            for one in shown
        ]
        if any(row):
            found.setdefault((relation, *row), []).append(role)
    lines = ["| relation | roles | " + " | ".join(f"`{action}`" for action in shown) + " |"]
    lines += ["|---" * (len(shown) + 2) + "|"]
    return lines + [f"| {title} | {named(roles)} | " + " | ".join(row) + " |" for (title, *row), roles in found.items()]


def page() -> str:
    """The page of permissions as the rule has it."""
    lines = [INTRODUCTION]
    for action in Action:
        if action in OF_A_SLICE:
            lines += [f"## On a slice: `{action}`", "", *table_of(action), ""]
    lines += ["## On a case", "", "● any of that role; otherwise what she must be besides.", "", *acts(), ""]
    without = [role for role in Role if not any(f"`{role}`" in line for line in lines)]
    lines += ["## Never anything", "", *[f"- `{role}` ({label_of(role)})" for role in without]]
    return "\n".join(lines) + "\n"


def test_the_table_says_what_the_rule_says() -> None:
    if os.environ.get("APPRODO_WRITE_DOCS"):
        PAGE.write_text(page())
    assert PAGE.read_text() == page()


def test_governance_training_and_the_host_are_in_no_table() -> None:
    nobody = PAGE.read_text().split("## Never anything")[1]
    for role in ("project_manager", "regional_analyst", "trainer", "learner", "system_administrator"):
        assert f"`{role}`" in nobody
