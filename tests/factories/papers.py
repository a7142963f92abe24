# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Documents of word processors and spreadsheets as people and attackers make them; every one is built here."""

import io
import zipfile
from collections.abc import Mapping

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def an_archive_of(parts: Mapping[str, bytes | str]) -> bytes:
    """An archive with these parts, in their order."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return made.getvalue()


def an_office_document(kind: str = "docx", more: Mapping[str, bytes | str] | None = None, body: str = "") -> bytes:
    """A DOCX or an XLSX with further parts, and more in its body."""
    main, declared = ("word/document.xml", _WORD) if kind == "docx" else ("xl/workbook.xml", _SHEET)
    types = f'<Types xmlns="urn:t"><Override PartName="/{main}" ContentType="{declared}"/></Types>'
    text = f'<w:document xmlns:w="urn:w"><w:t>Modulo in bianco</w:t>{body}</w:document>'
    return an_archive_of({"[Content_Types].xml": types, main: text} | dict(more or {}))


def an_open_document(kind: str = "text", more: Mapping[str, bytes | str] | None = None, body: str = "") -> bytes:
    """An ODT (``text``) or an ODS (``spreadsheet``) with further parts, and more in its body."""
    content = (
        '<office:document-content xmlns:office="urn:o" xmlns:text="urn:t" xmlns:script="urn:s" xmlns:draw="urn:d"'
        f' xmlns:table="urn:b" xmlns:xlink="urn:x"><text:p>Modulo in bianco</text:p>{body}</office:document-content>'
    )
    parts: dict[str, bytes | str] = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": content,
        "META-INF/manifest.xml": "<manifest/>",
    }
    return an_archive_of(parts | dict(more or {}))


def relations(*targets: tuple[str, str]) -> dict[str, bytes | str]:
    """A part that says to what outside a DOCX is tied: (kind of tie, address)."""
    ties = "".join(f'<Relationship Type="{_LINK}{kind}" TargetMode="External" Target="{at}"/>' for kind, at in targets)
    return {"word/_rels/document.xml.rels": f'<Relationships xmlns="urn:r">{ties}</Relationships>'}
