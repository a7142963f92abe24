# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Attiva la rete, the board of an activation, answering a call, and the link of an alert."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from approdo.access.rules import Permission
from approdo.activations import selectors, services
from approdo.activations.rules.states import (
    CONSENT_LABELS,
    DECLINE_LABELS,
    STAND_DOWN_LABELS,
    Consent,
    DeclineReason,
    StandDownReason,
)
from approdo.activations.selectors import Board, Preview
from approdo.activations.services.activating import Request
from approdo.cases import selectors as cases
from approdo.kit import clock
from approdo.kit.errors import Conflict, Invalid, NotFound, Refusal
from approdo.networks import selectors as networks
from approdo.networks.rules import ServiceKind, UnknownMunicipality
from approdo.protocols.rules import Context, Need, context_of
from approdo.protocols.rules.document import NEED_LABELS
from approdo.web import boards
from approdo.web.guards import Asked, goes_on, is_background, needs, public
from approdo.web.standing import standing_of

Reason = TypeVar("Reason", DeclineReason, StandDownReason)


@dataclass
class Choice:
    """What is chosen on the activation page so far."""

    municipality: str
    context: Context
    needs: frozenset[Need] = frozenset()
    consent: Consent = Consent.GIVEN
    exercise: bool = False
    case_id: UUID | None = None
    """The case it is about; None opens one."""
    key: str = field(default_factory=lambda: secrets.token_urlsafe(18))

    @property
    def query(self) -> str:
        """Return the choices as an address carries them, so that a link can keep them."""
        pairs: list[tuple[str, str]] = [("need", need) for need in sorted(self.needs)]
        pairs += [("consent", self.consent)] if self.consent is not Consent.GIVEN else []
        pairs += [("case", str(self.case_id))] if self.case_id else []
        return urlencode(pairs + ([("exercise", "1")] if self.exercise else []))


def _choice(request: Asked, data: QueryDict) -> Choice:
    """Read the form; raises ``Invalid`` for a need or a consent that does not exist."""
    standing = standing_of(request)
    try:
        needs = frozenset(Need(need) for need in data.getlist("need"))
        consent = Consent(data.get("consent", Consent.GIVEN))
        case_id = UUID(named) if (named := data.get("case", "")) else None
    except ValueError:
        raise Invalid({"need": _("Questo bisogno non esiste: scegli fra quelli della pagina.")}) from None
    choice = Choice(
        municipality=data.get("municipality") or standing.get("seat") or "",
        context=context_of(ServiceKind(standing.get("kind", ServiceKind.NETWORK_COORDINATION))),
        needs=needs,
        consent=consent,
        exercise=data.get("exercise") == "1",
        case_id=case_id,
    )
    if key := data.get("key"):
        choice.key = key
    return choice


def _preview(request: Asked, choice: Choice) -> Preview | None:
    if not choice.municipality:
        return None
    return selectors.preview(request.actor, choice.municipality, choice.needs, choice.context, request.now)


def _page(request: Asked, choice: Choice, refusal: Refusal | None = None) -> HttpResponse:
    try:
        shown = _preview(request, choice)
    except UnknownMunicipality as unknown:
        shown, refusal = None, refusal or unknown
    words = {
        "choice": choice,
        "alias": _alias(request, choice),
        "query": choice.query,
        "preview": shown,
        "needs": NEED_LABELS,
        "consents": CONSENT_LABELS,
        "problem": _(refusal.sentence) if refusal and not isinstance(refusal, Invalid) else "",
        "problems": {name: _(why) for name, why in refusal.problems.items()} if isinstance(refusal, Invalid) else {},
    }
    return render(request, "web/activations/activate.html", words, status=refusal.status if refusal else 200)


def _alias(request: Asked, choice: Choice) -> str:
    """Return the alias of the case that is to be helped; raises ``NotFound`` for absent and hidden alike."""
    if choice.case_id is None:
        return ""
    known = cases.aliases(request.actor, [choice.case_id])
    if choice.case_id not in known:
        raise NotFound
    return known[choice.case_id]


@goes_on
@needs(Permission.ACTIVATE)
@require_http_methods(["GET", "POST"])
def activate(request: Asked) -> HttpResponse:
    """The one page of three taps; a press on *Invia* activates and leads to the board."""
    if request.method == "GET":
        return _page(request, _choice(request, request.GET))
    choice = _choice(request, request.POST)
    if "preview" in request.POST:  # the button of a browser without script
        return _page(request, choice)
    wanted = Request(choice.municipality, choice.needs, choice.consent, choice.context, choice.exercise, choice.case_id)
    try:
        made = services.activate(
            actor=request.actor,
            request=wanted,
            idempotency_key=choice.key,
            now=request.now,
        )
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        return _page(request, choice, refusal)
    return redirect("board", made.id)


