# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from approdo.referrals.services._steps import may_write
from approdo.referrals.services.acting import act
from approdo.referrals.services.clocking import Ticked, advance
from approdo.referrals.services.linking import Codes, Found, is_right, link_by, make_link, note_opened, note_wrong
from approdo.referrals.services.offering import offer

__all__ = [
    "Codes",
    "Found",
    "Ticked",
    "act",
    "advance",
    "is_right",
    "link_by",
    "make_link",
    "may_write",
    "note_opened",
    "note_wrong",
    "offer",
]
