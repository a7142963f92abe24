# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every read of this room."""

from approdo.recognition.selectors.tables import table

__all__ = ["table"]
