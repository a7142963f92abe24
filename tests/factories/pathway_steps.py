# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Steps of a pathway as a document writes them: say only what your test is about."""

from typing import Any


def a_step(key: str = "listen", phase: str = "reception", **entries: Any) -> dict[str, Any]:
    """One valid step of a pathway; an entry of ``None`` is taken out."""
    step: dict[str, Any] = {
        "key": key,
        "phase": phase,
        "what": f"Passo {key}",
        "kind": "support_centre",
        "within_hours": 72,
        "escalate_after_hours": 96,
        "tell": "coordinator",
    }
    return {name: value for name, value in (step | entries).items() if value is not None}
