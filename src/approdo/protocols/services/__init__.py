# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every write of protocols: publishing a text, the life of a draft, and what stands on the shelf."""

from approdo.protocols.services.commanding import NeedsAnother, publish
from approdo.protocols.services.drafting import (
    Unshowable,
    adopt,
    approve,
    load_draft,
    open_draft,
    propose,
    save_draft,
    send_back,
    take_back,
    withdraw,
)
from approdo.protocols.services.publishing import NotPublishable, Published, addressed
from approdo.protocols.services.shelving import (
    Brought,
    Which,
    approve_edition,
    bring,
    give_up_edition,
    open_glossary,
    propose_edition,
    save_glossary,
    send_back_edition,
    shelve,
    take_back_edition,
    withdraw_item,
)
from approdo.protocols.services.two_people import Overtaken
from approdo.protocols.services.withdrawing import LeavesNone, ask_withdrawal, leave_version, withdraw_version

__all__ = [
    "Brought",
    "LeavesNone",
    "NeedsAnother",
    "NotPublishable",
    "Overtaken",
    "Published",
    "Unshowable",
    "Which",
    "addressed",
    "adopt",
    "approve",
    "approve_edition",
    "ask_withdrawal",
    "bring",
    "give_up_edition",
    "leave_version",
    "load_draft",
    "open_draft",
    "open_glossary",
    "propose",
    "propose_edition",
    "publish",
    "save_draft",
    "save_glossary",
    "send_back",
    "send_back_edition",
    "shelve",
    "take_back",
    "take_back_edition",
    "withdraw",
    "withdraw_item",
    "withdraw_version",
]
