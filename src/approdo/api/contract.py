# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The contract: every address, every answer, made from the code so that it cannot drift from it."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from ninja import NinjaAPI, Router

from approdo.api import activations, calls, directory, problems, visits
from approdo.api.authentication import ServiceToken
from approdo.api.schemas import ROOT

_DESCRIPTION = """\
Activate an anti-violence network from another program, follow the answers, and answer for your own service.

Software is never the only path: when this interface fails, telephone 112, or 1522, or the number of the service.

* **Token**: `Authorization: Bearer …`, one per service (`approdo token create`).
* **Times**: RFC 3339 with an offset; answers are in UTC. The instant of a request is the database's.
* **Errors**: RFC 9457 `application/problem+json`; `code` is stable, sentences follow `Accept-Language` (it, en).
* **Unknown fields and parameters** are refused, so that a misspelt one is never silently ignored.
* **Limits**: bodies up to 64 kB; 600 reads a minute for each token. To activate, answer or stand down has no limit.
* No name, place or word about a woman comes back from here: an alias stands for her. Identifiers and a note that an
  emergency department sends are made pseudonyms, or read and forgotten, at the door.
"""

_HEADERS: dict[str, dict[str, Any]] = {
    "WWW-Authenticate": {"description": '`Bearer`, with `error="invalid_token"` when one was sent.'},
    "Retry-After": {"description": "Whole seconds to wait.", "schema": {"type": "integer", "minimum": 1}},
    "Allow": {"description": "The methods that this address has."},
    "Location": {"description": "Where the board of the activation is read.", "required": True},
    "Link": {"description": '`<…>; rel="next"` when the list goes on.'},
}

# status → (name of the response, what it says, codes, headers)
ERRORS: dict[int, tuple[str, str, list[str], list[str]]] = {
    400: ("Malformed", "The body is not JSON in UTF-8.", ["malformed"], []),
    401: ("Unauthenticated", "No token, or one that opens nothing.", ["unauthenticated"], ["WWW-Authenticate"]),
    403: ("Forbidden", "The role or the service of the token does not include this act.", ["forbidden"], []),
    404: ("NotFound", "Absent, or not for your service.", ["not_found", "unknown_municipality"], []),
    405: ("MethodNotAllowed", "This address does not have this method.", ["method_not_allowed"], ["Allow"]),
    409: (
        "Conflict",
        "The state does not allow it; nothing was done.",
        [
            "conflict",
            "key_reused",
            "no_protocol",
            "nobody_to_call",
            "already_ended",
            "already_taken",
            "not_open",
            "not_alerted",
            "already_answered",
            "two_people",
        ],
        [],
    ),
    411: ("LengthRequired", "The body came in chunks, without Content-Length.", ["length_required"], []),
    413: ("TooLarge", "The body is over 64 kB.", ["too_large"], []),
    415: ("UnsupportedMediaType", "The body is not application/json.", ["unsupported_media_type"], []),
    422: ("Invalid", "`errors` says what is wrong and where.", ["invalid", "unknown_municipality"], []),
    429: ("TooManyRequests", "This token reads too fast. Only reads are limited.", ["rate_limited"], ["Retry-After"]),
    500: ("Unexpected", "A fault of ours; `reference` finds it in our log.", ["unexpected"], []),
    503: (
        "Unavailable",
        "The database, or whoever keeps the keys, does not answer; repeat with the same key.",
        ["unavailable", "keys_unavailable"],
        ["Retry-After"],
    ),
}

_FAULT = {
    "type": "object",
    "required": ["in", "pointer", "detail"],
    "properties": {
        "in": {"type": "string", "enum": ["body", "query", "header"]},
        "pointer": {"type": "string", "description": 'JSON pointer into that part; "" is the whole of it.'},
        "detail": {"type": "string", "description": "A sentence for a person."},
    },
}


