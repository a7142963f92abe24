# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from approdo.recognition.services.visits import Kept, TwoPeople, Written, keep, keep_all

__all__ = ["Kept", "TwoPeople", "Written", "keep", "keep_all"]
