# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The live process with sessions looked at and beats sent often, for tests that wait for them."""

from approdo.config.live import application
from approdo.web.live import application as door
from approdo.web.live import hub

door.CONFIRM_SECONDS = 0.5
hub.BEAT_SECONDS = 2.0
__all__ = ["application"]
