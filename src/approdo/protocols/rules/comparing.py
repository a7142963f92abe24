# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What changed between two documents. Calls and steps are matched by key, the hours of
referrals by urgency, so that moving one is not rewriting all."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from approdo.protocols.rules.problem import join


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: ``before`` is None for what was added, ``after`` for what was taken away."""

    path: str
    before: Any
    after: Any


def digest(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a document in canonical JSON, the same for the same meaning whatever the layout."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return the differences between two valid documents, in the order of the newer one."""
    return _differences("", _by_key(before), _by_key(after))


def _by_key(document: Mapping[str, Any]) -> dict[str, Any]:
    keyed = {"calls": {call["key"]: call for call in document.get("calls", ())}}
    if "referrals" in document:
        keyed["referrals"] = {one["urgency"]: one for one in document["referrals"]}
    if "pathway" in document:
        keyed["pathway"] = {step["key"]: step for step in document["pathway"]}
    return {**document, **keyed}


def _differences(path: str, before: Any, after: Any) -> list[Change]:
    if before == after:
        return []
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        names: dict[str, None] = dict.fromkeys([*after, *before])
        return [
            change for name in names for change in _differences(join(path, name), before.get(name), after.get(name))
        ]
    return [Change(path, before, after)]
