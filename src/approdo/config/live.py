# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Live events: the ASGI entry point granian serves."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "approdo.config.settings")
django.setup()

from approdo.web.live.application import Live  # noqa: E402 (needs the settings)

# a thread that asks the database lets the loop that serves the streams go on after half a millisecond, not five
sys.setswitchinterval(0.0005)

application = Live()
