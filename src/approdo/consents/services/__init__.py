# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from approdo.consents.services._permission import Blocked
from approdo.consents.services.breaking import break_glass, end_break_glass, notice_sent, remind, review
from approdo.consents.services.sharing import grant, not_shared, renew, revoke, revoke_all, share_by_law
from approdo.consents.services.walls import attempt_told, block, mask, note_attempt, unblock, unmask

__all__ = [
    "Blocked",
    "attempt_told",
    "block",
    "break_glass",
    "end_break_glass",
    "grant",
    "mask",
    "not_shared",
    "note_attempt",
    "notice_sent",
    "remind",
    "renew",
    "review",
    "revoke",
    "revoke_all",
    "share_by_law",
    "unblock",
    "unmask",
]
