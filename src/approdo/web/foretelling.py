# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The question before a change that would leave a call unheard: what was sent comes back with what would open."""

from collections.abc import Callable, Collection

from approdo.usecases import coverage
from approdo.usecases.coverage import Foretold
from approdo.web.guards import Asked


def unless_told(
    request: Asked, service_ids: Collection[int], act: Callable[[], object], *, removes: bool = True
) -> Foretold:
    """Do what was sent, unless it would bring what she has not been told; return what that is."""
    sure = request.POST.get("even_so") == "1"
    return coverage.unless_foretold(service_ids, act, request.now, sure=sure, removes=removes)


def asking(request: Asked, found: Foretold) -> dict[str, object]:
    """Return what a page needs to ask: what would be, and everything that was sent, each value of each field."""
    return {"foretold": found, "carried": carried(request) if found else []}


def carried(request: Asked, *but: str) -> list[tuple[str, str]]:
    """Return everything that was sent, each value of each field, but for some fields, so that it can be sent again."""
    left_out = {"csrfmiddlewaretoken", *but}
    return [(name, value) for name, values in request.POST.lists() for value in values if name not in left_out]
