# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the record may hold: kinds of entries, each in one slice, each field optional (security.md, P38)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from approdo.access.rules import Slice
from approdo.kit.words import mark as _
from approdo.persons.rules import codes


class Kind(StrEnum):
    """One kind of entry."""

    IDENTITY = "identity"
    CONTACT = "contact"
    PLACE = "place"
    LANGUAGE = "language"
    HEALTH = "health"
    MEASURE = "measure"
    CHILD = "child"
    OFFENDER = "offender"
    EPISODE = "episode"
    NOTE = "note"


class Form(StrEnum):
    """What an answer looks like."""

    LINE = "line"
    TEXT = "text"
    DAY = "day"
    PAST_DAY = "past_day"
    CODE = "code"
    CODES = "codes"
    YES_NO = "yes_no"


class Treatment(StrEnum):
    """What becomes of a field when a case's retention ends, for the register of personal data."""

    ERASED = "erased"
    """With the case's key: nobody reads it again, backups included (P11)."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that may be written, or may be declined («preferisce non rispondere»)."""

    name: str
    label: str
    form: Form = Form.LINE
    choices: Callable[[], Mapping[str, str]] | None = None
    treatment: Treatment = Treatment.ERASED


@dataclass(frozen=True, slots=True)
class Shape:
    """What an entry of one kind holds, and in which slice; ``single`` kinds have at most one entry in a case."""

    slice: Slice
    label: str
    fields: tuple[Field, ...]
    single: bool = False

    def field(self, name: str) -> Field | None:
        """Return the field of this name, if there is one."""
        return next((field for field in self.fields if field.name == name), None)


def _of(choices: Mapping[str, str]) -> Callable[[], Mapping[str, str]]:
    return lambda: choices


SHAPES: dict[Kind, Shape] = {
    Kind.IDENTITY: Shape(
        Slice.IDENTITY,
        _("Chi è"),
        (
            Field("given_name", _("Nome")),
            Field("family_name", _("Cognome")),
            Field("birth_date", _("Data di nascita"), Form.PAST_DAY),
            Field("citizenship", _("Cittadinanza")),
            Field("residence_permit", _("Permesso di soggiorno")),
            Field("tax_code", _("Codice fiscale, solo se serve a lei")),
        ),
        single=True,
    ),
    Kind.CONTACT: Shape(
        Slice.CONTACTS,
        _("Modo sicuro per raggiungerla"),
        (
            Field("channel", _("Come"), Form.CODE, _of(codes.CHANNELS)),
            Field("address", _("Numero o indirizzo")),
            Field("hours", _("In quali ore")),
            Field("never", _("Che cosa non fare mai"), Form.CODES, _of(codes.NEVER)),
            Field("check_word", _("Parola d'ordine concordata")),
        ),
    ),
    Kind.PLACE: Shape(
        Slice.LOCATION,
        _("Luogo"),
        (
            Field("what", _("Che luogo è"), Form.CODE, _of(codes.PLACES)),
            Field("address", _("Indirizzo")),
            Field("he_knows", _("L'autore segnalato lo conosce"), Form.YES_NO),
        ),
    ),
    Kind.LANGUAGE: Shape(
        Slice.CONTACTS,
        _("Lingue"),
        (
            Field("speaks", _("Lingue che parla"), Form.CODES, _of(codes.LANGUAGES)),
            Field("interpreter", _("Serve un'interprete"), Form.YES_NO),
        ),
        single=True,
    ),
    Kind.HEALTH: Shape(
        Slice.HEALTH,
        _("Salute"),
        (
            Field("pregnant", _("È incinta"), Form.YES_NO),
            Field("disability", _("Disabilità")),
            Field("needs", _("Cure di cui ha bisogno"), Form.TEXT),
        ),
    ),
    Kind.MEASURE: Shape(
        Slice.LEGAL,
        _("Misura o atto"),
        (
            Field("what", _("Quale"), Form.CODE, _of(codes.MEASURES)),
            Field("since", _("Dal"), Form.DAY),
            Field("until", _("Fino al"), Form.DAY),
            Field("reference", _("Riferimento dell'atto")),
        ),
    ),
    Kind.CHILD: Shape(
        Slice.CHILDREN,
        _("Figlia o figlio"),
        (
            Field("given_name", _("Nome")),
            Field("birth_date", _("Data di nascita"), Form.PAST_DAY),
            Field("lives", _("Con chi vive"), Form.CODE, _of(codes.LIVING_WITH)),
            Field("saw", _("Ha visto o sentito la violenza"), Form.YES_NO),
            Field("school", _("Scuola")),
        ),
    ),
    Kind.OFFENDER: Shape(
        Slice.RISK,
        _("Autore segnalato"),
        (
            Field("name", _("Nome, se lo dice")),
            Field("relation", _("Che cosa è per lei"), Form.CODE, codes.relations),
            Field("weapons", _("Ha o può avere armi"), Form.YES_NO),
            Field("works_in_network", _("Lavora in un servizio della rete"), Form.YES_NO),
            Field("where", _("Dove vive o lavora")),
        ),
    ),
    Kind.EPISODE: Shape(
        Slice.RISK,
        _("Episodio di violenza"),
        (
            Field("day", _("Quando"), Form.PAST_DAY),
            Field("types", _("Di che tipo (legge 53/2022)"), Form.CODES, codes.violence_types),
            Field("relation", _("Chi è stato, per lei"), Form.CODE, codes.relations),
            Field("children_present", _("C'erano minori"), Form.YES_NO),
            Field("stalking", _("Con atti persecutori"), Form.YES_NO),
            Field("account", _("Come lo racconta"), Form.TEXT),
        ),
    ),
    Kind.NOTE: Shape(Slice.CHRONOLOGY, _("Nota del servizio"), (Field("text", _("Nota"), Form.TEXT),)),
}
"""Every kind. A note is private to the service that wrote it, whatever its slice (design.md, Private notes)."""

KIND_LABELS: dict[Kind, str] = {kind: shape.label for kind, shape in SHAPES.items()}

PRIVATE = frozenset({Kind.NOTE})
"""Kinds that no other service ever sees, and no grant shares."""
