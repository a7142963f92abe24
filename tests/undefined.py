# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A variable that a page's template names and nobody gives is a mistake, not an empty string."""

import sys

import pytest
from django.template.base import Origin, Variable

_OUR_PAGES = "approdo/web/templates/"
_COMPONENTS = "/cotton/"  # their attributes are optional: an absent one is empty by design


class Undefined(str):
    """What Django writes for an undefined variable: on our own pages, a failed test."""

    def __contains__(self, key: object) -> bool:
        return key == "%s"

    def __mod__(self, variable: object) -> str:
        origin = self._origin()
        if _OUR_PAGES in origin and _COMPONENTS not in origin:
            pytest.fail(f"{origin} names {variable!s}, which nobody gives")
        return ""

    @staticmethod
    def _origin() -> str:
        """Name of the template being rendered, found on the stack of calls."""
        frame = sys._getframe(2)
        while frame is not None:
            template = frame.f_locals.get("self")
            origin = getattr(template, "origin", None)
            if isinstance(origin, Origin) and not isinstance(template, Variable):
                return str(origin.name)
            frame = frame.f_back  # type: ignore[assignment]
        return ""
