# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of who signs in, without what the product does when she does: the bare page keeps no register."""

from django.apps import AppConfig


class Operators(AppConfig):
    """The product's table of operators, and nothing else of that room."""

    name = "approdo.accounts"
    label = "accounts"
