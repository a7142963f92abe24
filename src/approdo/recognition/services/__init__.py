# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from approdo.recognition.services.prompting import Arrival, answer, read_visit
from approdo.recognition.services.sites import set_mode
from approdo.recognition.services.visits import Kept, TwoPeople, Written, keep, keep_all

__all__ = ["Arrival", "Kept", "TwoPeople", "Written", "answer", "keep", "keep_all", "read_visit", "set_mode"]
