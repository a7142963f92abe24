# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Documents as people bring and open them: bad files are answered in words, and a copy does nothing in a browser."""

import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth import SESSION_KEY
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings
from tests.factories.files import (
    CANARY,
    EICAR,
    FORMULA,
    SVG,
    a_bomb,
    a_pdf,
    a_photograph,
    a_photograph_with_a_place,
    an_archive,
)
from tests.factories.region import Region
from tests.factories.scanners import a_scanner

from approdo.access.rules import Role
from approdo.accounts.models import Operator
from approdo.audit.models import Entry as AuditEntry
from approdo.documents.rules import Problem
from approdo.documents.rules.files import SENTENCES
from approdo.networks.models import Membership

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_DIRECTORY = tmp_path / "media"
    return settings.MEDIA_DIRECTORY


@pytest.fixture
def centre(sign_in: SignIn, case: str) -> Client:
    """The centre's operator, who leads."""
    client = sign_in("centre")
    assert client.post(f"{case}conduce/", {"act": "take"}).status_code == 302
    return client


def bring(client: Client, case: str, content: bytes, name: str = "foto.jpg", **fields: object) -> "tuple[int, str]":
    sent = {"kind": "photograph", "file": SimpleUploadedFile(name, content, "image/jpeg")} | fields
    response = client.post(f"{case}documenti/", sent)
    return response.status_code, response.content.decode()


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return str(response.content.decode())


def brought(client: Client, case: str) -> str:
    found = re.search(r"/casi/[0-9a-f-]{36}/documenti/[0-9a-f-]{36}/", page(client, f"{case}scheda/"))
    assert found
    return found[0]


def test_a_photograph_is_brought_listed_and_opened(centre: Client, case: str) -> None:
    assert bring(centre, case, a_photograph_with_a_place())[0] == 302
    shown = page(centre, f"{case}scheda/")
    assert "Fotografia" in shown
    response = centre.get(brought(centre, case))
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert content.startswith(b"\xff\xd8\xff")
    assert CANARY not in content
    assert int(response["Content-Length"]) == len(content)


def test_the_copy_runs_nothing_loads_nothing_is_kept_nowhere_and_has_a_neutral_name(centre: Client, case: str) -> None:
    bring(centre, case, a_pdf(), kind="medical_report")
    response = centre.get(brought(centre, case))
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'inline; filename="documento.pdf"'
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "no-store"
    assert response["X-Accel-Buffering"] == "no"
    assert "Content-Encoding" not in response


def test_the_camera_of_a_telephone_brings_one_too_and_two_at_once_are_refused(centre: Client, case: str) -> None:
    form = page(centre, f"{case}documenti/")
    assert 'capture="environment"' in form
    photograph = SimpleUploadedFile("image.jpg", a_photograph())
    assert centre.post(f"{case}documenti/", {"kind": "photograph", "photograph": photograph}).status_code == 302
    status, text = bring(centre, case, a_photograph(), photograph=SimpleUploadedFile("b.jpg", a_photograph()))
    assert (status, SENTENCES[Problem.TWO] in text) == (422, True)


@pytest.mark.parametrize(
    ("content", "name", "problem"),
    [
        (b"", "vuoto.jpg", Problem.MISSING),
        (SVG, "disegno.svg", Problem.UNKNOWN),
        (SVG, "disegno.jpg", Problem.UNKNOWN),
        (an_archive(), "referto.docm", Problem.UNKNOWN),
        (FORMULA, "foto.jpg", Problem.UNKNOWN),
        (a_photograph() + an_archive(), "foto.jpg", Problem.DISGUISED),
        (a_bomb(), "foto.png", Problem.TOO_MANY_PIXELS),
        (a_photograph()[:200], "foto.jpg", Problem.UNREADABLE),
        (b"%PDF-1.7 niente", "atto.pdf", Problem.UNREADABLE),
    ],
)
def test_a_bad_file_is_answered_in_words_and_leaves_nothing(
    centre: Client, case: str, media: Path, content: bytes, name: str, problem: Problem
) -> None:
    from django.utils.html import escape

    status, text = bring(centre, case, content, name)
    assert status == 422
    assert escape(SENTENCES[problem]) in text
    assert name not in text
    assert not [one for one in media.rglob("*") if one.is_file()]
    assert "Nessun documento" in page(centre, f"{case}scheda/")


def test_a_name_with_a_path_goes_nowhere_and_is_kept_nowhere(centre: Client, case: str, media: Path) -> None:
    assert bring(centre, case, a_photograph(), "../../etc/passwd")[0] == 302
    assert all(re.fullmatch(r"[0-9a-f]{32}", one.name) for one in media.rglob("*") if one.is_file())
    assert "passwd" not in page(centre, f"{case}scheda/")
    assert not any("passwd" in str(one) for one in AuditEntry.objects.values_list("detail", flat=True))


def test_without_a_kind_nothing_is_kept(centre: Client, case: str, media: Path) -> None:
    for kind in ("", "nonsense"):
        status, text = bring(centre, case, a_photograph(), kind=kind)
        assert (status, "Scegli che documento è." in text) == (422, True)
    assert not media.exists()


def test_a_large_file_touches_no_temporary_directory(
    centre: Client, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_arguments: object, **_named: object) -> None:
        raise AssertionError("in clear on the disk")

    for name in ("NamedTemporaryFile", "TemporaryFile", "mkstemp", "SpooledTemporaryFile"):
        monkeypatch.setattr(tempfile, name, refused)
    assert bring(centre, case, a_photograph() + bytes(4_000_000))[0] == 302


