# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Refusals: what the domain says no with, in words a person can act on."""

from collections.abc import Mapping

from approdo.kit.words import mark as _


class Refusal(Exception):
    """A request that is refused, with a code for programs and a sentence for people.

    ``sentence`` is Italian and untranslated (the doors translate it); it never holds a personal datum.
    """

    status = 400
    code = "refused"
    sentence: str = _("Richiesta non valida.")

    def __init__(self, sentence: str | None = None, *, code: str | None = None) -> None:
        self.sentence = sentence if sentence is not None else type(self).sentence
        self.code = code or type(self).code
        super().__init__(self.code)


class NotFound(Refusal):
    """What is absent and what is hidden answer alike."""

    status = 404
    code = "not_found"
    sentence = _("Qui non c'è niente, oppure non è per te.")


class Conflict(Refusal):
    """The state moved on, or the same key carries another content."""

    status = 409
    code = "conflict"
    sentence = _("Nel frattempo qualcosa è cambiato: ricarica la pagina.")


class KeyReused(Conflict):
    """An idempotency key that stands for another request, or for one that is not there for whoever sends it."""

    code = "key_reused"
    sentence = _("Questa richiesta è già stata inviata con altri dati. Ricarica la pagina.")


class Invalid(Refusal):
    """Bad input: one sentence per field (``""`` is the whole form)."""

    status = 422
    code = "invalid"
    sentence = _("Controlla i campi segnalati.")

    def __init__(self, problems: Mapping[str, str], *, code: str | None = None) -> None:
        self.problems = dict(problems)
        super().__init__(code=code)
