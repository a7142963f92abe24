# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which files of no case are taken for a network's shelf."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories.files import EICAR, SVG, a_pdf, a_photograph, an_archive
from tests.factories.papers import an_archive_of, an_office_document, an_open_document, relations

from approdo.documents.rules import PaperProblem, PaperRefused, Refused, paper_type_of
from approdo.documents.rules.papers import PAPER_SENTENCES, PARTS
from approdo.kit.errors import Invalid
from approdo.protocols.rules import Format

LIMIT = 5_000_000


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (a_pdf(), Format.PDF),
        (an_office_document(), Format.DOCX),
        (an_office_document("xlsx"), Format.XLSX),
        (an_open_document(), Format.ODT),
        (an_open_document("spreadsheet"), Format.ODS),
        ("Come si risponde: con calma.\r\n\tE poi si ascolta. è".encode(), Format.TXT),
        (b"\xef\xbb\xbfcon il segno davanti", Format.TXT),
        (an_office_document(more=relations(("hyperlink", "https://rete.example"))), Format.DOCX),
        (an_open_document(body='<text:a xlink:href="https://rete.example">qui</text:a>'), Format.ODT),
        (an_open_document(body='<draw:image xlink:href="Pictures/1.png"/>', more={"Pictures/1.png": b"x"}), Format.ODT),
        (
            an_office_document(body='<w:instrText> HYPERLINK "https://x.it/link/import" </w:instrText>'),
            Format.DOCX,
        ),
    ],
)
def test_a_file_is_what_its_content_says(content: bytes, expected: Format) -> None:
    assert paper_type_of(content, LIMIT) is expected


ACTING = {
    "macros": an_office_document(more={"word/vbaProject.bin": b"x"}),
    "declared macros": an_archive_of(
        {"[Content_Types].xml": '<Types><Override ContentType="vnd.ms-word.document.macroEnabled.main"/></Types>'}
    ),
    "an embedded object": an_office_document(more={"word/embeddings/oleObject1.docx": b"x"}),
    "a control": an_office_document(more={"word/activeX/activeX1.xml": "<x/>"}),
    "a template from elsewhere": an_office_document(more=relations(("attachedTemplate", "https://x.example/t.dotm"))),
    "a picture from elsewhere": an_office_document(more=relations(("image", "https://x.example/p.png"))),
    "a link to her computer": an_office_document(more=relations(("hyperlink", "file:///c:/x.exe"))),
    "a field that starts": an_office_document(
        body="<w:instrText>DDE</w:instrText><w:instrText>AUTO c:\\\\x</w:instrText>"
    ),
    "a field in short": an_office_document(body='<w:fldSimple w:instr="INCLUDETEXT &quot;c:/x&quot;"/>'),
    "a workbook that fetches": an_office_document(
        "xlsx", more={"xl/worksheets/sheet1.xml": '<s xmlns="u"><f>WEBSERVICE("http://x.example")</f></s>'}
    ),
    "a workbook that starts": an_office_document(
        "xlsx", more={"xl/worksheets/sheet1.xml": "<s xmlns='u'><f>cmd|'/c calc'!A0</f></s>"}
    ),
    "links to other workbooks": an_office_document("xlsx", more={"xl/externalLinks/externalLink1.xml": "<x/>"}),
    "a query": an_office_document("xlsx", more={"xl/connections.xml": "<x/>"}),
    "Basic": an_open_document(more={"Basic/Standard/Module1.xml": "<x/>"}),
    "Python": an_open_document(more={"Scripts/python/x.py": b"x"}),
    "an event": an_open_document(body='<script:event-listener script:event-name="dom:load"/>'),
    "an event under another prefix": an_open_document(body='<y:event-listener xmlns:y="urn:s"/>'),
    "an object": an_open_document(more={"Object 1/content.xml": "<x/>"}),
    "a section from elsewhere": an_open_document(body='<text:section-source xlink:href="https://x.example/y.odt"/>'),
    "a picture beside it": an_open_document(body='<draw:image xlink:href="../../x.png"/>'),
    "a link that runs": an_open_document(body='<text:a xlink:href="vnd.sun.star.script:x?language=Basic">qui</text:a>'),
    "a formula that fetches": an_open_document(
        "spreadsheet", body="<table:cell table:formula='of:=WEBSERVICE(&quot;http://x.example&quot;)'/>"
    ),
}


