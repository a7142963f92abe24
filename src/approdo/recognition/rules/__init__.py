# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What visits to an emergency department say, show and add up to, so that somebody asks her in private."""

from approdo.recognition.rules.codes import NotACode, read_code, written
from approdo.recognition.rules.evidence import Band, Detector, Evidence, Verdict
from approdo.recognition.rules.points import Table
from approdo.recognition.rules.recognising import recognise
from approdo.recognition.rules.subgroup import AgeBand, Citizenship, Subgroup, age_band
from approdo.recognition.rules.visit import Code, Sign, System, Visit

__all__ = [
    "AgeBand",
    "Band",
    "Citizenship",
    "Code",
    "Detector",
    "Evidence",
    "NotACode",
    "Sign",
    "Subgroup",
    "System",
    "Table",
    "Verdict",
    "Visit",
    "age_band",
    "read_code",
    "recognise",
    "written",
]
