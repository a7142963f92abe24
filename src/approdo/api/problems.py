# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every refusal of the door for programs, as an RFC 9457 problem document in the caller's language."""

import logging
import secrets
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, JsonResponse, UnreadablePostError
from django.utils.translation import gettext as translated
from django.utils.translation.trans_real import parse_accept_lang_header
from ninja.errors import AuthenticationError, HttpError, ValidationError

from approdo.api.wording import sentence_for
from approdo.kit.errors import Invalid, NotFound, Refusal
from approdo.kit.words import mark as _

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:approdo:problem:"
REALM = 'Bearer realm="approdo"'

TITLES = {
    400: _("Richiesta non leggibile"),
    401: _("Chiave mancante o non valida"),
    403: _("Operazione non permessa"),
    404: _("Non trovato"),
    405: _("Metodo non previsto"),
    409: _("In conflitto con lo stato attuale"),
    411: _("Manca la lunghezza"),
    413: _("Contenuto troppo grande"),
    415: _("Formato non previsto"),
    422: _("Dati non validi"),
    429: _("Troppe richieste"),
    500: _("Errore imprevisto"),
    503: _("Servizio non disponibile"),
}

log = logging.getLogger(__name__)


class Malformed(Refusal):
    """The body is not JSON."""

    code = "malformed"
    sentence = _("Il contenuto non è JSON valido in UTF-8.")


class Unauthenticated(Refusal):
    """No token, or one that opens nothing: unknown, ended and revoked answer alike."""

    status = 401
    code = "unauthenticated"
    sentence = _("Serve una chiave valida: Authorization: Bearer …")


class MethodNotAllowed(Refusal):
    """The address exists, this method does not."""

    status = 405
    code = "method_not_allowed"
    sentence = _("Questo indirizzo non prevede questo metodo.")

    def __init__(self, allowed: Iterable[str]) -> None:
        super().__init__()
        self.allowed = ", ".join(sorted(allowed))


class LengthRequired(Refusal):
    """A body in chunks, whose size cannot be checked before reading it."""

    status = 411
    code = "length_required"
    sentence = _("Indica Content-Length: il contenuto a pezzi non è accettato.")


class TooLarge(Refusal):
    """The body is over the limit; it is refused unread."""

    status = 413
    code = "too_large"
    sentence = _("Il contenuto supera 64 kB.")


class UnsupportedMediaType(Refusal):
    """The body says it is something other than JSON."""

    status = 415
    code = "unsupported_media_type"
    sentence = _("Invia il contenuto come application/json.")


class TooManyRequests(Refusal):
    """This token reads faster than a program needs to."""

    status = 429
    code = "rate_limited"
    sentence = _("Troppe letture con questa chiave: aspetta e riprova. Attivare e rispondere resta sempre possibile.")

    def __init__(self, wait_seconds: int) -> None:
        super().__init__()
        self.wait_seconds = wait_seconds


class Unavailable(Refusal):
    """The database does not answer."""

    status = 503
    code = "unavailable"
    sentence = _(
        "Adesso il sistema non risponde. Riprova con la stessa Idempotency-Key: la richiesta non sarà doppia."
        " Se è urgente, telefona: 112, oppure 1522."
    )
    retry_seconds = 2


