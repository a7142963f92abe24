# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The groups for which rates are told apart."""

from datetime import date

import pytest

from approdo.recognition.rules import AgeBand, age_band

ON = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("birth", "band"),
    [
        (date(2008, 11, 24), AgeBand.FROM_18),
        (date(2008, 11, 25), AgeBand.UNDER_18),
        (1996, AgeBand.FROM_30),
        (1997, AgeBand.FROM_18),
        (1962, AgeBand.FROM_45),
        (1961, AgeBand.FROM_65),
        (2026, AgeBand.UNDER_18),
        (2027, AgeBand.UNKNOWN),
        (date(2026, 11, 25), AgeBand.UNKNOWN),
        (None, AgeBand.UNKNOWN),
    ],
)
def test_an_age_at_the_visit_falls_into_one_band(birth: date | int | None, band: AgeBand) -> None:
    assert age_band(birth, ON) is band
