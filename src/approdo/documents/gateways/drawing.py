# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Draws a file anew, as a program of its own: ``python -I drawing.py TYPE SECONDS MEMORY PIXELS PAGES``.

The file comes in on one pipe and the copy leaves by the other; how it ended is the exit status. It imports nothing of
ours, so that whoever takes it over finds nothing here.
"""

import io
import resource
import sys
from typing import Any

UNREADABLE, TOO_MANY_PIXELS, TOO_MANY_PAGES, LOCKED, ANIMATED = 10, 11, 12, 13, 14
_DOTS_PER_POINT = 150 / 72
_LONGEST_SIDE = 4_000
"""Of a drawn page, in pixels: a poster is drawn smaller."""


class _End(Exception):
    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(status)


def _shut_in(seconds: int, memory: int) -> None:
    """Bound processor and memory; from here on no file and no connection can be opened, and no core is left behind."""
    for what, limit in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(what, (limit, limit))


def _drawn_image(content: bytes, name: str, pixels: int) -> bytes:
    """Return a JPEG of what is seen: turned as it was held, in sRGB, on white, and nothing that it said of itself."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = pixels
    try:
        seen: Any = Image.open(io.BytesIO(content), formats=[name.upper()])
    except Image.DecompressionBombError:
        raise _End(TOO_MANY_PIXELS) from None
    if seen.width * seen.height > pixels:
        raise _End(TOO_MANY_PIXELS)
    if name != "jpeg" and getattr(seen, "n_frames", 1) > 1:
        raise _End(ANIMATED)
    profile = seen.info.get("icc_profile")
    seen.load()
    ImageOps.exif_transpose(seen, in_place=True)  # one image at a time is held: fifty million pixels are 200 MB
    if seen.has_transparency_data:
        seen = seen.convert("RGBA")
        paper = Image.new("RGB", seen.size, "white")
        paper.paste(seen, mask=seen.getchannel("A"))
        seen = paper
    elif profile and seen.mode in {"RGB", "CMYK"}:
        seen = _in_srgb(seen, profile)
    seen = seen if seen.mode == "RGB" else seen.convert("RGB")
    seen.info.clear()
    return _jpeg(seen, 90)


def _in_srgb(image: Any, profile: bytes) -> Any:
    """Return the image with the colours that its profile means, so that a bruise keeps its own."""
    from PIL import ImageCms

    try:
        meant, shown = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        if image.mode == "CMYK":
            return ImageCms.profileToProfile(image, meant, shown, outputMode="RGB")
        ImageCms.profileToProfile(image, meant, shown, inPlace=True)
        return image
    except (ImageCms.PyCMSError, OSError):
        return image


def _jpeg(image: Any, quality: int) -> bytes:
    made = io.BytesIO()
    image.save(made, "JPEG", quality=quality)
    return made.getvalue()


def _drawn_pdf(content: bytes, pages: int) -> bytes:
    """Return a PDF whose pages are pictures of the pages: no script, no attachment, no link, no form, no author."""
    import pypdfium2 as pdfium

    try:
        original = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        locked = getattr(error, "err_code", None) == pdfium.raw.FPDF_ERR_PASSWORD
        raise _End(LOCKED if locked else UNREADABLE) from None
    original.init_forms()  # what was written into a form is seen; this PDFium is built without a language to run
    if not 0 < len(original) <= pages:
        raise _End(TOO_MANY_PAGES if len(original) else UNREADABLE)
    made = pdfium.PdfDocument.new()
    for number in range(len(original)):
        page = original[number]
        width, height = page.get_size()
        if min(width, height) <= 0:
            raise _End(UNREADABLE)
        scale = min(_DOTS_PER_POINT, _LONGEST_SIDE / max(width, height))
        picture = pdfium.PdfImage.new(made)
        drawn = _jpeg(page.render(scale=scale).to_pil().convert("RGB"), 85)
        picture.load_jpeg(io.BytesIO(drawn), inline=True)
        picture.set_matrix(pdfium.PdfMatrix().scale(width, height))
        sheet = made.new_page(width, height)
        sheet.insert_obj(picture)
        sheet.gen_content()
        page.close()
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def _load(file_type: str) -> None:
    """Load all that drawing needs while files can still be opened."""
    from PIL import Image, ImageCms, ImageOps, MpoImagePlugin, TiffImagePlugin, WebPImagePlugin

    Image.preinit()
    assert all((ImageCms, ImageOps, MpoImagePlugin, TiffImagePlugin, WebPImagePlugin))  # Exif is written like a TIFF
    if file_type == "pdf":
        import pypdfium2

        pypdfium2.PdfDocument.new().close()


def _main(file_type: str, seconds: int, memory: int, pixels: int, pages: int) -> int:
    _load(file_type)
    content = sys.stdin.buffer.read()
    _shut_in(seconds, memory)
    try:
        made = _drawn_pdf(content, pages) if file_type == "pdf" else _drawn_image(content, file_type, pixels)
    except _End as end:
        return end.status
    except Exception:  # whatever a parser says of a broken file
        return UNREADABLE
    sys.stdout.buffer.write(made)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1], *map(int, sys.argv[2:])))
