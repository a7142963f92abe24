# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages travel compressed, but never so that another site could learn a length (ADR 0010)."""

import gzip

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client

from approdo.web.compression import Compression

PAGE = "/accessibilita/"
HERSELF = {"accept-encoding": "gzip", "sec-fetch-site": "same-origin"}


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_what_she_asks_for_travels_compressed(db: None, site: str) -> None:
    response = Client().get(PAGE, headers=HERSELF | {"sec-fetch-site": site})
    assert response["Content-Encoding"] == "gzip"
    assert len(response.content) < 0.7 * len(gzip.decompress(response.content))
    assert "Dichiarazione di accessibilità" in gzip.decompress(response.content).decode()


@pytest.mark.parametrize("site", ["cross-site", "same-site", "", None])
def test_what_another_site_asks_for_keeps_its_length(db: None, site: str | None) -> None:
    asked = {"accept-encoding": "gzip"} | ({} if site is None else {"sec-fetch-site": site})
    response = Client().get(PAGE, headers=asked)
    assert "Content-Encoding" not in response
    assert "Dichiarazione di accessibilità" in response.content.decode()


def test_a_browser_that_cannot_read_it_gets_it_plain(db: None) -> None:
    assert "Content-Encoding" not in Client().get(PAGE, headers={"sec-fetch-site": "same-origin"})


def test_the_same_page_never_has_the_same_length(db: None) -> None:
    pages = [Client().get(PAGE, headers=HERSELF).content for _each in range(12)]
    assert len({gzip.decompress(page) for page in pages}) == 1
    assert len({len(page) for page in pages}) > 1


def test_a_stream_is_left_alone() -> None:
    request = HttpRequest()
    request.META.update(HTTP_ACCEPT_ENCODING="gzip", HTTP_SEC_FETCH_SITE="same-origin")
    stream = StreamingHttpResponse(["parola " * 100])
    answered = Compression(lambda _request: HttpResponse()).process_response(request, stream)
    assert "Content-Encoding" not in answered
    assert answered is stream
