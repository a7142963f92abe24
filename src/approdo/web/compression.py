# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages travel compressed, unless another site asked for them (ADR 0010)."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

_HER_OWN = {"same-origin", "none"}  # one of our pages asked, or she typed the address: no other site chose the words


class Compression(GZipMiddleware):
    """Compress what she asked for herself; what another site asked for in her name must not tell it a length."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Leave alone what is streamed, what another site asked for, and what comes without saying who asked."""
        if response.streaming or request.headers.get("Sec-Fetch-Site") not in _HER_OWN:
            return response
        return super().process_response(request, response)
