# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files as people and attackers make them; every one is built here, none is kept in the repository."""

import io
import struct
import zipfile
import zlib

from PIL import Image, ImageCms

CANARY = b"canarino-nascosto-7301"
"""Stands in what the eye does not see; it must be in no copy, in clear in no file and in no row."""
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""What every scanner finds, and harms nobody; in two halves, so that no scanner finds it in this file."""


def a_photograph(size: tuple[int, int] = (64, 48), file_type: str = "JPEG", **options: object) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    return _saved(image, file_type, **options)


def a_photograph_with_a_place() -> bytes:
    """As a telephone takes it: held upright, with where and by whom, and colours of its own."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = CANARY.decode()  # maker
    exif.get_ifd(0x8825).update({1: "N", 2: (45.0, 49.0, 0.0), 3: "E", 4: (8.0, 49.0, 0.0)})
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return a_photograph(exif=exif.tobytes(), icc_profile=profile, comment=CANARY)


def an_animation(file_type: str = "WEBP") -> bytes:
    """Two frames."""
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    return _saved(frames[0], file_type, save_all=True, append_images=frames[1:])


def a_bomb(side: int = 60_000) -> bytes:
    """A PNG of a few kilobytes that says it has so many pixels on each side."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in ((b"IHDR", header), (b"IDAT", body), (b"IEND", b""))
    )


def an_archive(name: str = "word/vbaProject.bin") -> bytes:
    """What a document with macros is: an archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, CANARY)
    return made.getvalue()


def a_pdf(pages: int = 1, *extra: bytes, catalogue: bytes = b"", page: bytes = b"", password: bool = False) -> bytes:
    """A PDF with a black square on each page, further objects (numbered from 10), and more in catalogue and pages."""
    drawing = b"0 0 0 rg 20 20 60 60 re f"
    kids = b" ".join(b"%d 0 R" % (100 + number) for number in range(pages))
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R " + catalogue + b" >>",
        2: b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % pages,
        3: b"<< /Length %d >> stream\n" % len(drawing) + drawing + b"\nendstream",
        4: b"<< /Author (" + CANARY + b") /Title (" + CANARY + b") >>",
        **{10 + number: one for number, one in enumerate(extra)},
    }
    for number in range(pages):
        objects[100 + number] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 3 0 R /Resources << >> " + page + b" >>"
        )
    made, places = b"%PDF-1.7\n", {}
    for number, one in objects.items():
        places[number] = len(made)
        made += b"%d 0 obj\n" % number + one + b"\nendobj\n"
    table = b"xref\n0 1\n0000000000 65535 f \n"
    for number, at in sorted(places.items()):
        table += b"%d 1\n%010d 00000 n \n" % (number, at)
    locked = b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >> /ID [<00><00>]" % (
        b"41" * 32,
        b"42" * 32,
    )
    trailer = b"trailer << /Size 400 /Root 1 0 R /Info 4 0 R " + (locked if password else b"") + b" >>\n"
    return made + table + trailer + b"startxref\n%d\n%%%%EOF\n" % len(made)


def a_pdf_with_a_script() -> bytes:
    """It runs a script when it is opened, starts a program, and opens an address when its page is pressed."""
    script = b"<< /S /JavaScript /JS (app.alert\\('" + CANARY + b"'\\)) >>"
    launch = b"<< /Type /Annot /Subtype /Link /Rect [0 0 100 100] /A << /S /Launch /F (" + CANARY + b".exe) >> >>"
    return a_pdf(1, script, launch, catalogue=b"/OpenAction 10 0 R", page=b"/Annots [11 0 R] /AA << /O 10 0 R >>")


def a_pdf_with_a_file_inside() -> bytes:
    """Another file travels in it."""
    inside = b"<< /Type /EmbeddedFile /Length %d >> stream\n" % len(CANARY) + CANARY + b"\nendstream"
    named = b"<< /Type /Filespec /F (" + CANARY + b".txt) /EF << /F 10 0 R >> >>"
    tree = b"/Names << /EmbeddedFiles << /Names [(" + CANARY + b") 11 0 R] >> >>"
    return a_pdf(1, inside, named, catalogue=tree)


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
FORMULA = b'nome;numero\n"=HYPERLINK(""http://cattivo.example"")";1\n'


def _saved(image: Image.Image, file_type: str, **options: object) -> bytes:
    made = io.BytesIO()
    image.save(made, file_type, **options)  # type: ignore[arg-type]
    return made.getvalue()
