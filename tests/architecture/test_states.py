# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The state diagrams of the documentation are made from the transition tables, and stay equal to them.

To write them again: ``APPRODO_WRITE_DOCS=1 pytest tests/architecture/test_states.py``.
"""

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from approdo.activations.rules.states import ACTIVATION_TRANSITIONS, CALL_TRANSITIONS
from approdo.cases.rules import TRANSITIONS as CASE_TRANSITIONS
from approdo.consents.rules import BREAK_GLASS_TRANSITIONS
from approdo.consents.rules import TRANSITIONS as GRANT_TRANSITIONS
from approdo.documents.rules import TRANSITIONS as DOCUMENT_TRANSITIONS
from approdo.networks.rules import SWAP_TRANSITIONS
from approdo.notifications.rules import DRILL_TRANSITIONS, RING_TRANSITIONS
from approdo.notifications.rules import TRANSITIONS as MESSAGE_TRANSITIONS
from approdo.protocols.rules import DRAFT_TRANSITIONS
from approdo.referrals.rules import TRANSITIONS as REFERRAL_TRANSITIONS
from approdo.risk.rules import LOAD_TRANSITIONS
from approdo.tasks.rules import TRANSITIONS as TASK_TRANSITIONS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "states.md"
MACHINES: dict[str, Mapping[tuple[StrEnum, StrEnum], StrEnum]] = {
    "A case": CASE_TRANSITIONS,
    "An activation": ACTIVATION_TRANSITIONS,
    "A call": CALL_TRANSITIONS,
    "A message": MESSAGE_TRANSITIONS,
    "A drill": DRILL_TRANSITIONS,
    "A telephone in a drill": RING_TRANSITIONS,
    "A shift asked of colleagues": SWAP_TRANSITIONS,
    "A grant": GRANT_TRANSITIONS,
    "A break-glass": BREAK_GLASS_TRANSITIONS,
    "A document": DOCUMENT_TRANSITIONS,
    "A draft of a protocol": {step: becomes for step, (becomes, _by) in DRAFT_TRANSITIONS.items()},
    "An instrument that a network loads": LOAD_TRANSITIONS,
    "A referral": {step: becomes for step, (becomes, _by) in REFERRAL_TRANSITIONS.items()},
    "A task of the pathway": {step: becomes for step, (becomes, _by) in TASK_TRANSITIONS.items()},
}


def page() -> str:
    """The page of diagrams as the tables have it."""
    lines = [
        "<!--",
        "SPDX-FileCopyrightText: 2026 The Approdo founders",
        "SPDX-License-Identifier: CC-BY-4.0",
        "-->",
        "# States",
        "",
        "Made from the transition tables by `tests/architecture/test_states.py`; an arrow that is not here is refused.",
    ]
    for title, table in MACHINES.items():
        lines += ["", f"## {title}", "", "```mermaid", "stateDiagram-v2"]
        lines += [f"    {source} --> {target}: {act}" for (source, act), target in table.items()]
        lines += ["```"]
    return "\n".join(lines) + "\n"


def test_the_diagrams_say_what_the_tables_say() -> None:
    if os.environ.get("APPRODO_WRITE_DOCS"):
        PAGE.write_text(page())
    assert PAGE.read_text() == page()
