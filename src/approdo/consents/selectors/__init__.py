# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from approdo.consents.selectors.breaking import (
    Breaking,
    ask_unreviewed,
    break_glass_now,
    notices_due,
    reviews_due,
    reviews_for,
)
from approdo.consents.selectors.grants import (
    Expiring,
    GrantLine,
    NotSharedLine,
    consent_states,
    expiring,
    grants_of,
    live_cases,
    live_slices,
    not_shared_of,
)
from approdo.consents.selectors.walls import (
    BlockLine,
    MaskLine,
    blocked,
    blocked_cases,
    blocks_of,
    kept_out,
    masked_entries,
    masks_of,
)

__all__ = [
    "BlockLine",
    "Breaking",
    "Expiring",
    "GrantLine",
    "MaskLine",
    "NotSharedLine",
    "ask_unreviewed",
    "blocked",
    "blocked_cases",
    "blocks_of",
    "break_glass_now",
    "consent_states",
    "expiring",
    "grants_of",
    "kept_out",
    "live_cases",
    "live_slices",
    "masked_entries",
    "masks_of",
    "not_shared_of",
    "notices_due",
    "reviews_due",
    "reviews_for",
]
