# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables for a spreadsheet: what was written comes back, and nothing of it runs."""

from io import BytesIO, StringIO

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from approdo.kit.sheets import csv_sheet, xlsx_sheet

FORMULAS = ["=1+1", "+39", "-2", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x.example")']
CELLS = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20), min_size=1, max_size=4)


@pytest.mark.parametrize("typed", FORMULAS)
def test_no_cell_of_a_csv_begins_like_a_formula(typed: str) -> None:
    text = csv_sheet([["innocua", typed]]).decode("utf-8-sig")
    assert text.split(";", 1)[1].lstrip('"').startswith("'")


@pytest.mark.parametrize("typed", FORMULAS)
def test_a_workbook_keeps_it_as_words(typed: str) -> None:
    cell = openpyxl.load_workbook(BytesIO(xlsx_sheet([[typed]]))).worksheets[0]["A1"]
    assert cell.data_type == "s"
    assert cell.hyperlink is None


@given(st.lists(CELLS, min_size=1, max_size=4))
def test_what_is_no_formula_comes_back_as_it_was(rows: list[list[str]]) -> None:
    import csv

    harmless = [[f"x{cell}" for cell in row] for row in rows]
    assert list(csv.reader(StringIO(csv_sheet(harmless).decode("utf-8-sig")), delimiter=";")) == harmless


def test_a_workbook_says_nobody_made_it() -> None:
    book = openpyxl.load_workbook(BytesIO(xlsx_sheet([["a", "b"], ["c", "d"]])))
    assert [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()] == [["a", "b"], ["c", "d"]]
    assert (book.properties.creator or "", book.properties.title or "") == ("", "")