@needs(Permission.ACTIVATE)
@require_GET
def preview(request: Asked) -> HttpResponse:
    """The part of the activation page that says who will be called."""
    choice = _choice(request, request.GET)
    words = {"choice": choice, "preview": _preview(request, choice), "query": choice.query}
    return render(request, "web/activations/_fresh.html", words)


@require_GET
def choose_municipality(request: Asked) -> HttpResponse:
    """Look for a municipality by name, keeping what was already chosen."""
    text = request.GET.get("q", "").strip()
    kept = request.GET.copy()
    for name in ("q", "municipality", "key"):
        kept.pop(name, None)
    found = networks.municipalities(text) if text else []
    words = {"text": text, "found": found, "kept": kept.urlencode(), "kept_fields": list(_pairs(kept))}
    return render(request, "web/activations/municipality.html", words)


def _pairs(data: QueryDict) -> list[tuple[str, str]]:
    return [(name, value) for name in data for value in data.getlist(name)]


def _board_words(board: Board) -> dict:
    return {
        "board": board,
        "rows": boards.rows(board),
        "numbers": boards.numbers(board),
        "decline_reasons": DECLINE_LABELS,
        "stand_down_reasons": tuple(STAND_DOWN_LABELS),
    }


def _look(request: Asked, activation_id: UUID) -> Board:
    """Look at a board; a page that asks by itself has not read it."""
    if is_background(request):
        return selectors.board(request.actor, activation_id, request.now)
    return services.look(actor=request.actor, activation_id=activation_id, now=request.now)


@needs(Permission.READ_ACTIVATION)
@require_GET
def board(request: Asked, activation_id: UUID) -> HttpResponse:
    """The board: whom we alerted, how far it got, what comes next, the telephone instead."""
    return render(request, "web/activations/board.html", _board_words(_look(request, activation_id)))


@needs(Permission.READ_ACTIVATION)
@require_GET
def board_fragment(request: Asked, activation_id: UUID) -> HttpResponse:
    """The living part of the board."""
    return render(request, "web/activations/_board.html", _board_words(_look(request, activation_id)))


@needs(Permission.READ_ACTIVATION)
@require_GET
def attempts(request: Asked, activation_id: UUID) -> HttpResponse:
    """Every attempt: what happened when, and how each message fared."""
    return render(request, "web/activations/attempts.html", {"board": _look(request, activation_id)})


@needs(Permission.READ_ACTIVATION)
@require_GET
def attempts_fragment(request: Asked, activation_id: UUID) -> HttpResponse:
    """The living part of the attempts."""
    return render(request, "web/activations/_attempts.html", {"board": _look(request, activation_id)})


def _act(request: Asked, activation_id: UUID, act: Callable[[], object], done: str) -> HttpResponse:
    """Do one act and show the board again; what moved on meanwhile is said there, not on an error page."""
    try:
        act()
    except Conflict as conflict:
        messages.warning(request, _(conflict.sentence))
    else:
        messages.success(request, done)
    return redirect("board", activation_id)


@goes_on
@needs(Permission.READ_ACTIVATION)
@require_POST
def undo(request: Asked, activation_id: UUID) -> HttpResponse:
    """Take the activation back within twenty seconds."""
    now = request.now
    return _act(
        request,
        activation_id,
        lambda: services.undo(actor=request.actor, activation_id=activation_id, now=now),
        _("Annullata. Chi era già stata avvisata riceve un aggiornamento."),
    )


@goes_on
@needs(Permission.READ_ACTIVATION)
@require_POST
def stand_down(request: Asked, activation_id: UUID) -> HttpResponse:
    """Stop the search for help, with a reason."""
    reason = _coded(StandDownReason, request.POST.get("reason", ""))
    now = request.now
    return _act(
        request,
        activation_id,
        lambda: services.stand_down(actor=request.actor, activation_id=activation_id, reason=reason, now=now),
        _("Fermata. Chi era stata avvisata riceve un aggiornamento."),
    )


@goes_on
@needs(Permission.READ_ACTIVATION)
@require_POST
def close(request: Asked, activation_id: UUID) -> HttpResponse:
    """Close an activation in which everybody has answered."""
    now = request.now
    return _act(
        request,
        activation_id,
        lambda: services.close(actor=request.actor, activation_id=activation_id, now=now),
        _("Attivazione chiusa. Il percorso continua."),
    )


