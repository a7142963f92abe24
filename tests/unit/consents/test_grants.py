# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A grant in time, and what a service's grants and masks say together."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approdo.access.rules import Slice
from approdo.consents.rules import (
    TRANSITIONS,
    Basis,
    ConsentState,
    GrantAct,
    GrantState,
    Held,
    consent_states,
    default_end,
    grant_state,
    hidden,
    latest_end,
    strictest,
)
from approdo.networks.rules import ROME

SECOND = timedelta(seconds=1)
MICROSECOND = timedelta(microseconds=1)
NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)
SPRING = datetime(2027, 3, 28, 1, tzinfo=UTC)
"""At this instant Rome's clocks go from two to three."""
AUTUMN = datetime(2026, 10, 25, 1, tzinfo=UTC)
"""At this instant Rome's clocks go from three back to two."""
instants = st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2035, 1, 1), timezones=st.just(UTC))
stretches = st.timedeltas(min_value=MICROSECOND, max_value=timedelta(days=730))


def state(at: datetime, *, begins: datetime, until: datetime, revoked_at: datetime | None = None) -> GrantState:
    """How a grant stands."""
    return grant_state(valid_from=begins, until=until, revoked_at=revoked_at, at=at)


@pytest.mark.parametrize("change", [NOON, SPRING, AUTUMN])
@pytest.mark.parametrize("minutes", [-30, 0, 30])
@pytest.mark.parametrize("clock", [UTC, ROME])
def test_it_is_live_until_the_second_before_it_ends_whatever_the_clocks_on_the_wall_do(change, minutes, clock):
    expiry = (change + timedelta(minutes=minutes)).astimezone(clock)
    begins = expiry - timedelta(days=90)
    seen = {
        offset: state((expiry.astimezone(UTC) + offset).astimezone(clock), begins=begins, until=expiry)
        for offset in (-SECOND, -MICROSECOND, 0 * SECOND, SECOND)
    }
    assert list(seen.values()) == [GrantState.LIVE, GrantState.LIVE, GrantState.EXPIRED, GrantState.EXPIRED]


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        (-SECOND, GrantState.FUTURE),
        (-MICROSECOND, GrantState.FUTURE),
        (0 * SECOND, GrantState.LIVE),
        (SECOND, GrantState.LIVE),
    ],
)
def test_it_is_live_from_its_first_instant(offset, expected):
    assert state(NOON + offset, begins=NOON, until=NOON + timedelta(days=1)) is expected


@given(begins=instants, lasts=stretches, at=instants, revoked_at=st.none() | instants)
def test_revoked_is_revoked_at_whatever_instant_and_nothing_else_depends_on_it(begins, lasts, at, revoked_at):
    found = state(at, begins=begins, until=begins + lasts, revoked_at=revoked_at)
    assert (found is GrantState.REVOKED) is (revoked_at is not None)
    if revoked_at is None:
        assert (found is GrantState.LIVE) is (begins <= at < begins + lasts)
        assert (found is GrantState.FUTURE) is (at < begins)


@given(begins=instants, lasts=stretches, first=instants, second=instants)
def test_time_only_carries_it_forward(begins, lasts, first, second):
    order = [GrantState.FUTURE, GrantState.LIVE, GrantState.EXPIRED]
    earlier, later = sorted((first, second))
    places = [order.index(state(at, begins=begins, until=begins + lasts)) for at in (earlier, later)]
    assert places == sorted(places)


WHAT_AN_ACT_DOES = {
    (GrantState.FUTURE, GrantAct.RENEW): None,
    (GrantState.FUTURE, GrantAct.REVOKE): GrantState.REVOKED,
    (GrantState.LIVE, GrantAct.RENEW): GrantState.LIVE,
    (GrantState.LIVE, GrantAct.REVOKE): GrantState.REVOKED,
    (GrantState.EXPIRED, GrantAct.RENEW): GrantState.LIVE,
    (GrantState.EXPIRED, GrantAct.REVOKE): GrantState.REVOKED,
    (GrantState.REVOKED, GrantAct.RENEW): None,
    (GrantState.REVOKED, GrantAct.REVOKE): GrantState.REVOKED,
}


@pytest.mark.parametrize(("source", "act"), [*product(GrantState, GrantAct)])
def test_every_act_in_every_state_does_this(source, act):
    assert TRANSITIONS.get((source, act)) is WHAT_AN_ACT_DOES[source, act]


