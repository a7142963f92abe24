# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bad input: the right status, a stable code, a sentence, nothing written, nothing echoed."""

import json
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, UnreadablePostError
from django.test import RequestFactory

from approdo.activations.models import Activation
from approdo.api import activations as door
from approdo.api import problems
from approdo.api.contract import ERRORS
from approdo.api.threshold import nowhere
from approdo.cases.models import Case

from .conftest import BODY, KEY, House, Problem, Program

MANY = "9" * 5000
NOBODY = "01890000-0000-7000-8000-000000000000"

# body, pointer of the fault (None: the whole document is refused before that), status, code
BODIES: dict[str, tuple[Any, str | None, int, str]] = {
    "no body": (b"", "", 422, "invalid"),
    "not JSON": (b"{", None, 400, "malformed"),
    "not UTF-8": (b'{"municipality": "\xff\xfe"}', None, 400, "malformed"),
    "nested without end": (b"[" * 60_000, None, 400, "malformed"),
    "a list": (b"[]", "", 422, "invalid"),
    "a string": (b'"activate"', "", 422, "invalid"),
    "null": (b"null", "", 422, "invalid"),
    "empty object": ({}, "/municipality", 422, "invalid"),
    "unknown municipality": (BODY | {"municipality": "999999"}, "/municipality", 422, "unknown_municipality"),
    "municipality as a name": (BODY | {"municipality": "Varese"}, "/municipality", 422, "invalid"),
    "municipality as a number": (BODY | {"municipality": 12133}, "/municipality", 422, "invalid"),
    "municipality with a line end": (BODY | {"municipality": "012133\n"}, "/municipality", 422, "invalid"),
    "municipality in other digits": (BODY | {"municipality": "٠١٢١٣٣"}, "/municipality", 422, "invalid"),
    "municipality with a zero byte": (BODY | {"municipality": "01213\x00"}, "/municipality", 422, "invalid"),
    "no needs": (BODY | {"needs": []}, "/needs", 422, "invalid"),
    "needs as a word": (BODY | {"needs": "safe_place"}, "/needs", 422, "invalid"),
    "too many needs": (BODY | {"needs": ["children"] * 5}, "/needs", 422, "invalid"),
    "unknown need": (BODY | {"needs": ["safe_place", "money"]}, "/needs/1", 422, "invalid"),
    "unknown consent": (BODY | {"consent": "maybe"}, "/consent", 422, "invalid"),
    "consent missing": ({k: v for k, v in BODY.items() if k != "consent"}, "/consent", 422, "invalid"),
    "unknown context": (BODY | {"context": ""}, "/context", 422, "invalid"),
    "exercise as a word": (BODY | {"exercise": "yes"}, "/exercise", 422, "invalid"),
    "exercise as a number": (BODY | {"exercise": 1}, "/exercise", 422, "invalid"),
    "case that is no UUID": (BODY | {"case": "Airone 42"}, "/case", 422, "invalid"),
    "unknown field": (BODY | {"name": "Maria"}, "/name", 422, "invalid"),
    "unknown field with a slash": (BODY | {"a/b~c": 1}, "/a~1b~0c", 422, "invalid"),
    "very long unknown field": (BODY | {"x" * 9_000: 1}, "/" + "x" * 80, 422, "invalid"),
    "large field": (BODY | {"case": "x" * 60_000}, "/case", 422, "invalid"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_does_not_fit_is_refused_where_it_is_wrong(name: str, house: House, problem: Problem) -> None:
    body, pointer, status, code = BODIES[name]
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = house.hospital.send("POST", "/activations", content, **{"idempotency-key": KEY})
    document = problem(response)
    assert (response.status_code, document["code"]) == (status, code)
    assert document["type"] == f"urn:approdo:problem:{code}"
    if pointer is not None:
        assert pointer in [fault["pointer"] for fault in document["errors"]]
        assert all(fault["detail"].endswith((".", ")")) and fault["in"] == "body" for fault in document["errors"])
    assert "Maria" not in response.content.decode()
    assert not Activation.objects.exists()
    assert not Case.objects.exists()


KEYS = {
    "missing": None,
    "empty": "",
    "too short": "1234567",
    "too long": "k" * 81,
    "with spaces": "key of the night",
    "with letters of other alphabets": "chiavè-della-notte",
}


@pytest.mark.parametrize("name", KEYS)
def test_a_creation_needs_an_idempotency_key_of_8_to_80_characters(name: str, house: House, problem: Problem) -> None:
    key = KEYS[name]
    headers = {} if key is None else {"idempotency-key": key}
    response = house.hospital.post("/activations", BODY, **headers)
    assert response.status_code == 422
    assert [(one["in"], one["pointer"]) for one in problem(response)["errors"]] == [("header", "/Idempotency-Key")]
    assert not Activation.objects.exists()


@pytest.mark.parametrize("key", ["12345678", "k" * 80, "!~{}[]/=+"])
def test_a_key_at_the_limits_is_good(key: str, house: House) -> None:
    assert house.hospital.activate(key).status_code == 201


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("stand-down", {"reason": "because"}, "/reason"),
        ("stand-down", {}, "/reason"),
        ("stand-down", {"reason": "mistake", "why": "…"}, "/why"),
        ("stand-down", None, ""),
        ("acknowledge", {"name": "…"}, "/name"),
        ("acknowledge", [], ""),
        ("decline", {"reason": "mistake"}, "/reason"),
        ("decline", {"reason": None}, "/reason"),
        ("decline", None, ""),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(
    path: str, body: Any, pointer: str, house: House, activation: str, problem: Problem
) -> None:
    where = f"/activations/{activation}" if path == "stand-down" else f"/calls/{house.call_of(activation)}"
    response = house.centre.post(f"{where}/{path}", body)
    assert response.status_code == 422, response.content
    assert pointer in [fault["pointer"] for fault in problem(response)["errors"]]


QUERIES = {
    "/activations?limit=0": "/limit",
    "/activations?limit=101": "/limit",
    "/activations?limit=ten": "/limit",
    f"/activations?limit={MANY}": "/limit",
    "/activations?limit=5&limit=6": "/limit",
    "/activations?cursor=": "/cursor",
    "/activations?cursor=WyJ4Il0.signed": "/cursor",
    "/activations?cursor=%00": "/cursor",
    f"/activations?cursor={MANY}": "/cursor",
    "/activations?name=Maria": "/name",
    "/municipalities/012133/services?when=now": "/when",
    "/municipalities/012133/services?at=": "/at",
    "/municipalities/012133/services?at=now": "/at",
    "/municipalities/012133/services?at=2026-11-24": "/at",
    "/municipalities/012133/services?at=2026-11-24T22:30:00": "/at",
    "/municipalities/012133/services?at=2026-11-24T22:30:00+01:00": "/at",  # + is a space in a query
    "/municipalities/012133/on-call?at=2026-02-30T22:30:00Z": "/at",
    "/municipalities/012133/on-call?at=2026-11-24T22:30:00%2B99:00": "/at",
    "/municipalities/012133/on-call?at=0001-01-01T00:00:00%2B23:59": "/at",
    "/municipalities/012133/on-call?at=9999-12-31T23:59:59-23:59": "/at",
    "/municipalities/012133/on-call?at=2030-01-01T00:00:00Z": "/at",
    "/municipalities/012133/on-call?at=1764000000": "/at",
}


@pytest.mark.parametrize("address", QUERIES)
def test_a_query_that_does_not_fit_is_refused(address: str, house: House, problem: Problem) -> None:
    response = house.hospital.get(address)
    assert response.status_code == 422, response.content
    assert [(one["in"], one["pointer"]) for one in problem(response)["errors"]] == [("query", QUERIES[address])]
    assert b"Maria" not in response.content


def test_a_thousand_unknown_parameters_are_answered_shortly(house: House, problem: Problem) -> None:
    response = house.hospital.get("/activations?" + "&".join(f"p{number}=1" for number in range(900)))
    assert len(problem(response)["errors"]) == 20


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/nothing",
        "/activations/",
        "/activations/Airone",
        "/activations/123",
        "/activations/%00",
        f"/activations/{NOBODY}/nothing",
        f"/activations/{NOBODY}/calls",
        "/municipalities/Varese/services",
        "/municipalities/01213%00/services",
        "/municipalities/01213333/on-call",
        "/../settings",
    ],
)
def test_what_is_not_there_is_not_found(path: str, house: House, problem: Problem) -> None:
    response = house.hospital.get(path)
    assert response.status_code == 404
    assert problem(response)["code"] == "not_found"


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v2/activations"])
def test_an_address_beside_the_door_is_not_found_in_the_same_way(path: str, problem: Problem) -> None:
    response = nowhere(RequestFactory().post(path))
    assert (response.status_code, problem(response)["code"]) == (404, "not_found")


