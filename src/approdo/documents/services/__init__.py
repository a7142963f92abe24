# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from approdo.documents.services.checking import ScannerSilent, handed_on, looked_through
from approdo.documents.services.keeping import Opened, add, note_refusal, put_back, read_copy, read_original, remove
from approdo.documents.services.sweeping import destroy_orphans, destroy_removed, scan_waiting

__all__ = [
    "Opened",
    "ScannerSilent",
    "add",
    "destroy_orphans",
    "destroy_removed",
    "handed_on",
    "looked_through",
    "note_refusal",
    "put_back",
    "read_copy",
    "read_original",
    "remove",
    "scan_waiting",
]