class Unexpected(Refusal):
    """A fault of ours, found again in the log by its reference."""

    status = 500
    code = "unexpected"
    sentence = _(
        "C'è stato un errore nostro. Riprova con la stessa Idempotency-Key: la richiesta non sarà doppia."
        " Se è urgente, telefona: 112, oppure 1522."
    )

    def __init__(self) -> None:
        super().__init__()
        self.reference = secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a request: in which part, where in it (a JSON pointer), and a sentence."""

    part: str
    pointer: str
    sentence: str

    def written(self) -> dict[str, str]:
        """Return the fault as the document carries it, translated."""
        return {"in": self.part, "pointer": self.pointer, "detail": translated(self.sentence)}


class Faulty(Refusal):
    """Input that does not fit the contract, or that the domain refuses, part by part."""

    status = 422
    code = "invalid"
    sentence = _("Correggi i dati segnalati.")

    def __init__(self, *faults: Fault, code: str | None = None) -> None:
        super().__init__(code=code)
        self.faults = faults


def language_of(request: HttpRequest) -> str:
    """Return the language of the sentences: what the caller accepts, else Italian; cookies have no say here."""
    known = {code for code, _name in settings.LANGUAGES}
    try:
        wanted = parse_accept_lang_header(request.headers.get("Accept-Language", "").lower())
    except ValueError:  # longer than any honest header
        return settings.LANGUAGE_CODE
    found = (code.partition("-")[0] for code, _quality in wanted)
    return next((code for code in found if code in known), settings.LANGUAGE_CODE)


def answer(request: HttpRequest, error: Exception) -> JsonResponse:
    """Return the problem document of anything that went wrong; nothing of the request is echoed."""
    refusal = _as_refusal(error)
    document: dict[str, object] = {
        "type": TYPE_PREFIX + refusal.code,
        "title": translated(TITLES[refusal.status]),
        "status": refusal.status,
        "code": refusal.code,
        "detail": translated(refusal.sentence),
    }
    if isinstance(refusal, Faulty):
        document["errors"] = [fault.written() for fault in refusal.faults]
    if isinstance(refusal, Unexpected):
        document["reference"] = refusal.reference
    return JsonResponse(
        document, status=refusal.status, content_type=MEDIA_TYPE, headers=dict(_headers(request, refusal))
    )


def _headers(request: HttpRequest, refusal: Refusal) -> Mapping[str, str]:
    if isinstance(refusal, Unauthenticated):
        presented = "Authorization" in request.headers
        return {"WWW-Authenticate": f'{REALM}, error="invalid_token"' if presented else REALM}
    if isinstance(refusal, MethodNotAllowed):
        return {"Allow": refusal.allowed}
    if isinstance(refusal, TooManyRequests):
        return {"Retry-After": str(refusal.wait_seconds)}
    if isinstance(refusal, Unavailable):
        return {"Retry-After": str(refusal.retry_seconds)}
    return {}


def _as_refusal(error: Exception) -> Refusal:
    known = error
    if isinstance(error, Invalid):
        faults = (Fault("body", f"/{field}" if field else "", words) for field, words in error.problems.items())
        known = Faulty(*faults, code=error.code)
    elif isinstance(error, ValidationError):
        known = _from_validation(error)
    elif isinstance(error, AuthenticationError):
        known = Unauthenticated()
    elif isinstance(error, UnreadablePostError) or (isinstance(error, HttpError) and error.status_code == 400):
        known = Malformed()
    elif isinstance(error, OperationalError | InterfaceError):
        cause = error.__cause__
        log.error("the database did not serve a request: %s %s", type(cause).__name__, getattr(cause, "sqlstate", ""))
        known = Unavailable()
    return known if isinstance(known, Refusal) and known.status in TITLES else _unexpected(error)


def _from_validation(error: ValidationError) -> Refusal:
    """Turn the contract's own errors into faults; an address that cannot exist is simply not found."""
    faults = []
    for one in error.errors:
        part, *where = one["loc"]
        if part == "path":
            return NotFound()
        if part == "body":
            where = where[1:]  # the name of our own argument
        pointer = "".join(f"/{step}" for step in _known_steps(one["type"], where))
        faults.append(Fault(part, pointer, sentence_for(one["type"], one.get("ctx", {}))))
    return Faulty(*faults)


def _known_steps(kind: str, where: list[str | int]) -> list[str]:
    """Return the way to a fault; the name of an unknown field is the caller's own word and is given back short."""
    steps = [str(step).replace("~", "~0").replace("/", "~1") for step in where]
    if kind == "extra_forbidden" and steps:
        steps[-1] = steps[-1][:80]
    return steps


def _unexpected(error: Exception) -> Unexpected:
    """Log the type and the frames, never the message: messages of databases quote rows."""
    problem = Unexpected()
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("reference %s: unexpected %s\n%s", problem.reference, type(error).__name__, frames)
    return problem
