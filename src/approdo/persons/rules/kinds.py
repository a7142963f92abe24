# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the record may hold: kinds of entries, each in one slice, each field optional (security.md, P38)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from approdo.access.rules import Slice
from approdo.kit.words import mark as _
from approdo.persons.rules import codes, hospital


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
    RECEPTION = "reception"
    INJURY = "injury"
    EVIDENCE = "evidence"
    EXIT = "exit"
    NOTE = "note"


class Form(StrEnum):
    """What an answer looks like."""

    LINE = "line"
    TEXT = "text"
    DAY = "day"
    PAST_DAY = "past_day"
    MOMENT = "moment"
    """A day and an hour on Rome's clock, as ``2026-11-27T03:20``; not one that has yet to come."""
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
    carried: bool = True
    """Whether writing the entry again begins with what it said; of a step that happened once, it does not."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What an entry of one kind holds, and in which slice.

    ``single`` kinds have at most one entry of a service in a case; ``lasting`` ones are never taken out of the record.
    """

    slice: Slice
    label: str
    fields: tuple[Field, ...]
    single: bool = False
    lasting: bool = False

    def field(self, name: str) -> Field | None:
        """Return the field of this name, if there is one."""
        return next((field for field in self.fields if field.name == name), None)


def _of(choices: Mapping[str, str]) -> Callable[[], Mapping[str, str]]:
    return lambda: choices


def _acts() -> Iterator[Field]:
    """Yield what she said to each act on her body, and when: a yes to one is no yes to another (DPCM 24/11/2017)."""
    for name, asked, when in (
        ("examined", _("Che cosa dice alla visita"), _("Quando lo ha detto, per la visita")),
        ("photographed", _("Che cosa dice alle fotografie"), _("Quando lo ha detto, per le fotografie")),
        ("sampled", _("Che cosa dice ai prelievi"), _("Quando lo ha detto, per i prelievi")),
    ):
        yield Field(name, asked, Form.CODE, _of(hospital.HER_ANSWER))
        yield Field(f"{name}_at", when, Form.MOMENT)


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
    Kind.RECEPTION: Shape(
        Slice.HEALTH,
        _("Accoglienza in pronto soccorso"),
        (
            Field("companion", _("Chi c'è con lei"), Form.CODE, _of(hospital.COMPANIONS)),
            Field("alone", _("È sola adesso"), Form.YES_NO),
            Field("safe_to_talk", _("Qui si può parlare senza che altri sentano"), Form.YES_NO),
            Field("protected_room", _("È in una stanza protetta"), Form.YES_NO),
            Field("children", _("Figlie e figli con lei"), Form.CODE, _of(hospital.CHILDREN)),
            Field("triage", _("Codice di triage"), Form.CODE, _of(hospital.TRIAGE)),
        ),
        single=True,
    ),
    Kind.INJURY: Shape(
        Slice.HEALTH,
        _("Lesione"),
        (
            Field("region", _("Dove"), Form.CODE, _of(hospital.REGIONS)),
            Field("side", _("Da che parte"), Form.CODE, _of(hospital.SIDES)),
            Field("view", _("Davanti o dietro"), Form.CODE, _of(hospital.VIEWS)),
            Field("types", _("Che cosa si vede"), Form.CODES, _of(hospital.INJURIES)),
            Field("size", _("Quanto è grande, in centimetri")),
            Field("look", _("Colore e aspetto, come si vedono")),
            Field("age", _("Da quanto tempo, come dice lei")),
            Field("how", _("Come dice che è successo"), Form.TEXT),
            *_acts(),
        ),
    ),
    Kind.EVIDENCE: Shape(
        Slice.HEALTH,
        _("Reperto"),
        (
            Field("what", _("Che cosa"), Form.CODE, _of(hospital.EVIDENCE)),
            Field("reference", _("Numero del sigillo o del contenitore")),
            Field("agreed", _("Che cosa dice lei alla raccolta"), Form.CODE, _of(hospital.HER_ANSWER)),
            Field("step", _("Che cosa è successo adesso"), Form.CODE, _of(hospital.CUSTODY), carried=False),
            Field("at", _("Quando è successo"), Form.MOMENT, carried=False),
            Field("by", _("Chi l'ha fatto (nome o matricola)"), carried=False),
            Field("kept_where", _("Dove si conserva")),
            Field("to", _("A chi è consegnato (ufficio, nome o matricola)"), carried=False),
            Field("kept_until", _("Si conserva fino al"), Form.DAY),
        ),
        lasting=True,
    ),
    Kind.EXIT: Shape(
        Slice.HEALTH,
        _("Uscita dal pronto soccorso"),
        (
            Field("how", _("Come esce"), Form.CODE, _of(hospital.LEAVING)),
            Field("at", _("Quando è uscita"), Form.MOMENT),
            Field("level", _("Con quale rischio"), Form.CODE, _of(hospital.LEVELS)),
            *(
                Field(f"option_{code}", label, Form.CODE, _of(hospital.HER_ANSWER))
                for code, label in hospital.OPTIONS.items()
            ),
            Field("safe_to_carry", _("Può portare un foglio con sé senza pericolo"), Form.YES_NO),
        ),
        single=True,
    ),
    Kind.NOTE: Shape(Slice.CHRONOLOGY, _("Nota del servizio"), (Field("text", _("Nota"), Form.TEXT),)),
}
"""Every kind. A note is private to the service that wrote it, whatever its slice (design.md, Private notes)."""

KIND_LABELS: dict[Kind, str] = {kind: shape.label for kind, shape in SHAPES.items()}

PRIVATE = frozenset({Kind.NOTE})
"""Kinds that no other service ever sees, and no grant shares."""
