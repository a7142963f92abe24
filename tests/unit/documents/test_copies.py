# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The copy that people see holds what the eye sees, and nothing else; the process that draws it is shut in."""

import io
import subprocess
import sys
import time
from pathlib import Path
from time import monotonic

import pypdfium2 as pdfium
import pytest
from PIL import Image
from tests.factories.files import (
    CANARY,
    a_bomb,
    a_pdf,
    a_pdf_with_a_file_inside,
    a_pdf_with_a_script,
    a_photograph,
    a_photograph_with_a_place,
    an_animation,
    an_archive,
)

from approdo.documents.gateways import CopyingBusy, Limits, clean_copy, copying, drawing
from approdo.documents.rules import FileType, Problem, Refused


def seen(copy: bytes) -> Image.Image:
    return Image.open(io.BytesIO(copy))


def is_nearly(pixel: object, colour: tuple[int, int, int]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(one - other) < 40 for one, other in zip(pixel, colour, strict=True))


def refusal(content: bytes, file_type: FileType, limits: Limits = Limits()) -> Problem:
    with pytest.raises(Refused) as refused:
        clean_copy(content, file_type, limits)
    return refused.value.problem


@pytest.mark.parametrize("file_type", [FileType.JPEG, FileType.PNG, FileType.WEBP])
def test_an_image_is_drawn_anew_as_a_jpeg(file_type: FileType) -> None:
    copy = seen(clean_copy(a_photograph(file_type=file_type.upper()), file_type))
    assert (copy.format, copy.size) == ("JPEG", (64, 48))
    assert is_nearly(copy.getpixel((10, 20)), (255, 0, 0))
    assert is_nearly(copy.getpixel((50, 20)), (0, 0, 255))


def test_a_photograph_loses_its_place_its_maker_and_all_it_says_of_itself() -> None:
    original = a_photograph_with_a_place()
    assert CANARY in original
    assert seen(original).getexif().get_ifd(0x8825), "the test's own photograph has a place"
    copy = clean_copy(original, FileType.JPEG)
    assert CANARY not in copy
    assert not seen(copy).getexif()
    assert set(seen(copy).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_and_it_is_turned_as_it_was_held() -> None:
    copy = seen(clean_copy(a_photograph_with_a_place(), FileType.JPEG))
    assert copy.size == (48, 64)
    assert is_nearly(copy.getpixel((20, 10)), (255, 0, 0))


def test_what_is_transparent_lies_on_white() -> None:
    made = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(made, "PNG")
    assert seen(clean_copy(made.getvalue(), FileType.PNG)).getpixel((4, 4)) == (255, 255, 255)


def test_a_tail_behind_a_photograph_does_not_come_along() -> None:
    assert CANARY not in clean_copy(a_photograph() + an_archive(), FileType.JPEG)


@pytest.mark.parametrize(
    "content",
    [a_photograph(size=(400, 300))[:-900], a_photograph()[:40], b"\xff\xd8\xff" + b"A" * 500, b"\xff\xd8\xff"],
)
def test_a_broken_photograph_is_refused(content: bytes) -> None:
    assert refusal(content, FileType.JPEG) is Problem.UNREADABLE


def test_a_file_is_read_as_the_type_it_was_found_to_be_and_as_no_other() -> None:
    assert refusal(a_photograph(file_type="GIF"), FileType.PNG) is Problem.UNREADABLE


def test_a_few_kilobytes_that_would_be_billions_of_pixels_are_refused_undrawn() -> None:
    assert len(a_bomb()) < 10_000
    assert refusal(a_bomb(), FileType.PNG) is Problem.TOO_MANY_PIXELS
    assert refusal(a_bomb(side=8_000), FileType.PNG) is Problem.TOO_MANY_PIXELS
    assert refusal(a_bomb(side=5_000), FileType.PNG) is Problem.UNREADABLE, "few enough, and not there"


@pytest.mark.parametrize(("file_type", "name"), [(FileType.WEBP, "WEBP"), (FileType.PNG, "PNG")])
def test_what_moves_is_refused_because_its_later_pictures_would_be_lost(file_type: FileType, name: str) -> None:
    assert refusal(an_animation(name), file_type) is Problem.ANIMATED


def test_a_pdf_becomes_pictures_of_its_pages_in_their_size() -> None:
    copy = pdfium.PdfDocument(clean_copy(a_pdf(pages=3), FileType.PDF))
    assert len(copy) == 3
    assert copy[0].get_size() == (100, 100)
    drawn = copy[1].render(scale=1).to_pil()
    assert is_nearly(drawn.getpixel((50, 50)), (0, 0, 0))
    assert is_nearly(drawn.getpixel((5, 5)), (255, 255, 255))


@pytest.mark.parametrize("content", [a_pdf(), a_pdf_with_a_script(), a_pdf_with_a_file_inside()])
def test_a_pdf_loses_scripts_files_links_and_its_author(content: bytes) -> None:
    assert CANARY in content
    assert len(pdfium.PdfDocument(content)) == 1, "the test's own file opens"
    copy = clean_copy(content, FileType.PDF)
    for word in (
        CANARY,
        b"JavaScript",
        b"/JS",
        b"OpenAction",
        b"/AA",
        b"Launch",
        b"Annots",
        b"EmbeddedFile",
        b"AcroForm",
    ):
        assert word not in copy
    assert pdfium.PdfDocument(copy).get_metadata_dict(skip_empty=True).keys() <= {"CreationDate", "Creator"}
    assert pdfium.PdfDocument(copy).count_attachments() == 0


def test_the_file_inside_was_really_one() -> None:
    assert pdfium.PdfDocument(a_pdf_with_a_file_inside()).count_attachments() == 1


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (a_pdf(pages=61), Problem.TOO_MANY_PAGES),
        (a_pdf(pages=0), Problem.UNREADABLE),
        (a_pdf(password=True), Problem.LOCKED),
        (b"%PDF-1.7\n" + CANARY, Problem.UNREADABLE),
    ],
)
def test_a_pdf_that_cannot_be_drawn_is_refused_in_words(content: bytes, problem: Problem) -> None:
    assert refusal(content, FileType.PDF) is problem


