# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is kept of a note that says violence: which row of the lexicon, where, by whom. Never its words."""

from dataclasses import dataclass

from approdo.kit.words import mark as _

SUSPECTED = "suspected"
HISTORY = "history"
WEAPON = "weapon"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Statement:
    """Words that say violence, from one offset of a note to another, the last not included."""

    key: str
    """One of ``KEY_LABELS``: the row, or ``suspected``, ``history``, ``weapon``."""
    start: int
    end: int
    by: str
    """One of ``BY_LABELS``."""


KEY_LABELS: dict[str, str] = {
    "strangulation": _("segni o parole di strangolamento"),
    "sexual": _("violenza sessuale"),
    "physical": _("violenza fisica"),
    "threat": _("minacce"),
    "stalking": _("atti persecutori"),
    "psychological": _("violenza psicologica o verbale, controllo"),
    "economic": _("violenza economica"),
    "abuse": _("maltrattamenti, violenza di cui non si dice quale"),
    "fear": _("paura di lui o di tornare a casa"),
    "pathway": _("il nome di un percorso contro la violenza"),
    SUSPECTED: _("un sospetto, scritto da chi l'ha vista"),
    HISTORY: _("violenza di prima"),
    WEAPON: _("un'arma"),
}
"""What a statement says, by key."""

BY_LABELS: dict[str, str] = {
    "partner": _("il partner"),
    "former_partner": _("un ex partner"),
    "relative": _("un familiare"),
    "acquaintance": _("una persona conosciuta"),
    "colleague": _("una persona del lavoro"),
    "stranger": _("una persona non nominata"),
    UNKNOWN: _("non è scritto da chi"),
}
"""By whom a note says that it was."""
