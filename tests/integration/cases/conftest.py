# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A town."""

import pytest
from tests.factories.activations import Town, a_town


@pytest.fixture
def town() -> Town:
    return a_town()
