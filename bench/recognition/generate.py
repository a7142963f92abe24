# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Five-year histories of women of 15 to 64 in emergency departments, drawn from published effects.

Every woman has an index visit in the last two years of the record; her history ends there. Of an abused woman it is the
visit at which her violence could have been known; of the others any visit. Whatever no published effect tells apart is
drawn alike for both. Sources and assumptions: the data files beside this one and the README.
"""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from statistics import NormalDist

from bench.recognition.effects import Group, World, features, groups, rows

START = datetime(2021, 1, 1, tzinfo=UTC)
YEARS = 5.0
INDEX_FROM = 3.0
DAYS = 365.25
CONDITIONS = ("alcohol", "depression", "anxiety", "adjustment", "self_harm", "psychiatric", "digestive", "assault")
REGIONS = ("upper", "lower", "trunk")
SITES = 8


@dataclass(frozen=True, slots=True)
class Settings:
    """What is asked of a generator; shares between 0 and 1.

    ``uncoded`` is the share of abused women without any code that says abuse; ``correlation`` that of what makes one
    woman likelier than another to have conditions and visits which is common to all of them; without
    ``conditions_lost`` every condition is coded in every group; ``notes`` are the texts that a visit for violence and
    any other visit may carry.
    """

    women: int
    prevalence: float = 0.25
    uncoded: float = 0.77
    correlation: float = 0.3
    conditions_lost: bool = True
    notes: tuple[Sequence[str], Sequence[str]] = ((), ())


@dataclass(frozen=True, slots=True)
class Row:
    """One visit as a hospital would send it: the canonical columns."""

    person: str
    visit: str
    site: str
    arrived_at: datetime
    codes: tuple[str, ...]
    signs: tuple[str, ...]
    infant: bool
    age_band: str
    citizenship: str
    note: str


@dataclass(frozen=True, slots=True)
class Truth:
    """What no hospital sends: whether she was abused, since when, and the instant of her index visit."""

    person: str
    abused: bool
    first_violence_at: datetime | None
    index_at: datetime
    coded: bool


@dataclass(slots=True)
class _Woman:
    """A woman while her history is drawn; times in years since the start of the record."""

    age: Group
    citizenship: Group
    abused: bool
    index: float
    first: float
    shared: float
    coded: bool
    conditions: tuple[str, ...] = ()
    pregnancy: tuple[float, float] | None = None
    visits: list[tuple[float, str]] = field(default_factory=list)


def histories(settings: Settings, world: World, seed: int) -> Iterator[tuple[Truth, list[Row]]]:
    """Yield every woman with her visits in order, the index visit last; the same seed gives the same women."""
    for number in range(settings.women):
        draw = random.Random(f"woman {seed} {number}")
        woman = _woman(settings, world, draw)
        _live(woman, world, draw)
        person = f"w{number:07}"
        yield _truth(person, woman), _written(person, woman, settings, world, draw)


def _woman(settings: Settings, world: World, draw: random.Random) -> _Woman:
    age, citizenship = _one(groups("age_band"), draw), _one(groups("citizenship"), draw)
    abused = draw.random() < settings.prevalence * _relative(age, citizenship)
    index = draw.uniform(INDEX_FROM, YEARS)
    median, spread = world.assumed["duration_years"], world.assumed["duration_spread"]
    first = index - median * math.exp(draw.gauss(0.0, spread)) if abused else index
    coded = abused and draw.random() < (1 - settings.uncoded) * _coded(age, citizenship)
    woman = _Woman(age, citizenship, abused, index, first, draw.gauss(0.0, 1.0), coded)
    woman.conditions = tuple(name for name in CONDITIONS if _has(name, woman, settings, world, draw))
    if age.name in {"15-24", "25-34", "35-44"} and draw.random() < world.assumed["pregnant"]:
        begins = draw.uniform(-0.5, index)
        woman.pregnancy = (begins, begins + 0.75)
    return woman


def _one(kinds: Sequence[Group], draw: random.Random) -> Group:
    return draw.choices(kinds, [kind.share for kind in kinds])[0]


@cache
def _relative(age: Group, citizenship: Group) -> float:
    mean = math.prod(sum(g.share * g.prevalence_ratio for g in groups(kind)) for kind in ("age_band", "citizenship"))
    return age.prevalence_ratio * citizenship.prevalence_ratio / mean


@cache
def _coded(age: Group, citizenship: Group) -> float:
    """Return how much likelier her abuse is coded than that of the mean abused woman."""
    mean = 1.0
    for kind in ("age_band", "citizenship"):
        abused = [(g.share * g.prevalence_ratio, g.abuse_coded_ratio) for g in groups(kind)]
        mean *= sum(share * ratio for share, ratio in abused) / sum(share for share, _ in abused)
    return age.abuse_coded_ratio * citizenship.abuse_coded_ratio / mean


def _has(name: str, woman: _Woman, settings: Settings, world: World, draw: random.Random) -> bool:
    """Return whether the condition is ever in her record: a threshold on what is common to all and what is not."""
    feature = features()[name]
    share = feature.among_abused(world.ratios[name]) if woman.abused else feature.baseline
    common = settings.correlation
    liability = math.sqrt(common) * woman.shared + math.sqrt(1 - common) * draw.gauss(0.0, 1.0)
    return liability > NormalDist().inv_cdf(1 - share)


def _live(woman: _Woman, world: World, draw: random.Random) -> None:
    """Draw the instants and reasons of her visits, the index visit last."""
    assumed, visits = world.assumed, woman.visits
    often = assumed["frailty"]
    often = math.exp(often * woman.shared - often**2 / 2)
    before = max(woman.first, 0.0)
    violent = 1 - 1 / max(world.ratios["injury_rate"], 1.0)
    for reason, rate, ratio in (
        ("other", assumed["other_rate"], assumed["other_ratio"]),
        ("injury", features()["injury_rate"].baseline, world.ratios["injury_rate"]),
    ):
        visits += [(draw.uniform(0, before), reason) for _ in range(_poisson(rate * often * before, draw))]
        for _ in range(_poisson(rate * ratio * often * (woman.index - before), draw)):
            by_violence = reason == "injury" and draw.random() < violent
            visits.append(
                (_climbing(before, woman.index, assumed["climb"], draw), "violence" if by_violence else reason)
            )
    for name in woman.conditions:
        late = woman.abused and draw.random() > features()[name].baseline / features()[name].among_abused(
            world.ratios[name]
        )
        for _ in range(1 + _poisson(0.5, draw)):
            at = _climbing(before, woman.index, assumed["climb"], draw) if late else draw.uniform(0, woman.index)
            visits.append((at, name))
    if woman.pregnancy:
        begins, ends = max(woman.pregnancy[0], 0.0), min(woman.pregnancy[1], woman.index)
        visits += [(draw.uniform(begins, ends), "pregnancy") for _ in range(1 + _poisson(1.0, draw))]
    visits.sort()
    visits.append((woman.index, _index_reason(woman, world, draw)))


def _poisson(mean: float, draw: random.Random) -> int:
    count, elapsed = 0, draw.expovariate(1.0)
    while elapsed < mean:
        count, elapsed = count + 1, elapsed + draw.expovariate(1.0)
    return count


def _climbing(begins: float, ends: float, climb: float, draw: random.Random) -> float:
    """Return an instant whose density grows by ``exp(climb)`` from one end to the other."""
    return begins + (ends - begins) * math.log1p(draw.random() * math.expm1(climb)) / climb


def _index_reason(woman: _Woman, world: World, draw: random.Random) -> str:
    if woman.abused and draw.random() < world.assumed["index_injury"]:
        return "violence"
    mine = {"other": world.assumed["other_rate"], **dict.fromkeys(woman.conditions, 1.5 / YEARS)}
    if not woman.abused:
        mine["injury"] = features()["injury_rate"].baseline
    return draw.choices(list(mine), list(mine.values()))[0]


def _truth(person: str, woman: _Woman) -> Truth:
    first = _instant(woman.first) if woman.abused else None
    return Truth(person, woman.abused, first, _instant(woman.index), woman.coded)


def _instant(years: float) -> datetime:
    return START + timedelta(minutes=round(years * DAYS * 24 * 60))


def _written(person: str, woman: _Woman, settings: Settings, world: World, draw: random.Random) -> list[Row]:
    found = []
    home = draw.randrange(SITES)
    for number, (at, reason) in enumerate(woman.visits):
        last = number == len(woman.visits) - 1
        site = home if draw.random() < 0.8 else draw.randrange(SITES)
        groups_of_codes = _reasons(reason, world, draw)
        signs = _signs(woman, at, reason, groups_of_codes, world, draw)
        if woman.coded and last:
            groups_of_codes = [*groups_of_codes, "abuse"]
        elif draw.random() < world.assumed["no_code"]:
            groups_of_codes = []
        if draw.random() < world.assumed["perpetrator"]:
            groups_of_codes = [*groups_of_codes, "perpetrator"]
        kept = [name for name in groups_of_codes if _recorded(name, woman, settings, draw)]
        codes = tuple(code for name in kept for code in _codes(name, site, draw))
        violent = reason == "violence" or (woman.abused and last)
        note = _note(violent, settings, world, draw)
        visit = f"{person}-{number:03}"
        found.append(
            Row(
                person,
                visit,
                f"s{site}",
                _instant(at),
                codes,
                signs,
                False,
                woman.age.name,
                woman.citizenship.name,
                note,
            )
        )
    return found


def _reasons(reason: str, world: World, draw: random.Random) -> list[str]:
    """Return the groups of codes of a visit: of an injury where on the body, whether in several places, and by what."""
    if reason not in {"injury", "violence"}:
        return [reason]
    shares = _shares(world, reason == "violence")
    head = draw.random() < shares["head"]
    rest = draw.choices(REGIONS, [shares[region] for region in REGIONS])[0]
    found = ["head" if head else rest]
    if draw.random() < shares["multiple"]:
        found += [rest if head else draw.choice(REGIONS), *(["multiple"] if draw.random() < 0.3 else [])]
    return found + (["accident"] if draw.random() < world.assumed["cause_coded"] else [])


def _shares(world: World, violent: bool) -> dict[str, float]:
    """Return the shares of head and of several places, and the weights of the other regions, of an injury."""
    every = {name: features()[name] for name in ("head", "multiple", *REGIONS)}
    if not violent:
        return {name: feature.baseline for name, feature in every.items()}
    return {name: feature.among_abused(world.ratios[name]) for name, feature in every.items()}


def _signs(
    woman: _Woman, at: float, reason: str, kinds: Sequence[str], world: World, draw: random.Random
) -> tuple[str, ...]:
    signs = []
    if reason == "psychiatric":
        signs.append("psychiatric_admission")
    if woman.pregnancy and woman.pregnancy[0] <= at <= woman.pregnancy[1]:
        signs.append("pregnant")
    if reason == "injury" and draw.random() < world.assumed["cause_verified"]:
        signs.append("cause_verified")
    if reason in {"injury", "violence"} and draw.random() < world.assumed["vague_explanation"]:
        signs.append("vague_explanation")
    alike = ("delayed_care", "left_before_seen", "intrusive_companion")
    return tuple(signs + [name for name in alike if draw.random() < world.assumed[name]])


def _recorded(name: str, woman: _Woman, settings: Settings, draw: random.Random) -> bool:
    if name not in CONDITIONS or not settings.conditions_lost:
        return True
    return draw.random() < woman.age.condition_recorded * woman.citizenship.condition_recorded


@cache
def _listed(reason: str) -> tuple[list[dict[str, str]], list[float]]:
    found = [row for row in rows("codes.csv") if row["reason"] == reason]
    return found, [float(row["weight"]) for row in found]


def _codes(reason: str, site: int, draw: random.Random) -> list[str]:
    """Return what is written: two sites in eight use ICD-10, one code in twenty the other; three leave out dots."""
    listed, weights = _listed(reason)
    row = draw.choices(listed, weights)[0]
    icd10 = (site % 4 == 3) != (draw.random() < 0.05) and bool(row["icd10"])
    system, text = ("ICD-10", row["icd10"]) if icd10 else ("ICD-9-CM", row["icd9"])
    return [f"{system} {code.replace('.', '') if site % 3 == 1 else code}" for code in text.split()]


def _note(violent: bool, settings: Settings, world: World, draw: random.Random) -> str:
    saying, others = settings.notes
    said = draw.random() < world.assumed["said_in_note"]
    source = saying if violent and said else others
    return draw.choice(source) if source else ""
