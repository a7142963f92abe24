# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from approdo.tasks.services.acting import act
from approdo.tasks.services.clocking import Ticked, advance
from approdo.tasks.services.phases import begin, follow_lead, leave
from approdo.tasks.services.reviewing import assessed, set_review

__all__ = ["Ticked", "act", "advance", "assessed", "begin", "follow_lead", "leave", "set_review"]
