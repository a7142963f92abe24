# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page behind a letter: a service without an account reads what it was granted, and answers.

Nothing is remembered in the browser: the second code is brought with every press, and stands in no address.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from approdo.kit import clock
from approdo.kit.errors import Conflict, Invalid
from approdo.referrals.rules import PIN_DIGITS, Act, Answer
from approdo.usecases import reply_links
from approdo.usecases.reply_links import Shut, WrongCode
from approdo.web.guards import public
from approdo.web.network_forms import accepted
from approdo.web.record_forms import lines
from approdo.web.referral_forms import PRESSED, ActForm, act_forms


@public
@require_http_methods(["GET", "POST"])
def reply(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for the second code, and show what is behind the link to who brings it."""
    try:
        if request.method == "POST":
            return _behind(request, code, request.POST.get("pin", ""))
        reply_links.is_open(code, clock.now())
    except Shut:
        return _shut(request)
    except WrongCode as refusal:
        return _asked(request, code, refusal.sentence)
    return _asked(request, code)


@public
@require_POST
def reply_act(request: HttpRequest, code: str) -> HttpResponse:
    """Do one act on the referral behind a link."""
    pin, done = request.POST.get("pin", ""), request.POST.get("act", "")
    if done not in PRESSED:
        raise Invalid({"act": _("Scegli che cosa fare.")})
    form = ActForm(Act(done), words=True, sent=request.POST)
    try:
        if not form.is_valid():
            return _behind(request, code, pin, form)
        answer = Answer(form.cleaned_data.get("code", ""), form.cleaned_data.get("words", ""))

        def press() -> None:
            reply_links.act(code=code, pin=pin, done=Act(done), answer=answer, now=clock.now())

        try:
            if not accepted(form, press):
                return _behind(request, code, pin, form)
            messages.success(request, _("Fatto. Chi aspetta lo vede adesso."))
        except Conflict as conflict:
            messages.warning(request, _(conflict.sentence))
        return _behind(request, code, pin)
    except Shut:
        return _shut(request)
    except WrongCode as refusal:
        return _asked(request, code, refusal.sentence)


def _behind(request: HttpRequest, code: str, pin: str, failed: ActForm | None = None) -> HttpResponse:
    now = clock.now()
    found = reply_links.behind(code=code, pin=pin, now=now)
    forms = act_forms(found.page.acts, words=found.may_write)
    if failed is not None:
        forms = [failed if form.act is failed.act else form for form in forms]
    words = {
        "code": code,
        "pin": pin,
        "found": found,
        "page": found.page,
        "line": found.page.line,
        "forms": forms,
        "failed": failed,
        "entries": [(one.kind, [(text, lines(one.kind, text)) for text in one.texts]) for one in found.entries or ()],
        "now": now,
    }
    return render(request, "web/referrals/behind.html", words, status=422 if failed else 200)


def _asked(request: HttpRequest, code: str, problem: str = "") -> HttpResponse:
    words = {"code": code, "problem": _(problem) if problem else "", "digits": PIN_DIGITS}
    return render(request, "web/referrals/reply.html", words, status=422 if problem else 200)


def _shut(request: HttpRequest) -> HttpResponse:
    return render(request, "web/referrals/shut.html", {"sentence": _(Shut.sentence)}, status=404)


urlpatterns = [
    path("i/<str:code>", reply, name="reply"),
    path("i/<str:code>/risposta", reply_act, name="reply_act"),
]
