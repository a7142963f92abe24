# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whichever provider the settings name."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from approdo.vault.rules import KeyProvider


@cache
def provider() -> KeyProvider:
    """Return the key provider of this process, as APPRODO_KEY_PROVIDER names it."""
    made: KeyProvider = import_string(settings.KEY_PROVIDER)()
    return made
