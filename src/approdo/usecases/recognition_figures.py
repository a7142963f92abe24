# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a site's recognition did, or would have done in silence, for who coordinates it: counts, and never of whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from approdo.access.rules import Actor
from approdo.access.services import as_system
from approdo.audit import services as audit
from approdo.kit.clock import ROME
from approdo.recognition import selectors
from approdo.recognition.rules import AgeBand, Citizenship
from approdo.recognition.rules.figures import Outcomes, Rate, joined, kept_back, rate, summed
from approdo.recognition.selectors import Counted, Rates, Since


@dataclass(frozen=True, slots=True)
class Group:
    """One group of women; ``told`` is False where nothing is said of it, because it is small or would give one away."""

    name: StrEnum
    visits: int
    prompts: Rate | None
    told: bool


@dataclass(frozen=True, slots=True)
class Burden:
    """How many prompts there were per visit; by age and by citizenship, to see whether it is fair."""

    visits: int
    prompts: Rate | None
    ages: tuple[Group, ...]
    citizenships: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Months that are told together, because each alone would tell of few."""

    first: date
    last: date
    outcomes: Outcomes


@dataclass(frozen=True, slots=True)
class SiteFigures:
    """What is told of one site."""

    modes: tuple[Since, ...]
    silent: Burden
    shown: Burden
    answered: Outcomes
    """Over the whole period; only told where there are stretches."""
    stretches: tuple[Stretch, ...]


def figures(actor: Actor, service_id: int, days: int, now: datetime) -> SiteFigures:
    """Return what a site's recognition came to in whole months of Rome, and write down who asked.

    From the month in which the last ``days`` began to the last one that is over: whoever looks before and after a
    visit, or when an old one falls out, would learn what came of that one.
    Raises ``Forbidden`` for who coordinates nothing, ``NotFound`` for what is no emergency department of hers.
    """
    selectors.site(actor, service_id)
    until = _month(now)
    since = _month(until - timedelta(days=days))
    modes = selectors.modes_of(service_id)
    with as_system():  # a prompt is for who treats her; here readings are counted, and no prompt is seen
        silent, shown = (selectors.rates(service_id, since, until, silent=one) for one in (True, False))
        by_month = selectors.outcomes(service_id, since, until)
    audit.record(actor=actor, verb="figures.read", subject=f"service:{service_id}", now=now)
    return SiteFigures(modes, _burden(silent), _burden(shown), summed([*by_month.values()]), _stretches(by_month))


def _month(at: datetime) -> datetime:
    return at.astimezone(ROME).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _burden(found: Rates) -> Burden:
    whole = found.whole
    return Burden(whole.visits, rate(whole.prompts, whole.visits), _groups(found.ages), _groups(found.citizenships))


def _groups(counted: Mapping[AgeBand, Counted] | Mapping[Citizenship, Counted]) -> tuple[Group, ...]:
    there: dict[StrEnum, Counted] = {name: one for name, one in counted.items() if one.visits}
    gone = kept_back({name: (one.prompts, one.visits - one.prompts) for name, one in there.items()})
    return tuple(
        Group(name, one.visits, rate(one.prompts, one.visits), name not in gone) for name, one in there.items()
    )


def _stretches(by_month: Mapping[date, Outcomes]) -> tuple[Stretch, ...]:
    months, found = [*by_month], [*by_month.values()]
    blocks: Sequence[range] = joined([one.cells for one in found])
    return tuple(Stretch(months[one[0]], months[one[-1]], summed([found[place] for place in one])) for one in blocks)
