# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What comes of the records of a file: codes and sentences, never what a line said."""

from collections.abc import Mapping
from enum import StrEnum

from approdo.kit.words import mark as _


class State(StrEnum):
    """How far an import is."""

    RUNNING = "running"
    FINISHED = "finished"


class Reason(StrEnum):
    """Why a line did not go in."""

    BROKEN_QUOTE = "broken_quote"
    WRONG_WIDTH = "wrong_width"
    LINE_TOO_LONG = "line_too_long"
    BAD_ENCODING = "bad_encoding"
    NUL_BYTES = "nul_bytes"
    FORMULA = "formula"
    CELL = "cell"
    MISSING = "missing"
    BAD_DATE = "bad_date"
    IN_THE_FUTURE = "in_the_future"
    BEFORE_BIRTH = "before_birth"
    UNKNOWN_CODE = "unknown_code"
    TWO_PEOPLE = "two_people"
    VISIT_TWICE = "visit_twice"
    OTHER_SITE = "other_site"
    NOT_FHIR = "not_fhir"
    NO_SUCH_RESOURCE = "no_such_resource"


class Aside(StrEnum):
    """Why a record is left out though nothing is wrong with it."""

    A_MAN = "a_man"
    NOT_EMERGENCY = "not_emergency"
    TOO_OLD = "too_old"


COUNTS = ("new", "replaced", "unchanged", "rejected", *(aside.value for aside in Aside))
"""What can come of a record: each is counted by exactly one."""
ASIDES: Mapping[Aside, str] = {
    Aside.A_MAN: _("accessi di uomini"),
    Aside.NOT_EMERGENCY: _("contatti che non sono accessi al pronto soccorso"),
    Aside.TOO_OLD: _("accessi più vecchi del tempo per cui si conservano"),
}
SENTENCES: Mapping[Reason, str] = {
    Reason.BROKEN_QUOTE: _("Una virgoletta è aperta e mai chiusa: si perde solo questa riga."),
    Reason.WRONG_WIDTH: _("La riga ha più o meno celle della prima riga."),
    Reason.LINE_TOO_LONG: _("La riga è troppo lunga per essere un accesso."),
    Reason.BAD_ENCODING: _("Alcune lettere della riga non si leggono con la codifica del resto del file."),
    Reason.NUL_BYTES: _("Nella riga ci sono byte nulli: il file è guasto in questo punto."),
    Reason.FORMULA: _("Nella cella c'è una formula: serve il valore scritto."),
    Reason.CELL: _("Una cella non si legge come dice la mappatura."),
    Reason.MISSING: _("Manca un dato senza il quale l'accesso non si può tenere."),
    Reason.BAD_DATE: _("La data o l'ora non si leggono, o non esistono nel calendario."),
    Reason.IN_THE_FUTURE: _("La data è nel futuro."),
    Reason.BEFORE_BIRTH: _("L'accesso è prima della nascita."),
    Reason.UNKNOWN_CODE: _("Il codice non ha la forma della classificazione indicata."),
    Reason.TWO_PEOPLE: _("Lo stesso identificativo è di due persone: sesso o anno di nascita non concordano."),
    Reason.VISIT_TWICE: _("Lo stesso accesso c'è già in una riga di prima, con un altro contenuto."),
    Reason.OTHER_SITE: _("L'accesso è di un altro presidio: si importa un presidio alla volta."),
    Reason.NOT_FHIR: _("La risorsa non è una risorsa FHIR R4 valida."),
    Reason.NO_SUCH_RESOURCE: _("La risorsa si riferisce a un'altra che nel file non c'è."),
}
