# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables that leave the program for a spreadsheet, which must not run what somebody wrote."""

import csv
import io
from collections.abc import Iterable, Sequence

import xlsxwriter

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def no_formulas(cells: Iterable[str]) -> list[str]:
    """Return cells that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells]


def csv_sheet(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as CSV in UTF-8 with its mark, divided by semicolons as spreadsheets in Italy expect."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows(no_formulas(row) for row in rows)
    return ("\ufeff" + text.getvalue()).encode()


def xlsx_sheet(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as an Excel workbook of one sheet, every cell a text; it says no author and no title."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    return file.getvalue()
