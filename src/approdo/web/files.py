# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a file leaves: it runs nothing, loads nothing, and stays in no cache and on no disk on the way."""

from django.http import StreamingHttpResponse

SHUT_IN = "sandbox; default-src 'none'"


def streamed(content: bytes, content_type: str, disposition: str, policy: str = SHUT_IN) -> StreamingHttpResponse:
    """Return a file that no compression looks into, and that no proxy lays on a disk."""
    headers = {
        "Content-Length": str(len(content)),
        "Content-Disposition": disposition,
        "Content-Security-Policy": policy,
        "X-Accel-Buffering": "no",
    }
    return StreamingHttpResponse([content], content_type=content_type, headers=headers)