def test_an_unknown_municipality_has_no_directory(house: House, problem: Problem) -> None:
    for what in ("services", "on-call"):
        response = house.hospital.get(f"/municipalities/999999/{what}")
        assert (response.status_code, problem(response)["code"]) == (404, "unknown_municipality")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"])
@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/activations", "GET, HEAD, POST"),
        (f"/activations/{NOBODY}", "GET, HEAD"),
        (f"/activations/{NOBODY}/stand-down", "POST"),
        (f"/calls/{NOBODY}/acknowledge", "POST"),
        ("/municipalities/012133/on-call", "GET, HEAD"),
        ("/openapi.json", "GET, HEAD"),
    ],
)
def test_a_method_that_is_not_there_is_refused_with_those_that_are(
    method: str, path: str, allowed: str, problem: Problem
) -> None:
    response = Program().send(method, path)
    assert (response.status_code, response["Allow"]) == (405, allowed)
    assert problem(response)["code"] == "method_not_allowed"


def test_head_is_get_without_the_body(house: House) -> None:
    response = house.hospital.send("HEAD", "/activations")
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("size", [64 * 1024 + 1, 900_000])
def test_a_body_over_the_limit_is_refused_unread(size: int, house: House, problem: Problem) -> None:
    content = json.dumps(BODY | {"case": "x" * size}).encode()
    response = house.hospital.send("POST", "/activations", content, **{"idempotency-key": KEY})
    assert response.status_code == 413
    assert problem(response)["code"] == "too_large"
    assert not Activation.objects.exists()


