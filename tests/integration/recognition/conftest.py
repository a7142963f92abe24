# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One of everything that a page can be about, for tests that open them all."""

from tests.architecture.test_urls import prepared

__all__ = ["prepared"]
