# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What cannot be right of a visit, whichever file it is from, and what is not one to keep."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from approdo.recognition.rules import Visit
from approdo.recognition.rules.importing import Aside, Reason
from approdo.recognition.rules.incoming import Incoming, judge

NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
OLDEST = NOW - timedelta(days=1826)
VISIT = Visit("p", "v", "", datetime(2026, 3, 1, 23, 30, tzinfo=UTC))


def judged(birth: date | int | None = None, **changed: datetime) -> Reason | Aside | None:
    return judge(Incoming(2, "p", replace(VISIT, **changed), birth=birth), NOW, OLDEST)


@pytest.mark.parametrize(
    ("arrived_at", "found"),
    [
        (NOW, None),
        (NOW + timedelta(seconds=1), Reason.IN_THE_FUTURE),
        (OLDEST + timedelta(seconds=1), None),
        (OLDEST, Aside.TOO_OLD),
    ],
)
def test_a_visit_is_between_what_is_kept_and_now(arrived_at: datetime, found: Reason | Aside | None) -> None:
    assert judged(arrived_at=arrived_at) is found


@pytest.mark.parametrize(
    ("birth", "found"),
    [
        (None, None),
        (date(2026, 3, 2), None),  # half past midnight in Rome
        (date(2026, 3, 3), Reason.BEFORE_BIRTH),
        (2026, None),
        (2027, Reason.BEFORE_BIRTH),
    ],
)
def test_nobody_comes_before_she_is_born(birth: date | int | None, found: Reason | None) -> None:
    assert judged(birth) is found


def test_of_a_man_nothing_is_kept() -> None:
    assert judge(Incoming(2, "p", None), NOW, OLDEST) is Aside.A_MAN
