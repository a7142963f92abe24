# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Documents of a case: brought from a computer or a telephone's camera, opened as a clean copy."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from approdo.access.rules import Permission
from approdo.documents.rules import FileType, Kind, Problem, Refused
from approdo.kit.errors import Invalid
from approdo.usecases import documents
from approdo.usecases.record import Reason
from approdo.web.files import SHUT_IN, streamed
from approdo.web.guards import Asked, Freshness, fresh, needs

_SHOWN = {
    FileType.PDF: ("application/pdf", "documento.pdf", SHUT_IN),
    # the page on which a browser shows a picture fits it to the screen by a style of its own
    FileType.JPEG: ("image/jpeg", "documento.jpg", f"{SHUT_IN}; style-src 'unsafe-inline'"),
}
_INPUTS = ("file", "photograph")


@needs(Permission.READ_CASE)
@require_http_methods(["GET", "POST"])
def add(request: Asked, case_id: UUID) -> HttpResponse:
    """Bring one document: a file that is there, or a photograph taken now."""
    case, kinds = documents.to_add(request.actor, case_id, request.now)
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            kind, content = _kind(request, kinds), _content(request)
            documents.add(actor=request.actor, case_id=case_id, kind=kind, content=content, now=request.now)
            messages.success(request, _("Documento salvato."))
            return redirect("record", case_id)
        except Invalid as refusal:
            problems = refusal.problems
    words = {
        "case": case,
        "kinds": kinds,
        "chosen": request.POST.get("kind", request.GET.get("kind", "")),
        "problems": problems,
        "megabytes": settings.DOCUMENT_BYTES // 1_000_000,
    }
    return render(request, "web/cases/document.html", words, status=422 if problems else 200)


@needs(Permission.READ_CASE)
@require_GET
def copy(request: Asked, case_id: UUID, document_id: UUID) -> HttpResponseBase:
    """Show the copy that people see: it runs nothing, loads nothing and stays in no cache."""
    opened = documents.copy(request.actor, case_id, document_id, request.now)
    content_type, name, policy = _SHOWN[opened.file_type]
    return streamed(opened.content, content_type, f'inline; filename="{name}"', policy)


@needs(Permission.READ_CASE)
@fresh(Freshness.REVEAL, back="record")
@require_POST
def original(request: Asked, case_id: UUID, document_id: UUID) -> HttpResponseBase:
    """Hand the original, byte for byte, to somebody of the service that brought it who says why; it is never shown."""
    if request.POST.get("why") not in set(Reason):
        raise Invalid({"why": _("Scegli perché ti serve.")})
    why = Reason(request.POST["why"])
    opened = documents.original(request.actor, case_id, document_id, why, request.now)
    disposition = f'attachment; filename="originale.{opened.file_type}"'
    return streamed(opened.content, "application/octet-stream", disposition, SHUT_IN)


@needs(Permission.READ_CASE)
@fresh(Freshness.GRANT)
@require_POST
def remove(request: Asked, case_id: UUID, document_id: UUID) -> HttpResponse:
    """Take a document of one's own service out."""
    documents.remove(actor=request.actor, case_id=case_id, document_id=document_id, now=request.now)
    messages.success(request, _("Documento tolto. Per trenta giorni il servizio lo può rimettere."))
    return redirect("record", case_id)


@needs(Permission.READ_CASE)
@require_POST
def put_back(request: Asked, case_id: UUID, document_id: UUID) -> HttpResponse:
    """Put a document back that was taken out and is not destroyed yet."""
    documents.put_back(actor=request.actor, case_id=case_id, document_id=document_id, now=request.now)
    messages.success(request, _("Documento rimesso."))
    return redirect("record", case_id)


def _kind(request: Asked, kinds: tuple[Kind, ...]) -> Kind:
    for kind in kinds:
        if request.POST.get("kind") == kind:
            return kind
    raise Invalid({"kind": _("Scegli che documento è.")})


def _content(request: Asked) -> bytes:
    """Return what was sent; its name and declared type are not looked at."""
    sent = [one for name in _INPUTS for one in request.FILES.getlist(name) if isinstance(one, UploadedFile)]
    if len(sent) != 1:
        raise Refused(Problem.TWO if sent else Problem.MISSING)
    return sent[0].read()


urlpatterns = [
    path("casi/<uuid:case_id>/documenti/", add, name="add_document"),
    path("casi/<uuid:case_id>/documenti/<uuid:document_id>/", copy, name="document"),
    path("casi/<uuid:case_id>/documenti/<uuid:document_id>/originale/", original, name="original_document"),
    path("casi/<uuid:case_id>/documenti/<uuid:document_id>/togli/", remove, name="remove_document"),
    path("casi/<uuid:case_id>/documenti/<uuid:document_id>/rimetti/", put_back, name="put_back_document"),
]
