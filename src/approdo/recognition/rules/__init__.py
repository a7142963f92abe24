# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What visits to an emergency department say, show and add up to, so that somebody asks her in private."""

from approdo.recognition.rules.codes import NotACode, read_code, written
from approdo.recognition.rules.evidence import Band, Detector, Evidence, Verdict
from approdo.recognition.rules.mapping import Fault, HospitalMapping, missing_columns
from approdo.recognition.rules.mapping import parse as parse_mapping
from approdo.recognition.rules.mapping_schema import SCHEMA as MAPPING_SCHEMA
from approdo.recognition.rules.mapping_schema import faults as mapping_faults
from approdo.recognition.rules.mapping_schema import written as written_mapping
from approdo.recognition.rules.points import Table
from approdo.recognition.rules.reading import Reading, read_row
from approdo.recognition.rules.recognising import recognise
from approdo.recognition.rules.subgroup import AgeBand, Citizenship, Subgroup, age_band
from approdo.recognition.rules.visit import Code, Sign, System, Visit

__all__ = [
    "MAPPING_SCHEMA",
    "AgeBand",
    "Band",
    "Citizenship",
    "Code",
    "Detector",
    "Evidence",
    "Fault",
    "HospitalMapping",
    "NotACode",
    "Reading",
    "Sign",
    "Subgroup",
    "System",
    "Table",
    "Verdict",
    "Visit",
    "age_band",
    "mapping_faults",
    "missing_columns",
    "parse_mapping",
    "read_code",
    "read_row",
    "recognise",
    "written",
    "written_mapping",
]
