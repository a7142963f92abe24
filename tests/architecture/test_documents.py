# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_rule_is_where_the_page_of_the_architecture_says() -> None:
    rooms = re.findall(r"^\| [^|]+ \| (.+) \|$", (ROOT / "ARCHITECTURE.md").read_text(), re.MULTILINE)
    named = [name for room in rooms for name in re.findall(r"`([^`]+/[^`]*)`", room)]
    assert len(named) >= 11
    assert [name for name in named if not (ROOT / "src" / "approdo" / name).exists()] == []
