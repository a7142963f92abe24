# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""For whom recognition works well and for whom badly: groups that are counted, and never scored."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class AgeBand(StrEnum):
    """Her age at the visit, as coarse as a rate needs it."""

    UNKNOWN = ""
    UNDER_18 = "under_18"
    FROM_18 = "18_29"
    FROM_30 = "30_44"
    FROM_45 = "45_64"
    FROM_65 = "65_or_more"


class Citizenship(StrEnum):
    """Italian or not; which other one is nobody's business here."""

    UNKNOWN = ""
    ITALIAN = "italian"
    FOREIGN = "foreign"


_FROM_AGE = {
    65: AgeBand.FROM_65,
    45: AgeBand.FROM_45,
    30: AgeBand.FROM_30,
    18: AgeBand.FROM_18,
    0: AgeBand.UNDER_18,
}


@dataclass(frozen=True, slots=True)
class Subgroup:
    """To which groups a visit is counted; kept beside what scores and never read with it."""

    age_band: AgeBand = AgeBand.UNKNOWN
    citizenship: Citizenship = Citizenship.UNKNOWN
    birth_year: int | None = None
    """Only to notice two women under one identifier."""


def band_of(years: int | None) -> AgeBand:
    """Return the band of an age in whole years; of none, or of an age before birth, the unknown one."""
    return AgeBand.UNKNOWN if years is None else _known(years)


def _known(years: int) -> AgeBand:
    return next((band for least, band in _FROM_AGE.items() if years >= least), AgeBand.UNKNOWN)


def age_band(birth: date | int | None, on: date) -> AgeBand:
    """Return the band of who was born on a day, or in a year, on the day of a visit."""
    return band_of(years_at(birth, on))


def years_at(birth: date | int | None, on: date) -> int | None:
    """Return how many years are complete on a day, or will be that year; negative before birth, None for no birth."""
    if birth is None:
        return None
    if isinstance(birth, int):
        return on.year - birth
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