@pytest.mark.parametrize("path", ["/activations", f"/activations/{NOBODY}/stand-down", f"/calls/{NOBODY}/decline"])
def test_a_body_of_ten_megabytes_is_refused_in_the_words_of_the_contract(path: str, problem: Problem) -> None:
    response = Program().send("POST", path, b"x" * 10_000_000, **{"accept-language": "en"})
    assert (response.status_code, response["Content-Language"]) == (413, "en")
    assert problem(response)["type"] == "urn:approdo:problem:too_large"
    assert "64 kB" in problem(response)["detail"]


def test_ten_megabytes_to_an_address_that_is_not_there_are_not_read_either(problem: Problem) -> None:
    assert problem(Program().send("POST", "/nowhere", b"x" * 10_000_000))["code"] == "not_found"


def test_a_body_at_the_limit_is_read(house: House) -> None:
    content = json.dumps(BODY).encode().ljust(64 * 1024)
    assert house.hospital.send("POST", "/activations", content, **{"idempotency-key": KEY}).status_code == 201


def test_a_body_in_chunks_is_refused(house: House, problem: Problem) -> None:
    response = house.hospital.send(
        "POST", "/activations", **{"idempotency-key": KEY, "transfer-encoding": "chunked", "content-length": ""}
    )
    assert (response.status_code, problem(response)["code"]) == (411, "length_required")


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", ""],
)
def test_a_body_of_another_form_is_refused(kind: str, house: House, problem: Problem) -> None:
    content = json.dumps(BODY).encode()
    response = house.hospital.send("POST", "/activations", content, kind, **{"idempotency-key": KEY})
    assert (response.status_code, problem(response)["code"]) == (415, "unsupported_media_type")
    assert not Activation.objects.exists()


def test_json_with_its_charset_is_json(house: House) -> None:
    content = json.dumps(BODY).encode()
    kind = "Application/JSON; charset=utf-8"
    assert house.hospital.send("POST", "/activations", content, kind, **{"idempotency-key": KEY}).status_code == 201


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "it"),
        ("", "it"),
        ("*", "it"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("fr, en;q=0.5, it;q=0.4", "en"),
        ("fr", "it"),
        ("it-CH", "it"),
        ("EN", "en"),
        (";;;q=,", "it"),
        ("x" * 100_000, "it"),
        (",".join(["fr"] * 10_000), "it"),
    ],
)
def test_the_sentences_are_in_the_language_the_caller_accepts(header: str | None, language: str) -> None:
    response = Program(language=header).get("/activations")
    assert response["Content-Language"] == language
    assert response.status_code == 401


def test_a_language_cookie_has_no_say() -> None:
    program = Program(language="it")
    program.client.cookies["django_language"] = "en"
    assert program.get("/activations")["Content-Language"] == "it"


SECRET = "alias-of-somebody"


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (RuntimeError(SECRET), 500, "unexpected"),
        (KeyError(SECRET), 500, "unexpected"),
        (RecursionError(SECRET), 500, "unexpected"),
        (OperationalError(SECRET), 503, "unavailable"),
        (InterfaceError(SECRET), 503, "unavailable"),
        (UnreadablePostError(SECRET), 400, "malformed"),
    ],
)
def test_a_fault_of_ours_says_nothing_and_is_found_in_the_log(
    fault: Exception,
    status: int,
    code: str,
    house: House,
    problem: Problem,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(**_given: object) -> None:
        raise fault

    monkeypatch.setattr(door.services, "activate", fail)
    response = house.hospital.activate()
    document = problem(response)
    assert (response.status_code, document["code"]) == (status, code)
    assert SECRET not in response.content.decode()
    assert SECRET not in caplog.text
    if status == 500:
        assert document["reference"] in caplog.text
        assert type(fault).__name__ in caplog.text
        assert "in fail" in caplog.text
    if status == 503:
        assert response["Retry-After"] == "2"


def test_two_faults_have_two_references() -> None:
    first, second = (json.loads(problems.answer(HttpRequest(), ValueError()).content) for _ in range(2))
    assert first["reference"] != second["reference"]


def test_a_database_that_does_not_answer_the_token_is_unavailable(
    house: House, problem: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    from approdo.kit import clock

    program = house.hospital

    def fail() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(clock, "now", fail)
    assert problem(program.activate())["code"] == "unavailable"


def test_every_status_has_a_title_and_a_place_in_the_contract() -> None:
    assert set(problems.TITLES) == set(ERRORS)