def test_a_poster_is_drawn_smaller() -> None:
    poster = a_pdf().replace(b"[0 0 100 100]", b"[0 0 9000 90]")
    copy = clean_copy(poster, FileType.PDF)
    assert pdfium.PdfDocument(copy)[0].get_size() == (9000, 90)
    assert len(copy) < 100_000


def test_a_process_that_takes_too_long_or_too_much_memory_is_ended() -> None:
    large = a_photograph(size=(5_000, 5_000))
    assert refusal(large, FileType.JPEG, Limits(seconds=0)) is Problem.UNREADABLE
    assert refusal(large, FileType.JPEG, Limits(memory=60_000_000)) is Problem.UNREADABLE
    assert clean_copy(large, FileType.JPEG)


@pytest.mark.parametrize(
    "program",
    [
        "import time; time.sleep(30)",
        "import sys\nwhile True: sys.stdout.buffer.write(bytes(1_000_000))",
        "import os; os.close(0); os.close(1)\nwhile True: pass",
    ],
)
def test_one_that_hangs_or_never_stops_talking_is_ended_as_well(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str
) -> None:
    (tmp_path / "drawing.py").write_text(program)
    monkeypatch.setattr(drawing, "__file__", str(tmp_path / "drawing.py"))
    began = time.monotonic()
    assert refusal(a_photograph(), FileType.JPEG, Limits(seconds=2)) is Problem.UNREADABLE
    assert time.monotonic() - began < 20


def test_it_is_told_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tells = "import os, sys; sys.stdout.buffer.write(b'\\xff\\xd8\\xff' + ' '.join(sorted(os.environ)).encode())"
    (tmp_path / "drawing.py").write_text(tells)
    monkeypatch.setattr(drawing, "__file__", str(tmp_path / "drawing.py"))
    monkeypatch.setenv("APPRODO_SECRET_KEY", "secret")
    told = clean_copy(a_photograph(), FileType.JPEG)[3:].decode().split()
    assert set(told) <= {"LC_CTYPE"}, "which Python itself sets"


INTRUDER = """
import os, socket, sys
sys.path.insert(0, {directory!r})
import drawing
drawing._load("jpeg")
drawing._shut_in(5, 1_000_000_000)
assert not set(os.environ) - {{"LC_CTYPE"}}, "secrets"
for attempt in (lambda: open("/etc/passwd"), lambda: open("/tmp/left", "w"), socket.socket, os.pipe):
    try:
        attempt()
    except OSError:
        continue
    sys.exit(1)
"""


def test_whoever_takes_the_process_over_opens_no_file_and_no_connection() -> None:
    directory = str(Path(drawing.__file__).parent)
    done = subprocess.run([sys.executable, "-I", "-c", INTRUDER.format(directory=directory)], env={}, check=False)
    assert done.returncode == 0


def test_one_document_at_a_time_and_nobody_waits_for_a_turn() -> None:
    with copying.turn():
        began = monotonic()
        with pytest.raises(CopyingBusy), copying.turn():
            raise AssertionError("two at once")
        assert monotonic() - began < 1
    with copying.turn():
        assert clean_copy(a_photograph(), FileType.JPEG)


def test_a_drawing_process_that_answers_something_else_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_run", lambda *_arguments: (0, b"<html>"))
    assert refusal(a_photograph(), FileType.JPEG) is Problem.UNREADABLE
