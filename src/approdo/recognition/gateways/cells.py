# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one cell of a hospital's file says, as facts in the bits of a number: asked once per distinct cell."""

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_

from approdo.recognition.rules.codes import written
from approdo.recognition.rules.mapping import HospitalMapping
from approdo.recognition.rules.points import Table
from approdo.recognition.rules.reading import Wrong, read_codes, text
from approdo.recognition.rules.visit import Code, Sign

FAULT, NOBODY = 1 << 62, 1 << 61
"""Bits of a cell beside its facts: it cannot be read; it says that she is not a woman."""


class Cells:
    """The columns of codes, signs and sex of a mapping, each read for everything that it says."""

    def __init__(self, mapping: HospitalMapping, table: Table) -> None:
        self._mapping, self._table = mapping, table
        coded = [one.column for one in mapping.codes] + [choice.column for _sign, choice in mapping.signs]
        self.columns = tuple(dict.fromkeys([*coded, *([mapping.women.column] if mapping.women else [])]))

    def mask(self, column: str, cell: object) -> int:
        """Return the facts that a cell is, with ``FAULT`` or ``NOBODY``."""
        try:
            facts = [facts for _place, _what, facts in self.named(column, cell)]
        except Wrong:
            facts = [FAULT]
        women = self._mapping.women
        if women and women.column == column and text(cell) not in women.values:
            facts.append(NOBODY)
        return reduce(or_, facts, 0)

    def named(self, column: str, cell: object) -> list[tuple[str, str, int]]:
        """Return what a cell names, with what places it, how it is written, its facts; raises ``Wrong``."""
        codes = [
            code
            for one in self._mapping.codes
            if one.column == column
            for code in read_codes(one, self._mapping.usual, cell)
        ]
        signs = [
            sign for sign, choice in self._mapping.signs if choice.column == column and text(cell) in choice.values
        ]
        return [*self.name(codes, signs)]

    def name(self, codes: Iterable[Code], signs: Iterable[Sign]) -> Iterator[tuple[str, str, int]]:
        """Yield codes and signs in the order in which one is chosen to stand for a row: codes by system and value."""
        for code in codes:
            yield f"0 {code.system} {code.value}", written(code), self._table.facts_of(code)
        for sign in signs:
            yield f"1 {sign}", str(sign), self._table.bit(f"sign:{sign}")
