# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Instruments whose text is licensed, with the structure and the cut-offs that are published and invented wording.

Source of structure and cut-offs: recognition-and-risk.md, section 1a.
"""

from datetime import datetime
from typing import Any

from tests.factories.protocols import another

from approdo.access.rules import Actor
from approdo.protocols.rules import write
from approdo.risk.rules import seal
from approdo.usecases import instruments as usecase

KEY = "prova-0123456789-abcdef"
LICENSEE = "Rete della prova"
YES, NO, HALF = ("yes", "sì"), ("no", "no"), ("maybe", "in parte")


def answers(*listed: tuple[tuple[str, str], int]) -> list[dict[str, Any]]:
    return [{"code": code, "points": points, "text": text} for (code, text), points in listed]


def bands(*listed: tuple[int, int, str]) -> list[dict[str, Any]]:
    return [{"from": least, "to": most, "outcome": outcome} for least, most, outcome in listed]


def item(code: str, to: str, window: str = "ever") -> dict[str, Any]:
    return {"code": code, "text": f"Parole inventate per la voce {code}", "answers": to, "window": window}


def document(code: str, title: str, scorer: str, **more: Any) -> dict[str, Any]:
    said = {
        "format": 1,
        "code": code,
        "version": "prova-1",
        "language": "it",
        "title": title,
        "purpose": "danger",
        "licence": "Parole inventate per la prova: il testo vero è di chi ne ha i diritti",
        "source": "inventata",
        "validated": False,
        "expires": "2027-12-31",
    }
    return said | {"scorer": scorer} | more


def danger_assessment() -> dict[str, Any]:
    """Twenty items: a yes is 1, and 4 more for 2 and 3, 3 for 4, 2 for 5–7, 1 for 8, 9; never lived together: −3."""
    more = {2: 4, 3: 4, 4: 3, 5: 2, 6: 2, 7: 2, 8: 1, 9: 1}
    sets = {f"worth_{1 + n}": answers((YES, 1 + n), (NO, 0)) for n in {0, *more.values()}}
    return document(
        "danger_assessment",
        "Danger Assessment (parole inventate)",
        "weighted",
        answer_sets=sets | {"never": answers((YES, -3), (NO, 0))},
        items=[
            *(item(f"item_{n}", f"worth_{1 + more.get(n, 0)}", "past_year") for n in range(1, 21)),
            item("never_together", "never"),
        ],
        bands=bands((-3, 7, "low"), (8, 13, "medium"), (14, 17, "high"), (18, 39, "extreme")),
    )


def dash() -> dict[str, Any]:
    """Twenty-four items; 14 and more is high, and so are strangulation, or separation with coercion and violence."""
    named = {5: "separation", 10: "coercion", 1: "violence", 18: "strangulation"}
    three = {"item": "separation", "and": [{"item": one, "answer": "yes"} for one in ("coercion", "violence")]}
    return document(
        "dash",
        "DASH RIC (parole inventate)",
        "sentinel_or_count",
        answer_sets={"yes_no": answers((YES, 1), (NO, 0))},
        items=[item(named.get(n, f"item_{n}"), "yes_no") for n in range(1, 25)],
        sentinels=[
            {"item": "strangulation", "answer": "yes", "outcome": "high"},
            three | {"answer": "yes", "outcome": "high"},
        ],
        bands=bands((0, 9, "low"), (10, 13, "medium"), (14, 24, "high")),
    )


def judged(code: str, title: str, factors: int, *windows: str) -> dict[str, Any]:
    """Factors whose level a person sets; asked once for each window."""
    return document(
        code,
        f"{title} (parole inventate)",
        "judgement_only",
        answer_sets={"present": answers((NO, 0), (HALF, 0), (YES, 0), (("not_asked", "non applicabile"), 0))},
        items=[item(f"factor_{n}_{one}", "present", one) for n in range(1, factors + 1) for one in windows],
    )


LICENSED: dict[str, dict[str, Any]] = {
    one["code"]: one
    for one in (
        danger_assessment(),
        dash(),
        judged("sara_s", "SARA-S", 15, "current", "ever"),
        judged("sara_v3", "SARA-V3", 24, "current", "ever"),
        judged("isa", "ISA", 15, "current"),
    )
}


def as_file(made: dict[str, Any]) -> bytes:
    return write(made).encode()


def sealed(made: dict[str, Any], key: str = KEY) -> bytes:
    return seal(made, licensee=LICENSEE, licence_key=key)


def loaded(actor: Actor, network: str, made: dict[str, Any], now: datetime, *, content: bytes | None = None) -> int:
    """Load an instrument, sealed unless another file is given; nobody uses it yet."""
    key = KEY if content is None else ""
    return usecase.load(
        actor=actor, network_code=network, content=content or sealed(made), licence_key=key, beside="", now=now
    )


def in_use(actor: Actor, network: str, made: dict[str, Any], now: datetime, *, content: bytes | None = None) -> int:
    """Load an instrument, propose it, and let another coordinator approve it."""
    loaded_id = loaded(actor, network, made, now, content=content)
    usecase.propose(actor=actor, loaded_id=loaded_id, now=now)
    usecase.approve(actor=another(actor), loaded_id=loaded_id, now=now)
    return loaded_id
