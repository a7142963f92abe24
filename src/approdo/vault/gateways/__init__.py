# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from approdo.vault.gateways.chosen import provider
from approdo.vault.gateways.keyring import FileKeyring
from approdo.vault.gateways.token import HardwareToken

__all__ = ["FileKeyring", "HardwareToken", "provider"]
