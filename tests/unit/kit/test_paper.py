# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A paper says what it was given as text, whatever that looks like, and nothing of the machine that made it."""

from io import BytesIO
from pathlib import Path

import pytest
import typst
from pypdf import PdfReader

from approdo.kit import paper

TEMPLATE = """
#let words = json(bytes(sys.inputs.words))
#set document(title: "Prova", date: none)
#set text(lang: "it")
#words.said
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    made = tmp_path / "prova.typ"
    made.write_text(TEMPLATE)
    return made


@pytest.mark.parametrize(
    "said",
    [
        '#read("/etc/passwd")',
        "*forte* _piano_ $x^2$ `codice`",
        "<nome> @nome [x] {y} // fine",
        r"\ \u{41} \#x",
        '"); #panic("x")',
        "= Titolo",
    ],
)
def test_what_looks_like_markup_stays_text(template: Path, said: str) -> None:
    read = PdfReader(BytesIO(paper.pdf(template, {"said": said}))).pages[0].extract_text()
    assert " ".join(read.split()) == said


def test_it_is_tagged_in_its_language_and_says_neither_when_nor_by_whom(template: Path) -> None:
    read = PdfReader(BytesIO(paper.pdf(template, {"said": "ciao"})))
    assert read.trailer["/Root"]["/Lang"] == "it"
    assert read.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert read.xmp_metadata is not None
    assert "pdfuaid" in read.xmp_metadata.stream.get_data().decode()
    assert read.metadata is not None
    assert {key: value for key, value in read.metadata.items() if key != "/Creator"} == {"/Title": "Prova"}


def test_a_template_reads_nothing_outside_its_folder(template: Path) -> None:
    template.write_text(TEMPLATE + '#read("/../../etc/passwd")')
    with pytest.raises(typst.TypstError):
        paper.pdf(template, {"said": "ciao"})
