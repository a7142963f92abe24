# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from datetime import datetime

from approdo.audit.models import Heartbeat


def heartbeats() -> dict[str, datetime]:
    """Return when each process was last seen alive."""
    return dict(Heartbeat.objects.values_list("name", "beaten_at"))
