# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a document is, and in which slice of the record it stands."""

from enum import StrEnum

from approdo.access.rules import Slice
from approdo.kit.words import mark as _


class Kind(StrEnum):
    """One kind of document."""

    MEDICAL_REPORT = "medical_report"
    PHOTOGRAPH = "photograph"
    CONSENT_FORM = "consent_form"
    JUDICIAL_ACT = "judicial_act"
    OTHER = "other"


SLICES: dict[Kind, Slice] = {
    Kind.MEDICAL_REPORT: Slice.HEALTH,
    Kind.PHOTOGRAPH: Slice.HEALTH,
    Kind.CONSENT_FORM: Slice.LEGAL,
    Kind.JUDICIAL_ACT: Slice.LEGAL,
    Kind.OTHER: Slice.PLAN,
}
"""What nobody can know beforehand stands where the fewest roles read (consents.rules.matrix)."""

KIND_LABELS: dict[Kind, str] = {
    Kind.MEDICAL_REPORT: _("Referto o certificato medico"),
    Kind.PHOTOGRAPH: _("Fotografia"),
    Kind.CONSENT_FORM: _("Modulo di consenso firmato"),
    Kind.JUDICIAL_ACT: _("Atto giudiziario o denuncia"),
    Kind.OTHER: _("Altro documento"),
}
