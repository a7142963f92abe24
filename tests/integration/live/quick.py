# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The live process with a session checked every second instead of every fifteen, for tests that wait for it."""

from approdo.config.live import application
from approdo.web.live import application as door

door.CONFIRM_SECONDS = 0.5
__all__ = ["application"]