def _problem(status: int, codes: list[str]) -> dict[str, Any]:
    """Return the schema of a problem of one status (RFC 9457)."""
    own: dict[int, dict[str, Any]] = {
        422: {"errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}}},
        500: {"reference": {"type": "string", "pattern": "^[0-9a-f]{16}$"}},
    }
    extra = own.get(status, {})
    return {
        "type": "object",
        "required": ["type", "title", "status", "code", "detail", *extra],
        "properties": {
            "type": {"type": "string", "format": "uri", "enum": [problems.TYPE_PREFIX + code for code in codes]},
            "title": {"type": "string"},
            "status": {"type": "integer", "const": status},
            "code": {"type": "string", "enum": codes},
            "detail": {"type": "string"},
            **extra,
        },
    }


def _error_responses() -> dict[str, Any]:
    return {
        name: {
            "description": words,
            "content": {problems.MEDIA_TYPE: {"schema": _problem(status, codes)}},
            **({"headers": _headers(*headers)} if headers else {}),
        }
        for status, (name, words, codes, headers) in ERRORS.items()
    }


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"schema": {"type": "string"}, **_HEADERS[name]} for name in names}


def possible_errors(method: str, path: str, operation: dict[str, Any]) -> list[int]:
    """Return every status an operation may refuse with, from what it takes and does."""
    found = {405, 413, 422, 500}
    if "security" in operation:
        found |= {401, 403, 503} | ({429} if method == "get" else set())
    if "requestBody" in operation:
        found |= {400, 411, 415}
    if method == "post":
        found |= {404, 409}
    if "{" in path:
        found.add(404)
    return sorted(found)


class Contract(NinjaAPI):
    """The interface for programs: problems instead of the library's own errors, and a document that says them all."""

    def on_exception(self, request: HttpRequest, exc: Exception) -> HttpResponse:  # type: ignore[override]
        """Let the threshold answer: what went wrong must first end the transaction that it went wrong in."""
        raise exc

    def views(self) -> dict[str, Callable[..., HttpResponse]]:
        """Return the library's view of each address (its own front page is not one of ours)."""
        patterns = (one for one in self.urls[0] if isinstance(one, URLPattern) and one.name != "api-root")
        return {str(one.pattern): one.callback for one in patterns}

    def document(self) -> dict[str, Any]:
        """Return the OpenAPI 3.1 document, complete with every error."""
        made = dict(self.get_openapi_schema(path_prefix=ROOT.lstrip("/")))
        made["components"]["responses"] = _error_responses()
        made["components"]["schemas"]["Fault"] = _FAULT
        for path, methods in made["paths"].items():
            for method, operation in methods.items():
                operation["responses"] = {str(code): answer for code, answer in operation["responses"].items()}
                for status in possible_errors(method, path, operation):
                    operation["responses"][str(status)] = {"$ref": f"#/components/responses/{ERRORS[status][0]}"}
        made["paths"][f"{ROOT}/activations"]["get"]["responses"]["200"]["headers"] = _headers("Link")
        for success in ("200", "201"):
            made["paths"][f"{ROOT}/activations"]["post"]["responses"][success]["headers"] = _headers("Location")
        return made


api = Contract(
    title="Approdo",
    version="1.0.0",
    description=_DESCRIPTION,
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
    auth=ServiceToken(),
    servers=[{"url": "/", "description": "This installation."}],
    openapi_extra={
        "info": {
            "summary": "Activate the network, follow the answers, answer.",
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "tags": [
            {"name": "activations", "description": "One act that calls every competent service."},
            {"name": "calls", "description": "The search for one service's answer."},
            {"name": "directory", "description": "Who serves a place, and who is on call."},
            {"name": "recognition", "description": "A visit, and a reason to ask her in private or nothing."},
            {"name": "contract", "description": "This document."},
        ],
    },
)
contract_router = Router(tags=["contract"])


@lru_cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document, made once per process."""
    return api.document()


@contract_router.get(
    "/openapi.json", auth=None, response=dict[str, Any], summary="This document", operation_id="read_contract"
)
def read_contract(request: HttpRequest) -> dict[str, Any]:
    """Return this document. It needs no token."""
    return document()


for _router in (activations.router, calls.router, directory.router, visits.router, contract_router):
    api.add_router("", _router)
