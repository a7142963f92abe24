# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The five data of law 53/2022 of one case, to read and to hand to the hospital's system."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from approdo.access.rules import Actor
from approdo.audit import services as audit
from approdo.cases.selectors import CasePage
from approdo.kit.errors import NotFound
from approdo.kit.sheets import csv_sheet, xlsx_sheet
from approdo.persons.rules import Kind, law_53
from approdo.persons.rules.law_53 import FiveData
from approdo.risk import selectors as risk
from approdo.usecases import record
from approdo.usecases.danger import answers_to

INDICATORS = "da5"
"""The instrument whose items are the indicators of revictimisation (DPCM 24/11/2017)."""


class FileFormat(StrEnum):
    """In which form the data are handed on; the value is the ending of the file."""

    CSV = "csv"
    XLSX = "xlsx"
    FHIR = "json"


@dataclass(frozen=True, slots=True)
class Page:
    """The five data of a case: a line for each episode that the actor may read."""

    case: CasePage
    rows: tuple[FiveData, ...]
    may_add: bool


def indicators() -> dict[str, str]:
    """Return the indicators of revictimisation by code, each as the question that asks for it."""
    return {item["code"]: item["text"] for item in risk.shipped()[INDICATORS]["items"]}


def of_case(actor: Actor, case_id: UUID, now: datetime) -> Page:
    """Return the five data of a case, and write down that they were read; raises like ``record.part``."""
    found = record.part(actor, case_id, [Kind.EPISODE], now)
    items = list(indicators())
    answered = answers_to(INDICATORS, actor, case_id, now)
    rows = tuple(law_53.five_data(entry.texts[-1].answers, items, answered) for entry in found.entries)
    return Page(found.case, rows, Kind.EPISODE in found.may_add)


def file(actor: Actor, case_id: UUID, form: FileFormat, now: datetime) -> bytes:
    """Return the five data as a file, and write down that they left the program; ``NotFound`` where there are none."""
    found = of_case(actor, case_id, now)
    if not found.rows:
        raise NotFound
    audit.record(
        actor=actor,
        verb="law_53.export",
        subject=f"case:{case_id}",
        case_id=case_id,
        now=now,
        detail={"format": form.value, "rows": len(found.rows)},
    )
    alias = found.case.alias
    if form is FileFormat.FHIR:
        return json.dumps(law_53.fhir(alias, found.rows, now), ensure_ascii=False, indent=1).encode()
    table = law_53.table(alias, found.rows)
    return csv_sheet(table) if form is FileFormat.CSV else xlsx_sheet(table)