@goes_on
@needs(Permission.ANSWER_CALL)
@require_POST
def take(request: Asked, activation_id: UUID, call_id: UUID) -> HttpResponse:
    """Prendo in carico."""
    now = request.now
    return _act(
        request,
        activation_id,
        lambda: services.take(actor=request.actor, call_id=call_id, now=now),
        _("Presa in carico. Chi ha attivato lo vede adesso."),
    )


@goes_on
@needs(Permission.ANSWER_CALL)
@require_POST
def decline(request: Asked, activation_id: UUID, call_id: UUID) -> HttpResponse:
    """Non posso, perché."""
    reason = _coded(DeclineReason, request.POST.get("reason", ""))
    now = request.now
    return _act(
        request,
        activation_id,
        lambda: services.decline(actor=request.actor, call_id=call_id, reason=reason, now=now),
        _("Va bene. La ricerca va avanti con un'altra persona."),
    )


@goes_on
@needs(Permission.ANSWER_CALL)
@require_POST
def release(request: Asked, activation_id: UUID, call_id: UUID) -> HttpResponse:
    """Passo la mano."""
    now = request.now
    return _act(
        request,
        activation_id,
        lambda: services.release(actor=request.actor, call_id=call_id, now=now),
        _("Hai passato la mano: si cerca un'altra persona."),
    )


def _coded(codes: type[Reason], text: str) -> Reason:
    try:
        return codes(text)
    except ValueError:
        raise Invalid({"reason": _("Scegli un motivo dall'elenco.")}) from None


@public
@require_GET
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """The page behind an alert's link, without signing in: nothing on it says what it is about.

    Mail servers open links to see what is behind them: that somebody has read it is said by the page's own script,
    once it has been looked at (``answer_seen``), or by a press.
    """
    invitation = selectors.invitation_by_code(code, clock.now())
    words = {"code": code, "invitation": invitation, "decline_reasons": DECLINE_LABELS}
    return render(request, "web/activations/answer.html", words)


@public
@require_POST
def answer_seen(request: HttpRequest, code: str) -> HttpResponse:
    """Note that the page behind a link is before somebody's eyes."""
    services.look_by_code(code=code, now=clock.now())
    return HttpResponse(status=204)


def _press(request: HttpRequest, code: str, act: Callable[[datetime], None]) -> HttpResponse:
    """Do what somebody pressed; who presses has read, with script or without."""
    now = clock.now()
    services.look_by_code(code=code, now=now)
    try:
        act(now)
    except Conflict as conflict:
        messages.warning(request, _(conflict.sentence))
    return redirect("answer", code)


@public
@require_POST
def answer_take(request: HttpRequest, code: str) -> HttpResponse:
    """Take a call through the link."""
    return _press(request, code, lambda now: services.take_by_code(code=code, now=now))


@public
@require_POST
def answer_decline(request: HttpRequest, code: str) -> HttpResponse:
    """Decline a call through the link, with a reason."""
    reason = _coded(DeclineReason, request.POST.get("reason", ""))
    return _press(request, code, lambda now: services.decline_by_code(code=code, reason=reason, now=now))


urlpatterns = [
    path("attiva/", activate, name="activate"),
    path("attiva/anteprima/", preview, name="activation_preview"),
    path("attiva/comune/", choose_municipality, name="choose_municipality"),
    path("attivazioni/<uuid:activation_id>/", board, name="board"),
    path("attivazioni/<uuid:activation_id>/lavagna/", board_fragment, name="board_fragment"),
    path("attivazioni/<uuid:activation_id>/tentativi/", attempts, name="attempts"),
    path("attivazioni/<uuid:activation_id>/tentativi/parte/", attempts_fragment, name="attempts_fragment"),
    path("attivazioni/<uuid:activation_id>/annulla/", undo, name="undo"),
    path("attivazioni/<uuid:activation_id>/ferma/", stand_down, name="stand_down"),
    path("attivazioni/<uuid:activation_id>/chiudi/", close, name="close_activation"),
    path("attivazioni/<uuid:activation_id>/chiamate/<uuid:call_id>/prendo/", take, name="take_call"),
    path("attivazioni/<uuid:activation_id>/chiamate/<uuid:call_id>/non-posso/", decline, name="decline_call"),
    path("attivazioni/<uuid:activation_id>/chiamate/<uuid:call_id>/passo/", release, name="release_call"),
    path("r/<str:code>", answer, name="answer"),
    path("r/<str:code>/vista", answer_seen, name="answer_seen"),
    path("r/<str:code>/prendo", answer_take, name="answer_take"),
    path("r/<str:code>/non-posso", answer_decline, name="answer_decline"),
]
