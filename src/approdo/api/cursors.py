# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a list goes on: opaque and signed, so that no caller learns to build one."""

from datetime import datetime
from uuid import UUID

from django.core.signing import BadSignature, Signer

from approdo.api.problems import Fault, Faulty
from approdo.api.wording import BAD_CURSOR

_signer = Signer(salt="approdo.api.cursor", sep=".")


def write(at: datetime, identifier: UUID) -> str:
    """Return the cursor that follows the row of this instant and identifier."""
    return _signer.sign_object([at.isoformat(), identifier.hex])


def read(cursor: str | None) -> tuple[datetime, UUID] | None:
    """Return the row a cursor follows, None without one; raises ``Faulty`` for one we did not sign."""
    if cursor is None:
        return None
    try:
        at, identifier = _signer.unsign_object(cursor)
    except BadSignature as error:
        raise Faulty(Fault("query", "/cursor", BAD_CURSOR)) from error
    return datetime.fromisoformat(at), UUID(identifier)
