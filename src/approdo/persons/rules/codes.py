# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Code lists that the record chooses from; those of Law 53/2022 are files in ``data``."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from approdo.kit.words import mark as _


@cache
def _law_53_2022(name: str) -> Mapping[str, str]:
    text = files("approdo.persons").joinpath(f"data/{name}.csv").read_text(encoding="utf-8")
    return MappingProxyType({row["code"]: row["label_it"] for row in csv.DictReader(text.splitlines())})


def violence_types() -> Mapping[str, str]:
    """Return the types of violence of Law 53/2022, art. 2: code to Italian label."""
    return _law_53_2022("violence_types")


def relations() -> Mapping[str, str]:
    """Return the relations between her and the offender of Law 53/2022, art. 2: code to Italian label."""
    return _law_53_2022("victim_offender_relations")


CHANNELS: Mapping[str, str] = MappingProxyType(
    {
        "call": _("telefonata"),
        "text": _("messaggio"),
        "email": _("posta elettronica"),
        "through_somebody": _("tramite una persona di fiducia"),
        "at_the_service": _("solo di persona, al servizio"),
    }
)
"""How she may be reached (security.md, P32)."""

NEVER: Mapping[str, str] = MappingProxyType(
    {
        "voicemail": _("mai lasciare un messaggio in segreteria"),
        "post_home": _("mai posta a casa"),
        "post_registered": _("mai posta alla residenza"),
        "text": _("mai messaggi scritti"),
        "answer_others": _("se risponde un'altra persona, chiudere senza presentarsi"),
    }
)
"""What must never be done, because he would hear or find it."""

LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        "it": _("italiano"),
        "en": _("inglese"),
        "fr": _("francese"),
        "es": _("spagnolo"),
        "ar": _("arabo"),
        "fa": _("farsi"),
        "sq": _("albanese"),
        "ru": _("russo"),
        "uk": _("ucraino"),
        "pt": _("portoghese"),
        "pl": _("polacco"),
        "zh": _("cinese"),
        "ro": _("romeno"),
        "bn": _("bengalese"),
        "lis": _("lingua dei segni"),
    }
)
"""ISO 639-1, those in which the helpline 1522 answers and the commonest others (conventions.md, 3)."""

MEASURES: Mapping[str, str] = MappingProxyType(
    {
        "police_warning": _("ammonimento del questore"),
        "barring_order": _("allontanamento d'urgenza dalla casa"),
        "no_contact": _("divieto di avvicinamento"),
        "protection_order": _("ordine di protezione del giudice civile"),
        "electronic_monitoring": _("braccialetto elettronico"),
        "custody": _("custodia in carcere o ai domiciliari"),
        "complaint": _("querela o denuncia presentata"),
        "child_court": _("procedimento al tribunale per i minorenni"),
    }
)
"""Legal measures and acts (domain.md, section 10)."""

PLACES: Mapping[str, str] = MappingProxyType(
    {
        "home": _("dove vive"),
        "work": _("dove lavora"),
        "relative": _("da parenti o amici"),
        "school": _("scuola dei figli"),
        "other": _("altro luogo"),
    }
)
"""Places that matter; a shelter is never one of them: it is an opaque code of its own service."""

LIVING_WITH: Mapping[str, str] = MappingProxyType(
    {
        "her": _("con lei"),
        "him": _("con l'autore segnalato"),
        "both": _("con tutti e due"),
        "elsewhere": _("altrove"),
    }
)
"""Where a child lives."""
