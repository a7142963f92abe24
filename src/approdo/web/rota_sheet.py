# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Turni da un foglio di calcolo: every line is judged first, and nothing is stored until she confirms the whole."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from approdo.kit.errors import Invalid
from approdo.networks import selectors, services
from approdo.networks.rules import ROME, SHEET_BYTES, TEMPLATE, Column, Judged, Period
from approdo.networks.selectors import Sheet
from approdo.usecases import coverage
from approdo.usecases.coverage import Foretold
from approdo.web.guards import Asked
from approdo.web.network_forms import whole_page


@dataclass(frozen=True)
class ShownLine:
    """A line of the sheet as she wrote it, and what is said of it: a column beside each sentence, if it has one."""

    number: int
    cells: tuple[tuple[str, str], ...]
    problems: tuple[tuple[str, str], ...]
    there_already: bool


@require_http_methods(["GET", "POST"])
def import_shifts(request: Asked, service_id: int) -> HttpResponse:
    """Bring a sheet, read what is said of each line, confirm the whole."""
    selectors.service_for_editing(request.actor, service_id)
    if request.method == "GET":
        return _page(request, service_id)
    try:
        content = _content(request)
        if request.POST.get("act") == "confirm":
            return _store(request, service_id, content)
        return _judged(request, service_id, content)
    except Invalid as refusal:
        return _page(request, service_id, problems=whole_page(refusal))


@require_GET
def shifts_template(request: Asked, service_id: int) -> HttpResponse:
    """The sheet to fill."""
    selectors.service_for_editing(request.actor, service_id)
    headers = {"Content-Disposition": 'attachment; filename="modello.csv"'}
    return HttpResponse(TEMPLATE, content_type="text/csv; charset=utf-8", headers=headers)


def _content(request: Asked) -> bytes:
    """Return the bytes she brought, or those judged before, which come back with her confirmation."""
    if request.POST.get("act") == "confirm":
        try:
            return b64decode(request.POST.get("content", ""), validate=True)
        except ValueError as error:
            raise Invalid({"sheet": _("Il file non è arrivato intero: sceglilo di nuovo.")}) from error
    sent = request.FILES.get("sheet")
    if not isinstance(sent, UploadedFile):
        raise Invalid({"sheet": _("Scegli il file con i turni.")})
    return sent.read(SHEET_BYTES + 1)


def _store(request: Asked, service_id: int, content: bytes) -> HttpResponse:
    try:
        outcome = services.import_shifts(actor=request.actor, service_id=service_id, content=content, now=request.now)
    except Invalid as refusal:
        return _judged(request, service_id, content, problems=whole_page(refusal))
    words = ngettext("Aggiunto %(n)d turno.", "Aggiunti %(n)d turni.", outcome.created) % {"n": outcome.created}
    if outcome.there_already:
        there = ngettext("%(n)d c'era già.", "%(n)d c'erano già.", outcome.there_already)
        words = f"{words} {there % {'n': outcome.there_already}}"
    messages.success(request, words)
    sheet = selectors.sheet(request.actor, service_id, content, request.now)
    first = min(one.duty.starts_at for one in sheet.lines if one.duty).astimezone(ROME).date()
    return redirect(f"{reverse('rota', args=[service_id])}?week={first.isoformat()}")


def _judged(request: Asked, service_id: int, content: bytes, problems: dict[str, str] | None = None) -> HttpResponse:
    """Show what is said of each line; with nothing wrong, also who would be on call while away."""
    sheet = selectors.sheet(request.actor, service_id, content, request.now)
    found = Foretold()
    if sheet.new and not sheet.wrong:
        found = coverage.foretold(
            service_id,
            lambda: services.import_shifts(
                actor=request.actor, service_id=service_id, content=content, now=request.now
            ),
            request.now,
            removes=False,
        )
    if sheet.wrong and not problems:
        count = len(sheet.wrong)
        words = ngettext(
            "Non è stato salvato nessun turno. Correggi la riga segnalata nel file e sceglilo di nuovo.",
            "Non è stato salvato nessun turno. Correggi le %(n)d righe segnalate nel file e sceglilo di nuovo.",
            count,
        )
        problems = {"": words % {"n": count}}
    return _page(request, service_id, sheet=sheet, content=content, found=found, problems=problems)


def _page(
    request: Asked,
    service_id: int,
    *,
    sheet: Sheet | None = None,
    content: bytes = b"",
    found: Foretold | None = None,
    problems: dict[str, str] | None = None,
) -> HttpResponse:
    words = {
        "service": selectors.service_for_editing(request.actor, service_id),
        "columns": [column.value for column in Column],
        "sheet": sheet,
        "lines": [_shown(line) for line in sheet.lines] if sheet else (),
        "content": b64encode(content).decode() if sheet and not sheet.wrong else "",
        "foretold": found or None,
        "problems": problems,
    }
    return render(request, "web/networks/rota_sheet.html", words, status=422 if problems else 200)


def _shown(line: Judged) -> ShownLine:
    problems = tuple(
        (problem.column.value if problem.column else "", _(problem.sentence) % _spoken(problem.words))
        for problem in line.problems
    )
    cells = tuple((column.value, line.line.cells[column]) for column in Column)
    return ShownLine(line.line.number, cells, problems, line.there_already)


def _spoken(words: Mapping[str, object]) -> dict[str, object]:
    return {name: selectors.spoken(value) if isinstance(value, Period) else value for name, value in words.items()}


urlpatterns: list[URLPattern] = [
    path("rete/servizi/<int:service_id>/turni/foglio/", import_shifts, name="import_shifts"),
    path("rete/servizi/<int:service_id>/turni/modello.csv", shifts_template, name="shifts_template"),
]
