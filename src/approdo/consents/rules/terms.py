# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is typed when she says yes, or when a norm applies, and what is wrong with it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from approdo.access.rules import Slice
from approdo.consents.rules.codes import HowGiven, LegalReason, Norm, Proof, SharingPurpose
from approdo.consents.rules.grants import default_end, latest_end
from approdo.kit.errors import Invalid
from approdo.kit.words import mark as _
from approdo.networks.rules import LANGUAGES

BEGINS_WITHIN = timedelta(days=365)
Code = TypeVar("Code", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Told:
    """How she said yes, as codes: in which language, how, and where the proof is."""

    language: str
    how: str
    proof: str


@dataclass(frozen=True, slots=True)
class Norms:
    """On which norm, as codes: which, why, and who decided."""

    norm: str
    reason: str
    decided_by: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What is to be shared, what for, and for how long: from now and for the usual time when nothing is said."""

    slices: Collection[str]
    purpose: str
    starts_at: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Agreed:
    """Terms that hold."""

    slices: tuple[Slice, ...]
    purpose: SharingPurpose
    valid_from: datetime
    until: datetime


def read_terms(terms: Terms, *, now: datetime, days: int) -> Agreed:
    """Return terms that hold; ``days`` is the usual time. Raises ``Invalid`` with a sentence for every field."""
    problems: dict[str, str] = {}
    if not terms.slices:
        problems["slices"] = _("Scegli almeno una parte da condividere.")
    elif not all(_known(Slice, one) for one in terms.slices):
        problems["slices"] = _("Una delle parti da condividere non esiste: ricarica la pagina e scegli di nuovo.")
    if not _known(SharingPurpose, terms.purpose):
        problems["purpose"] = _("Scegli a che cosa serve, dall'elenco.")
    valid_from, until = _period(terms.starts_at, terms.until, now=now, days=days, problems=problems)
    if problems:
        raise Invalid(problems)
    chosen = frozenset(Slice(one) for one in terms.slices)
    return Agreed(tuple(one for one in Slice if one in chosen), SharingPurpose(terms.purpose), valid_from, until)


def check_told(told: Told) -> None:
    """Raise ``Invalid`` unless language, way and proof of her yes are ones we know."""
    problems: dict[str, str] = {}
    if told.language not in LANGUAGES:
        problems["language"] = _("Scegli dall'elenco la lingua in cui ne avete parlato.")
    if not _known(HowGiven, told.how):
        problems["how"] = _("Scegli dall'elenco come ha detto di sì.")
    if not _known(Proof, told.proof):
        problems["proof"] = _("Scegli dall'elenco dove resta la prova del consenso.")
    if problems:
        raise Invalid(problems)


def check_norms(norms: Norms) -> None:
    """Raise ``Invalid`` unless norm and reason are ones we know."""
    problems: dict[str, str] = {}
    if not _known(Norm, norms.norm):
        problems["norm"] = _("Scegli dall'elenco la norma che lo impone o lo consente.")
    if not _known(LegalReason, norms.reason):
        problems["reason"] = _("Scegli dall'elenco perché la norma vale in questo caso.")
    if problems:
        raise Invalid(problems)


def code_of(codes: type[Code], text: str, field: str) -> Code:
    """Return the code that a text names; raises ``Invalid`` about ``field`` for any other text."""
    if not _known(codes, text):
        raise Invalid({field: _("Scegli una voce dall'elenco.")})
    return codes(text)


def _known(codes: type[StrEnum], text: object) -> bool:
    return isinstance(text, str) and text in codes._value2member_map_


def _in_utc(instant: datetime) -> datetime:
    """Two instants in one zone would be compared by its wall clock, which goes back in autumn."""
    return instant.astimezone(UTC)


def _period(
    starts_at: datetime | None, until: datetime | None, *, now: datetime, days: int, problems: dict[str, str]
) -> tuple[datetime, datetime]:
    if any(instant is not None and instant.tzinfo is None for instant in (starts_at, until)):
        problems["until"] = _("Scrivi giorno e ora.")
        return now, now
    now = now.astimezone(UTC)
    valid_from = now if starts_at is None else _in_utc(starts_at)
    if valid_from < now:
        problems["starts_at"] = _("Un consenso vale da quando lo registri: non prima.")
        return now, now
    if valid_from > now + BEGINS_WITHIN:
        problems["starts_at"] = _("Comincia troppo avanti nel tempo: al massimo fra un anno.")
        return now, now
    last = latest_end(valid_from)
    ends = min(default_end(valid_from, days), last) if until is None else _in_utc(until)
    if ends <= valid_from:
        problems["until"] = _("Finisce prima di cominciare: controlla le date.")
    elif ends > last:
        problems["until"] = _("Dura più di due anni: scegli una data più vicina. Si può rinnovare.")
    return valid_from, ends
