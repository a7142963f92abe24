# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How often somebody may try how she is reached, and that a test asks nothing of her."""

from datetime import UTC, datetime, timedelta

import pytest

from approdo.networks.rules import Channel
from approdo.notifications.rules import TEXTS, Template, next_trial_at

NOW = datetime(2026, 11, 24, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes_ago", "wait"),
    [
        ([], None),
        ([0], None),
        ([1, 5], None),
        ([1, 5, 9], 1),
        ([9, 1, 5], 1),
        ([0, 0, 0], 10),
        ([1, 5, 10], None),
        ([1, 5, 11, 12, 13], None),
        ([1, 2, 3, 4], 7),
    ],
)
def test_three_times_in_ten_minutes_and_then_when_the_third_last_is_ten_minutes_old(
    minutes_ago: list[int], wait: int | None
) -> None:
    pressed = [NOW - timedelta(minutes=ago) for ago in minutes_ago]
    assert next_trial_at(pressed, NOW) == (None if wait is None else NOW + timedelta(minutes=wait))


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("channel", Channel)
def test_a_test_says_that_it_is_one_and_gives_nothing_to_open_or_to_answer(channel: Channel, language: str) -> None:
    text = TEXTS[Template.TRIAL][language][channel]
    assert text.body.startswith({"it": "Questa è una prova.", "en": "This is a test."}[language])
    assert not any(character.isdigit() or character in "{/" for character in text.subject + text.body)
