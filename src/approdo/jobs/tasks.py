# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where procrastinate looks for jobs when Django starts: each module registers its own under fixed names."""

from approdo.jobs import notifications

__all__ = ["notifications"]
