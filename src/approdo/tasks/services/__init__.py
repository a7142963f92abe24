# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from approdo.tasks.services.acting import act
from approdo.tasks.services.clocking import Ticked, advance
from approdo.tasks.services.phases import begin, follow_lead, leave

__all__ = ["Ticked", "act", "advance", "begin", "follow_lead", "leave"]
