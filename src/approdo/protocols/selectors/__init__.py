# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every read of protocols: what is in force, what was published, and what publishing a text would mean."""

from approdo.protocols.selectors.rehearsal import rehearse
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
    "InForce",
    "NetworkView",
    "ProtocolView",
    "Reign",
    "VersionText",
    "VersionView",
    "difference",
    "in_force",
    "my_networks",
    "own_network",
    "protocol",
    "protocols",
    "protocols_of_network",
    "rehearse",
    "reigns",
    "shipped",
    "source",
    "version",
]
