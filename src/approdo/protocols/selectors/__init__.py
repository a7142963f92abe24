# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every read of protocols: what is in force, what was published, and what publishing a text would mean."""

from approdo.protocols.selectors.drafts import DraftLine, DraftPage, draft, drafts, drafts_waiting, proposer
from approdo.protocols.selectors.rehearsal import rehearse, rehearse_document
from approdo.protocols.selectors.versions import (
    InForce,
    NetworkView,
    ProtocolView,
    Reign,
    VersionText,
    VersionView,
    difference,
    in_force,
    my_networks,
    own_network,
    protocol,
    protocols,
    protocols_of_network,
    reigns,
    shipped,
    source,
    version,
)

__all__ = [
    "DraftLine",
    "DraftPage",
    "InForce",
    "NetworkView",
    "ProtocolView",
    "Reign",
    "VersionText",
    "VersionView",
    "difference",
    "draft",
    "drafts",
    "drafts_waiting",
    "in_force",
    "my_networks",
    "own_network",
    "proposer",
    "protocol",
    "protocols",
    "protocols_of_network",
    "rehearse",
    "rehearse_document",
    "reigns",
    "shipped",
    "source",
    "version",
]
