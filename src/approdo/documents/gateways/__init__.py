# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from approdo.documents.gateways.copying import CopyingBusy, Limits, clean_copy, turn
from approdo.documents.gateways.scanner import scan
from approdo.documents.gateways.store import Store, StoreUnavailable

__all__ = ["CopyingBusy", "Limits", "Store", "StoreUnavailable", "clean_copy", "scan", "turn"]
