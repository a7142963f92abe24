# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the link of an alert shows to whoever, or whatever, opens it."""

from datetime import timedelta

import pytest
from tests.factories.activations import TONIGHT, a_town, an_activation

from approdo.activations.models import Alert
from approdo.activations.rules.states import CallState
from approdo.activations.selectors import invitation_by_code
from approdo.kit.errors import NotFound
from approdo.notifications.models import Message
from approdo.protocols.rules import Need

pytestmark = pytest.mark.django_db
LIFETIME = timedelta(hours=12)


def test_a_link_shows_as_long_as_it_lives_and_notes_nothing() -> None:
    made = an_activation(a_town(), Need.TALK_NOW)
    alert = Alert.objects.get(call__activation=made.id, call__key="centre")
    code = Message.objects.exclude(code="").filter(reference=alert.pk)[0].code
    assert invitation_by_code(code, TONIGHT + LIFETIME - timedelta(seconds=1)).state is CallState.CALLING
    for wrong, at in [(code, TONIGHT + LIFETIME), ("nonsense", TONIGHT), ("", TONIGHT)]:
        with pytest.raises(NotFound) as refused:
            invitation_by_code(wrong, at)
        assert refused.value.code == "not_found"
    alert.refresh_from_db()
    assert alert.seen_at is None
