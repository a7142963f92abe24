# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One press of a form keeps one thing, however often it arrives: the key of a page says which press it was."""

import json
from uuid import UUID, uuid4, uuid5

from approdo.kit.errors import Conflict
from approdo.kit.words import mark as _


class KeptAlready(Conflict):
    """The same press with the same content has arrived before; ``id`` is what it kept."""

    code = "kept_already"
    sentence = _("È già scritto: una pressione sola ha contato.")

    def __init__(self, identifier: UUID) -> None:
        super().__init__()
        self.id = identifier


def identifier(scope: UUID, key: str, *said: object) -> UUID:
    """Return the identifier of what a press keeps in a scope: the same key with the same content makes the same one.

    Who wrote it belongs to what is said. Other content is another thing, whatever the key. Without a key (a program,
    not a page) it is a new one each time. The key is long and random, so that the identifier tells nothing of the rest.
    """
    return uuid5(scope, json.dumps([key, *said], sort_keys=True, default=str)) if key else uuid4()
