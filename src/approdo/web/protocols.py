# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Protocolli: what my networks do, who is called for what, what changed, and publishing a new version."""

import re
from datetime import datetime
from hashlib import sha256
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from approdo.access.rules import Permission, may, require
from approdo.activations import selectors as activations
from approdo.activations.rules.proof import Place
from approdo.kit import clock
from approdo.kit.errors import NotFound
from approdo.networks import selectors as networks
from approdo.networks.rules import NetworkView
from approdo.protocols import selectors, services
from approdo.protocols.rules import SIZE_LIMIT, Examination, Problem, errors, examine, warnings
from approdo.usecases import coverage
from approdo.web import dry_run
from approdo.web.guards import Asked
from approdo.web.protocol_drawing import compared, read_aloud


class PublishForm(forms.Form):
    """The text of a protocol, pasted or as a file, and when it begins."""

    text = forms.CharField(
        label=gettext_lazy("Testo del protocollo (YAML)"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "autocapitalize": "off", "class": "mono"}),
    )
    file = forms.FileField(
        label=gettext_lazy("Oppure un file"),
        required=False,
        help_text=gettext_lazy("Se lo scegli, prende il posto del testo qui sopra."),
        widget=forms.FileInput(attrs={"class": "form-control"}),
    )
    effective_from = forms.DateTimeField(
        label=gettext_lazy("In vigore da"),
        required=False,
        help_text=gettext_lazy("Se lo lasci vuoto, da subito."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.files.get("file"):
            self.fields["text"].required = False

    def written(self) -> str | bytes:
        """Return what is to be published: the file if there is one, else the text with plain line ends."""
        file = self.cleaned_data["file"]
        if file:
            content: bytes = file.read(SIZE_LIMIT + 1)
            return content
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n")


@require_GET
def protocol_list(request: Asked) -> HttpResponse:
    """List the protocols of her networks: what holds now and what is coming."""
    words = {
        "protocols": selectors.protocols(request.actor, request.now),
        "networks": selectors.my_networks(request.actor),
        "coordinates": may(request.actor, Permission.EDIT_ORGANISATION),
        "may_publish": may(request.actor, Permission.PUBLISH_PROTOCOL),
        "supervises": may(request.actor, Permission.SUPERVISE_NETWORK),
        "compares": may(request.actor, Permission.COMPARE_NETWORKS),
    }
    return render(request, "web/protocols/list.html", words)


@require_GET
def protocol_page(request: Asked, network: str, code: str, number: int | None = None) -> HttpResponse:
    """Show one version as a page that can be read aloud: the one in force, unless a number is given."""
    shown = selectors.protocol(request.actor, network, code, request.now)
    if number is None:
        current = shown.in_force or shown.versions[-1]
        number = current.number
    version = selectors.version(request.actor, network, code, number)
    places = networks.municipalities_by_code(sorted(version.parsed.municipalities))
    older = selectors.version(request.actor, network, code, number - 1) if number > 1 else None
    words = {
        "protocol": shown,
        "version": version,
        **read_aloud(version.parsed),
        "places": places,
        "older": older.view if older else None,
        "sections": compared(older.parsed, version.parsed) if older else (),
        "may_publish": may(request.actor, Permission.PUBLISH_PROTOCOL),
    }
    return render(request, "web/protocols/version.html", words)


@require_GET
def protocol_source(request: Asked, network: str, code: str, number: int) -> HttpResponse:
    """Give the YAML of one version as it was published, comments included."""
    version = selectors.version(request.actor, network, code, number)
    response = HttpResponse(version.source, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{code}-{number}.yaml"'
    return response


@require_http_methods(["GET", "POST"])
def publish(request: Asked, network: str) -> HttpResponse:
    """Paste or upload a text, check it, publish it as the next version."""
    require(request.actor, Permission.PUBLISH_PROTOCOL)
    own = selectors.own_network(request.actor, network)
    if request.method == "GET":
        return _form_page(request, own, PublishForm(initial={"text": _beginning(request, network)}))
    form = PublishForm(request.POST, request.FILES)
    if not form.is_valid():
        return _form_page(request, own, form, status=422)
    text, now = form.written(), request.now
    begins = form.cleaned_data["effective_from"]
    told = request.POST.get("even_so") == _fingerprint(text)
    if request.POST.get("act") != "publish" or (not told and _silenced(own, text, begins or now, now)):
        return _checked(request, own, form, text)
    try:
        made = services.publish(actor=request.actor, network_code=network, text=text, now=now, effective_from=begins)
    except services.NotPublishable as refusal:
        return _form_page(request, own, _filled(form, text), refusal.examination, text, 422)
    messages.success(request, _("Pubblicata la versione %(number)s.") % {"number": made.number})
    return redirect("protocol_version", network, made.code, made.number)


def _checked(request: Asked, network: NetworkView, form: PublishForm, text: str | bytes) -> HttpResponse:
    """Show what publishing a text would mean: its problems, calls that nobody would hear, and a dry run if asked."""
    now, act = request.now, request.POST.get("act")
    begins = form.cleaned_data["effective_from"] or now
    examination = selectors.rehearse(request.actor, network.code, text, begins, now)
    parsed, wrong = examination.parsed, bool(errors(examination.problems))
    more: dict[str, Any] = {}
    if act == "play" and parsed and parsed.network == network.code:  # what may not be published now may still be tried
        more["dry"] = dry_run.page(activations.dry_run(request.actor, network.code, parsed, now))
    if not wrong:
        more |= {"opens": _silenced(network, text, begins, now), "fingerprint": _fingerprint(text)}
    status = 422 if wrong or act == "publish" else 200
    return _form_page(request, network, _filled(form, text), examination, text, status, **more)


def _silenced(network: NetworkView, text: str | bytes, begins: datetime, now: datetime) -> tuple[Place, ...]:
    """Return the calls that nobody would hear under this text; nothing for one that cannot be published anyway."""
    parsed = examine(text).parsed
    return coverage.silenced_under(network, parsed, begins, now) if parsed else ()


def _fingerprint(text: str | bytes) -> str:
    """Return what says of a text, when it comes back, that she was told about this one and no other."""
    return sha256(text if isinstance(text, bytes) else text.encode()).hexdigest()


def _beginning(request: HttpRequest, network: str) -> str:
    """Return the text to start from: a published version, a shipped protocol, or nothing."""
    asked: Any = request
    if code := request.GET.get("code"):
        try:
            now = clock.now()
            shown = selectors.protocol(asked.actor, network, code, now)
            return selectors.version(asked.actor, network, code, shown.versions[0].number).source
        except NotFound:
            return ""
    shipped = selectors.shipped().get(request.GET.get("model", ""))
    return services.addressed(shipped, network) if shipped else ""


def _filled(form: PublishForm, text: str | bytes) -> PublishForm:
    """Return the form again with the text that was checked in it, also when it came as a file."""
    shown = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return PublishForm(initial={"text": shown, "effective_from": form.cleaned_data["effective_from"]})


def _form_page(
    request: Asked,
    network: selectors.NetworkView,
    form: PublishForm,
    examination: Examination | None = None,
    text: str | bytes = "",
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    lines = (text.decode("utf-8", "replace") if isinstance(text, bytes) else text).splitlines()

    def with_line(problems: list[Problem]) -> list[tuple[Problem, str]]:
        return [(p, lines[p.line - 1].strip()[:90] if p.line and p.line <= len(lines) else "") for p in problems]

    words = {
        "network": network,
        "form": form,
        "examination": examination,
        "wrong": with_line(errors(examination.problems)) if examination else [],
        "mind": with_line(warnings(examination.problems)) if examination else [],
        "models": [(model, _title(source)) for model, source in selectors.shipped().items()],
        **more,
    }
    return render(request, "web/protocols/publish.html", words, status=status)


def _title(source: str) -> str:
    found = re.search(r"(?m)^name: (.+)$", source)
    return found[1] if found else ""


urlpatterns = [
    path("rete/protocolli/", protocol_list, name="protocols"),
    path("rete/protocolli/<slug:network>/pubblica/", publish, name="publish_protocol"),
    path("rete/protocolli/<slug:network>/p/<slug:code>/", protocol_page, name="protocol"),
    path("rete/protocolli/<slug:network>/p/<slug:code>/<int:number>/", protocol_page, name="protocol_version"),
    path("rete/protocolli/<slug:network>/p/<slug:code>/<int:number>/testo/", protocol_source, name="protocol_source"),
]
