# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a document is, and in which slice of the record it stands."""

from approdo.access.rules import DOCUMENT_LABELS as KIND_LABELS
from approdo.access.rules import DocumentKind as Kind
from approdo.access.rules import Slice

__all__ = ["KIND_LABELS", "SLICES", "Kind"]

SLICES: dict[Kind, Slice] = {
    Kind.MEDICAL_REPORT: Slice.HEALTH,
    Kind.PHOTOGRAPH: Slice.HEALTH,
    Kind.CONSENT_FORM: Slice.LEGAL,
    Kind.JUDICIAL_ACT: Slice.LEGAL,
    Kind.OTHER: Slice.PLAN,
}
"""What nobody can know beforehand stands where the fewest roles read (consents.rules.matrix)."""
