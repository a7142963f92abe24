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


def age_band(birth: date | int | None, on: date) -> AgeBand:
    """Return the band of who was born on a day, or in a year, on the day of a visit; of a birth in the future none."""
    if birth is None:
        return AgeBand.UNKNOWN
    if isinstance(birth, int):
        years = on.year - birth
    else:
        years = on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
    return next((band for least, band in _FROM_AGE.items() if years >= least), AgeBand.UNKNOWN)
