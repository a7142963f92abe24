# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is wrong with a value, in words: the contract's own errors, one sentence each."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as translated

from approdo.kit.words import mark as _

_SENTENCES = {
    "missing": _("Manca, ed è obbligatorio."),
    "extra_forbidden": _("Campo sconosciuto."),
    "enum": _("Valore non previsto. Valori possibili: {expected}."),
    "string_type": _("Serve un testo."),
    "string_too_short": _("Servono almeno {min_length} caratteri."),
    "string_too_long": _("Sono ammessi al massimo {max_length} caratteri."),
    "string_pattern_mismatch": _("Il formato non è quello previsto."),
    "bool_type": _("Serve true oppure false."),
    "list_type": _("Serve un elenco."),
    "too_short": _("Serve almeno un elemento."),
    "too_long": _("Troppi elementi: al massimo {max_length}."),
    "int_type": _("Serve un numero intero."),
    "int_parsing": _("Serve un numero intero."),
    "int_parsing_size": _("Serve un numero intero più piccolo."),
    "greater_than_equal": _("Il valore minimo è {ge}."),
    "less_than_equal": _("Il valore massimo è {le}."),
    "uuid_type": _("Serve un identificativo UUID."),
    "uuid_parsing": _("Serve un identificativo UUID."),
    "model_type": _("Serve un oggetto JSON."),
    "model_attributes_type": _("Serve un oggetto JSON."),
    "dict_type": _("Serve un oggetto JSON."),
    "not_an_instant": _(
        "Serve un istante RFC 3339 con fuso, per esempio 2026-11-24T22:30:00+01:00 (nell'indirizzo, + si scrive %2B)."
    ),
}
_OTHERWISE = _("Valore non valido.")

UNKNOWN_PARAMETER = _("Parametro sconosciuto.")
REPEATED_PARAMETER = _("Il parametro è ripetuto: indicalo una volta sola.")
BAD_CURSOR = _("Il cursore non è uno dei nostri: riparti dalla prima pagina.")
INSTANT_TOO_FAR = _("L'istante può distare al massimo un anno da adesso.")


def sentence_for(kind: str, context: Mapping[str, Any]) -> str:
    """Return the sentence for one kind of fault; limits and possible values are ours, never the caller's words."""
    return translated(_SENTENCES.get(kind, _OTHERWISE)).format(**context)
