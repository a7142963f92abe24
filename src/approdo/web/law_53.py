# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""I dati della legge 53/2022: what is written once in the episodes, to read and to hand to the hospital's system."""

from datetime import date
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from approdo.access.rules import Permission
from approdo.kit.errors import Invalid
from approdo.persons.rules import NO, YES, codes
from approdo.persons.rules.law_53 import FiveData
from approdo.usecases import law_53 as usecase
from approdo.usecases.law_53 import FileFormat
from approdo.web.guards import Asked, Freshness, fresh, needs
from approdo.web.reading import slowed
from approdo.web.templatetags.when import whole_day

_TYPES = {
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileFormat.FHIR: "application/fhir+json",
}


@needs(Permission.READ_CASE)
@require_GET
@slowed
def law_53(request: Asked, case_id: UUID) -> HttpResponse:
    """Show the five data of each episode, with what is missing."""
    shown = usecase.of_case(request.actor, case_id, request.now)
    rows = [(row, whole_day(date.fromisoformat(row.day)) if row.day else "", _in_words(row)) for row in shown.rows]
    words = {"case": shown.case, "rows": rows, "may_add": shown.may_add, "formats": list(FileFormat)}
    return render(request, "web/cases/law_53.html", words)


@needs(Permission.READ_CASE)
@fresh(Freshness.GRANT, back="law_53")
@require_POST
@slowed
def law_53_file(request: Asked, case_id: UUID) -> HttpResponse:
    """Give the same as a file, whose name says nothing."""
    if request.POST.get("format") not in set(FileFormat):
        raise Invalid({"format": _("Scegli il formato.")})
    form = FileFormat(request.POST["format"])
    made = HttpResponse(usecase.file(request.actor, case_id, form, request.now), content_type=_TYPES[form])
    made["Content-Disposition"] = f'attachment; filename="dati.{form}"'
    return made


def _in_words(row: FiveData) -> list[tuple[str, str]]:
    known = {YES: _("sì"), NO: _("no")}
    unknown = _("non si sa")
    items = usecase.indicators()
    return [
        (_("Chi è stato, per lei"), _(codes.relations().get(row.relation, unknown))),
        (_("Di che tipo"), ", ".join(_(codes.violence_types()[one]) for one in row.types) or unknown),
        (_("C'erano minori"), known.get(row.children_present, unknown)),
        (_("Con atti persecutori"), known.get(row.stalking, unknown)),
        *((items[item], known.get(said, unknown)) for item, said in row.indicators),
    ]


urlpatterns = [
    path("casi/<uuid:case_id>/legge-53/", law_53, name="law_53"),
    path("casi/<uuid:case_id>/legge-53/file/", law_53_file, name="law_53_file"),
]
