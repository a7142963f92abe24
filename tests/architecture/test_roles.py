# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of roles of the documentation is made from the rules, and stays equal to them.

To write it again: ``APPRODO_WRITE_DOCS=1 pytest tests/architecture/test_roles.py``.
"""

import os
from pathlib import Path

from approdo.access.rules import ROLE_PERMISSIONS, Actor, Permission, Role
from approdo.networks.rules import grantable_roles, label_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "roles.md"
INTRODUCTION = """\
<!--
SPDX-FileCopyrightText: 2026 The Approdo founders
SPDX-License-Identifier: CC-BY-4.0
-->
# Roles

Made from `ROLE_PERMISSIONS` and `grantable_roles` by `tests/architecture/test_roles.py`. A role says what its
holder may do at all; to which case, activation or service is decided where they live. Why there are two coordinators:
decision 9.
"""


def page() -> str:
    """The page of roles as the rules have it."""
    lines = [INTRODUCTION, "## What each may do", ""]
    lines += ["| role | " + " | ".join(f"`{permission}`" for permission in Permission) + " |"]
    lines += ["|---" * (len(Permission) + 1) + "|"]
    for role in Role:
        marks = ("●" if permission in ROLE_PERMISSIONS[role] else "" for permission in Permission)
        lines += [f"| `{role}` ({label_of(role)}) | " + " | ".join(marks) + " |"]
    lines += ["", "## What each may make of a colleague", "", "| role | gives |", "|---|---|"]
    for role in Role:
        given = ", ".join(f"`{one}`" for one in grantable_roles(Actor(1, 1, 1, role)))
        if Permission.EDIT_ORGANISATION in ROLE_PERMISSIONS[role]:
            lines += [f"| `{role}` | {given} |"]
    return "\n".join(lines) + "\n"


def test_the_table_says_what_the_rules_say() -> None:
    if os.environ.get("APPRODO_WRITE_DOCS"):
        PAGE.write_text(page())
    assert PAGE.read_text() == page()
