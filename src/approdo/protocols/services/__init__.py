# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every write of protocols: publishing a text, and the life of a draft."""

from approdo.protocols.services.drafting import (
    Overtaken,
    Unshowable,
    approve,
    load_draft,
    open_draft,
    propose,
    save_draft,
    send_back,
    take_back,
    withdraw,
)
from approdo.protocols.services.publishing import NotPublishable, Published, addressed, publish

__all__ = [
    "NotPublishable",
    "Overtaken",
    "Published",
    "Unshowable",
    "addressed",
    "approve",
    "load_draft",
    "open_draft",
    "propose",
    "publish",
    "save_draft",
    "send_back",
    "take_back",
    "withdraw",
]
