# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Somebody else is on call for a stretch: what the shifts that it cuts become, and what they become again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from approdo.kit.words import mark as _
from approdo.networks.rules.hours import Period
from approdo.networks.rules.rota import POSITIONS, WEEKS_AHEAD, Duty, weeks

LONGEST_OVERRIDE = timedelta(days=62)


@dataclass(frozen=True, slots=True)
class Cut:
    """What an override does to the shifts of its position."""

    replaced: tuple[Duty, ...]
    """The shifts that share a moment with it, whole, as they were."""
    left: tuple[Duty, ...]
    """What stays of them, before and after it, under the identifier of the shift it stays of."""
    stands_in: tuple[Duty, ...]
    """The shifts of who stands in, none longer than a week."""


def cut(duties: Sequence[Duty], operator_id: int, position: int, whole: Period) -> Cut:
    """Return what becomes of a position when somebody else has a stretch of it, holes included."""
    hit = [
        duty
        for duty in sorted(duties, key=lambda one: one.starts_at)
        if duty.position == position and duty.starts_at < whole.ends_at and whole.starts_at < duty.ends_at
    ]
    before = [replace(duty, ends_at=whole.starts_at) for duty in hit if duty.starts_at < whole.starts_at]
    after = [replace(duty, starts_at=whole.ends_at) for duty in hit if duty.ends_at > whole.ends_at]
    parts = tuple(Duty(operator_id, position, part.starts_at, part.ends_at) for part in weeks(whole))
    return Cut(tuple(hit), (*before, *after), parts)


def given_back(replaced: Sequence[Duty], whole: Period) -> list[Duty]:
    """Return what of a stretch goes back to those who had it."""
    parts = (
        replace(one, starts_at=max(one.starts_at, whole.starts_at), ends_at=min(one.ends_at, whole.ends_at))
        for one in replaced
    )
    return [part for part in parts if part.starts_at < part.ends_at]


def problems_of_override(whole: Period, position: int, now: datetime) -> dict[str, str]:
    """Return what makes no sense about an override, a sentence per field."""
    if position not in POSITIONS:
        return {"position": _("Scegli prima o seconda persona.")}
    if whole.ends_at <= whole.starts_at:
        return {"last": _("La fine viene prima dell'inizio: controlla giorno e ora.")}
    if whole.starts_at < now:
        return {"first": _("L'inizio è già passato: per cominciare subito lascialo vuoto.")}
    if whole.ends_at - whole.starts_at > LONGEST_OVERRIDE:
        return {"last": _("Sono più di due mesi: dividi il tempo, o cambia la rotazione.")}
    if whole.ends_at > now + timedelta(weeks=WEEKS_AHEAD) - timedelta(days=1):
        return {"last": _("I turni si scrivono fino a sei mesi avanti: scegli una fine più vicina.")}
    return {}