def test_what_was_revoked_is_left_by_nothing():
    assert {target for (source, _act), target in TRANSITIONS.items() if source is GrantState.REVOKED} == {
        GrantState.REVOKED
    }


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        (datetime(2026, 11, 24, 12, tzinfo=ROME), datetime(2027, 2, 22, 12, tzinfo=ROME)),
        (datetime(2027, 2, 1, 12, tzinfo=ROME), datetime(2027, 5, 2, 12, tzinfo=ROME)),  # over the spring change
        (datetime(2026, 9, 1, 12, tzinfo=ROME), datetime(2026, 11, 30, 12, tzinfo=ROME)),  # over the autumn change
    ],
)
def test_the_usual_end_is_ninety_days_later_at_the_same_hour_of_rome(begins, ends):
    assert default_end(begins.astimezone(UTC)) == ends


@pytest.mark.parametrize(
    ("begins", "last"),
    [
        (datetime(2026, 11, 24, 12, tzinfo=ROME), datetime(2028, 11, 24, 12, tzinfo=ROME)),
        (datetime(2028, 2, 29, 12, tzinfo=ROME), datetime(2030, 2, 28, 12, tzinfo=ROME)),
        (datetime(2027, 10, 30, 12, tzinfo=ROME), datetime(2029, 10, 30, 12, tzinfo=ROME)),  # 731 days and an hour
    ],
)
def test_the_longest_is_two_years_on_the_calendar(begins, last):
    assert latest_end(begins.astimezone(UTC)) == last


@given(begins=instants)
def test_the_net_of_the_database_holds_every_period_the_rule_allows(begins):
    assert begins + timedelta(days=729) < latest_end(begins) <= begins + timedelta(days=732)


def held(*slices: Slice, basis=Basis.CONSENT, begins=-1, until=1, revoked=False) -> Held:
    """A grant from so many days before noon to so many after."""
    days = timedelta(days=1)
    return Held(frozenset(slices), basis, NOON + begins * days, NOON + until * days, NOON if revoked else None)


@pytest.mark.parametrize(
    ("grants", "expected"),
    [
        ([], ConsentState.NONE),
        ([held(Slice.RISK)], ConsentState.GIVEN),
        ([held(Slice.HEALTH)], ConsentState.NONE),
        ([held(Slice.RISK, begins=1, until=2)], ConsentState.NONE),
        ([held(Slice.RISK, until=0)], ConsentState.EXPIRED),
        ([held(Slice.RISK, revoked=True)], ConsentState.REVOKED),
        ([held(Slice.RISK, basis=Basis.LEGAL)], ConsentState.LEGAL),
        ([held(Slice.RISK, basis=Basis.LEGAL, until=0)], ConsentState.EXPIRED),
        ([held(Slice.RISK, basis=Basis.LEGAL, revoked=True)], ConsentState.EXPIRED),  # she did not say no
        ([held(Slice.RISK, until=0), held(Slice.RISK, revoked=True)], ConsentState.REVOKED),
        ([held(Slice.RISK, revoked=True), held(Slice.RISK)], ConsentState.GIVEN),
        ([held(Slice.RISK, revoked=True), held(Slice.RISK, basis=Basis.LEGAL)], ConsentState.LEGAL),
        ([held(Slice.RISK, basis=Basis.LEGAL), held(Slice.RISK)], ConsentState.GIVEN),
    ],
)
def test_of_several_grants_what_is_live_counts_before_what_has_ended(grants, expected):
    for order in (grants, grants[::-1]):
        assert consent_states(order, (), NOON)[Slice.RISK] is expected


@given(
    grants=st.lists(
        st.builds(
            held,
            st.sampled_from(Slice),
            basis=st.sampled_from(Basis),
            begins=st.integers(-5, 5),
            until=st.integers(6, 9),
            revoked=st.booleans(),
        )
    ),
    masked=st.frozensets(st.sampled_from(Slice)),
)
def test_a_mask_beats_every_grant_and_the_place_hides_the_children(grants, masked):
    found = consent_states(grants, masked, NOON)
    assert set(found) == set(Slice)
    covered = masked | ({Slice.CHILDREN} if Slice.LOCATION in masked else set())
    assert {one for one, how in found.items() if how is ConsentState.MASKED} == covered == hidden(masked)
    assert strictest(Slice.CHILDREN, found) is found[Slice.CHILDREN]


def test_a_child_is_hidden_where_her_place_is_even_if_only_the_place_was_masked():
    consents = {Slice.CHILDREN: ConsentState.GIVEN, Slice.LOCATION: ConsentState.MASKED}
    assert strictest(Slice.CHILDREN, consents) is ConsentState.MASKED
    assert strictest(Slice.RISK, consents) is ConsentState.NONE
    assert hidden({Slice.CHILDREN}) == {Slice.CHILDREN}, "the other way round the place stays as it is"