@pytest.mark.parametrize("name", sorted(ACTING))
def test_what_acts_when_it_is_opened_is_not_taken(name: str) -> None:
    with pytest.raises(PaperRefused) as caught:
        paper_type_of(ACTING[name], LIMIT)
    assert caught.value.problem is PaperProblem.ACTIVE


_HEADERS = {b"PK\x03\x04", b"PK\x01\x02"}


def a_locked_archive() -> bytes:
    content = bytearray(an_open_document())
    for place in [n for n in range(len(content)) if bytes(content[n : n + 4]) in _HEADERS]:
        content[place + (6 if content[place + 2] == 3 else 8)] |= 1
    return bytes(content)


def a_bomb_of_nothing() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        for number in range(4):
            archive.writestr(f"{number}.xml", bytes(20_000_000))
    return made.getvalue()


ENTITIES = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaa">]><x>&a;</x>'


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", PaperProblem.MISSING),
        (b"x" * (LIMIT + 1), PaperProblem.TOO_LARGE),
        (a_bomb_of_nothing(), PaperProblem.TOO_LARGE),
        (an_archive_of({f"{number}": b"" for number in range(PARTS + 1)}), PaperProblem.TOO_LARGE),
        (a_photograph(), PaperProblem.UNKNOWN),
        (b"\x00\x01\x02", PaperProblem.UNKNOWN),
        ("è".encode("latin-1"), PaperProblem.UNKNOWN),
        (b"\xd0\xcf\x11\xe0" + bytes(600), PaperProblem.UNKNOWN),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), PaperProblem.LOCKED),
        (an_archive(), PaperProblem.UNKNOWN),
        (an_open_document("presentation"), PaperProblem.UNKNOWN),
        (a_locked_archive(), PaperProblem.LOCKED),
        (an_open_document(more={"META-INF/manifest.xml": "<m><encryption-data/></m>"}), PaperProblem.LOCKED),
        (an_open_document(more={"../fuori.xml": "<x/>"}), PaperProblem.UNREADABLE),
        (an_open_document(more={"styles.xml": ENTITIES}), PaperProblem.UNREADABLE),
        (an_open_document(more={"styles.xml": "<aperto>"}), PaperProblem.UNREADABLE),
        (an_office_document()[:-40], PaperProblem.UNREADABLE),
    ],
)
def test_what_is_not_taken_is_refused_in_words(content: bytes, problem: PaperProblem) -> None:
    with pytest.raises(PaperRefused) as caught:
        paper_type_of(content, LIMIT)
    assert caught.value.problem is problem
    assert caught.value.problems == {"file": PAPER_SENTENCES[problem]}


def test_a_pdf_that_is_also_an_archive_is_two_files() -> None:
    with pytest.raises(Refused):
        paper_type_of(a_pdf() + an_archive(), LIMIT)


def test_a_page_of_the_web_is_only_a_text() -> None:
    """It leaves as plain text, and never to be shown: no browser runs it."""
    assert paper_type_of(SVG, LIMIT) is Format.TXT
    assert paper_type_of(EICAR, LIMIT) is Format.TXT  # what it is worth, the scanner says


def test_every_problem_has_its_sentence() -> None:
    assert set(PAPER_SENTENCES) == set(PaperProblem)


BEGINNINGS = st.sampled_from([b"", b"PK\x03\x04", b"%PDF-", an_office_document(), an_open_document()])


@given(BEGINNINGS, st.binary(max_size=200))
def test_whatever_the_bytes_are_they_are_taken_or_refused_in_words(beginning: bytes, rest: bytes) -> None:
    refused: dict[str, str] = {}
    try:
        assert paper_type_of(beginning + rest, LIMIT) in Format
    except Invalid as refusal:
        refused = refusal.problems
    assert all(refused.values())
