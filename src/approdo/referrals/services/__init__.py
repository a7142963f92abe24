# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from approdo.referrals.services.acting import act
from approdo.referrals.services.clocking import Ticked, advance
from approdo.referrals.services.offering import offer

__all__ = ["Ticked", "act", "advance", "offer"]
