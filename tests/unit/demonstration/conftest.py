# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from datetime import date

import pytest
from tests.factories.places import places

from approdo.cli.demonstration.planning import plan_region
from approdo.cli.demonstration.region import Region

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="session")
def region() -> Region:
    """The plan that `approdo demo` loads on 24 November 2026."""
    return plan_region(seed=1, today=TODAY, places=places().values())
