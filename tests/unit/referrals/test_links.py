# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""When a reply link opens: every combination of time, guesses and consent."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from approdo.access.rules import Slice
from approdo.referrals.rules import LASTS, TRIES, Door, Link, readable

MADE = datetime(2026, 11, 28, tzinfo=UTC)
HEALTH, RISK = frozenset({Slice.HEALTH}), frozenset({Slice.RISK})
MOMENTS = (timedelta(0), LASTS - timedelta(seconds=1), LASTS, LASTS * 2)
CONSENTS = ((frozenset(), frozenset()), (HEALTH, HEALTH), (HEALTH | RISK, RISK), (HEALTH, frozenset()), (HEALTH, RISK))


@pytest.mark.parametrize(
    ("after", "wrong", "consent", "right"),
    list(product(MOMENTS, (0, TRIES - 1, TRIES, TRIES + 1), CONSENTS, (True, False))),
)
def test_it_opens_to_the_right_code_in_time_while_what_it_rested_on_holds(
    after: timedelta, wrong: int, consent: tuple[frozenset[Slice], frozenset[Slice]], right: bool
) -> None:
    then, now = consent
    link = Link(MADE + LASTS, wrong, then)
    alive = after < timedelta(days=8) and wrong < 5 and (not then or bool(then & now))
    assert link.alive(MADE + after, now) is alive
    expected = (Door.OPEN if right else Door.WRONG) if alive else Door.SHUT
    assert link.answers(right, MADE + after, now) is expected


def test_where_she_is_goes_through_no_link_whatever_is_granted() -> None:
    assert Slice.LOCATION not in readable(frozenset(Slice))
    assert readable(HEALTH) == HEALTH
    assert readable(frozenset()) == frozenset()
