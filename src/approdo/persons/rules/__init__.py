# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the record may hold, what an answer may be, and what becomes of two texts written at once."""

from approdo.persons.rules.answers import NO, YES, Answer, Answers, check
from approdo.persons.rules.kinds import KIND_LABELS, PRIVATE, SHAPES, Field, Form, Kind, Shape, Treatment
from approdo.persons.rules.versions import Written, next_version, standing

__all__ = [
    "KIND_LABELS",
    "NO",
    "PRIVATE",
    "SHAPES",
    "YES",
    "Answer",
    "Answers",
    "Field",
    "Form",
    "Kind",
    "Shape",
    "Treatment",
    "Written",
    "check",
    "next_version",
    "standing",
]
