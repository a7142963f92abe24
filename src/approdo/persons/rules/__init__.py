# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the record may hold, what an answer may be, and what becomes of two texts written at once."""

from approdo.persons.rules.answers import NO, YES, Answer, Answers, check
from approdo.persons.rules.body import DRAWN, Place, shown_at
from approdo.persons.rules.hospital import EVIDENCE, GONE, LEVELS, OPTIONS, REGIONS, SIDES, VIEWS
from approdo.persons.rules.keeping import Kept, after_months, kept
from approdo.persons.rules.kinds import KIND_LABELS, PRIVATE, SHAPES, Field, Form, Kind, Shape, Treatment
from approdo.persons.rules.versions import Written, next_version, standing

__all__ = [
    "DRAWN",
    "EVIDENCE",
    "GONE",
    "KIND_LABELS",
    "LEVELS",
    "NO",
    "OPTIONS",
    "PRIVATE",
    "REGIONS",
    "SHAPES",
    "SIDES",
    "VIEWS",
    "YES",
    "Answer",
    "Answers",
    "Field",
    "Form",
    "Kept",
    "Kind",
    "Place",
    "Shape",
    "Treatment",
    "Written",
    "after_months",
    "check",
    "kept",
    "next_version",
    "shown_at",
    "standing",
]