def test_a_body_over_the_limit_is_refused_unread_and_only_this_page_takes_more_than_a_megabyte(
    centre: Client, case: str, settings: Settings
) -> None:
    for address, length, megabytes in (
        (f"{case}documenti/", settings.DOCUMENT_BYTES + 200_000, "20 MB"),
        (f"{case}documenti/", 5_000_000_000, "20 MB"),
        (f"{case}conduce/", 2_000_000, "un milione"),
    ):
        response = centre.post(address, b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=length)
        assert response.status_code == 413
        assert megabytes in response.content.decode()


def test_another_service_sees_nothing_of_it_and_hidden_answers_like_absent(
    sign_in: SignIn, centre: Client, case: str
) -> None:
    bring(centre, case, a_photograph())
    hidden, absent = brought(centre, case), f"{case}documenti/00000000-0000-4000-8000-000000000000/"
    other = sign_in("ed")
    for part in ("", "originale/", "togli/", "rimetti/"):
        answers = [other.post(f"{one}{part}", {"why": "law"}) if part else other.get(one) for one in (hidden, absent)]
        assert [one.status_code for one in answers] == [404, 404]
        assert answers[0].content == answers[1].content
    assert "Fotografia" not in page(other, f"{case}scheda/")


def test_who_only_takes_part_brings_nothing(sign_in: SignIn, case: str, media: Path) -> None:
    other = sign_in("ed")
    assert other.get(f"{case}documenti/").status_code == 404
    assert bring(other, case, a_photograph())[0] == 404
    assert not media.exists()


def test_what_a_role_never_reads_it_does_not_open_though_its_service_brought_it(
    centre: Client, case: str, region: Region
) -> None:
    bring(centre, case, a_photograph())
    address = brought(centre, case)
    Membership.objects.filter(operator=region.operators["centre"]).update(role=Role.OFFICER)
    assert centre.get(address).status_code == 404
    assert "Fotografia" not in page(centre, f"{case}scheda/")
    kinds = page(centre, f"{case}documenti/")
    assert "Atto giudiziario" in kinds
    assert "Referto" not in kinds
    assert bring(centre, case, a_photograph())[0] == 422


def test_the_original_asks_why_and_is_handed_over_never_shown(centre: Client, case: str) -> None:
    content = a_photograph_with_a_place()
    bring(centre, case, content)
    address = f"{brought(centre, case)}originale/"
    assert centre.post(address).status_code == 422
    assert centre.get(address).status_code == 405
    response = centre.post(address, {"why": "law"})
    assert b"".join(response.streaming_content) == content  # type: ignore[attr-defined]
    assert response["Content-Disposition"] == 'attachment; filename="originale.jpeg"'
    assert response["Content-Type"] == "application/octet-stream"
    assert AuditEntry.objects.get(verb="document.original").detail["why"] == "law"


def test_with_an_old_proof_the_original_asks_who_she_is_and_leads_back_to_the_record(centre: Client, case: str) -> None:
    bring(centre, case, a_photograph())
    address = f"{brought(centre, case)}originale/"
    session = centre.session
    session[AUTHENTICATION_METHODS_SESSION_KEY][-1]["at"] = time.time() - 3_600
    session.save()
    asked = centre.post(address, {"why": "law"})
    assert asked.status_code == 403
    assert "Conferma che sei tu" in asked.content.decode()
    assert not AuditEntry.objects.filter(verb="document.original").exists()
    TOTP.activate(Operator.objects.get(pk=centre.session[SESSION_KEY]), SECRET)
    code = format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))
    confirmed = centre.post(address, {"why": "law", "confirm-code": code})
    assert (confirmed.status_code, confirmed["Location"]) == (302, f"{case}scheda/")
    assert centre.post(address, {"why": "law"}).status_code == 200


def test_what_is_taken_out_opens_no_more_and_can_be_put_back_until_a_day_that_the_page_says(
    centre: Client, case: str
) -> None:
    bring(centre, case, a_photograph())
    address = brought(centre, case)
    assert centre.post(f"{address}togli/").status_code == 302
    assert centre.get(address).status_code == 404
    shown = page(centre, f"{case}scheda/")
    assert "Per trenta giorni il servizio lo può rimettere." in shown
    assert "Viene distrutto" in shown
    assert f'href="{address}"' not in shown
    assert f"{address}togli/" not in shown
    assert centre.post(f"{address}rimetti/").status_code == 302
    assert centre.get(address).status_code == 200
    assert "Documento rimesso." in page(centre, f"{case}scheda/")


def test_a_virus_is_refused_in_words_and_the_attempt_stays_in_the_register(
    centre: Client, case: str, settings: Settings
) -> None:
    with a_scanner() as (address, _scanner):
        settings.SCANNER = address
        status, text = bring(centre, case, a_photograph() + EICAR)
    assert (status, SENTENCES[Problem.INFECTED] in text) == (422, True)
    assert AuditEntry.objects.get(verb="document.refuse").detail == {"kind": "photograph", "why": "infected"}


def test_while_the_scanner_is_silent_the_page_says_that_it_waits(centre: Client, case: str, settings: Settings) -> None:
    settings.SCANNER = "tcp://127.0.0.1:1"
    assert bring(centre, case, a_photograph())[0] == 302
    shown = page(centre, f"{case}scheda/")
    assert "in attesa del controllo antivirus" in shown
    assert "originale/" not in shown


def test_reading_the_record_says_which_slices_of_documents_were_listed(centre: Client, case: str) -> None:
    bring(centre, case, a_photograph())
    page(centre, f"{case}scheda/")
    assert "health" in AuditEntry.objects.filter(verb="record.read").latest("id").detail["slices"]
