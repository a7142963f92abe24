# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is hers to read and to take away: who has seen what, on the page and on paper; and a consent, on paper."""

from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_POST

from approdo.access.rules import Permission, Role
from approdo.consents.rules import HowGiven, Proof
from approdo.kit import paper
from approdo.networks.rules import LANGUAGES
from approdo.usecases import accesses
from approdo.usecases import papers as usecase
from approdo.usecases.accesses import VERB_LABELS, Line, Log
from approdo.usecases.record import Reason
from approdo.web.guards import Asked, Freshness, fresh, needs
from approdo.web.templatetags.when import exact
from approdo.web.templatetags.words import word

TEMPLATES = Path(__file__).parent / "templates" / "papers"


@needs(Permission.READ_CASE)
@require_GET
def access_log(request: Asked, case_id: UUID) -> HttpResponse:
    """Show who has seen what of a case, for her: to read together, or to print."""
    shown = accesses.access_log(request.actor, case_id, request.now)
    return render(request, "web/cases/accesses.html", {"case": shown.case, "lines": _lines(shown)})


@needs(Permission.READ_CASE)
@fresh(Freshness.GRANT, back="access_log")
@require_POST
def print_log(request: Asked, case_id: UUID) -> HttpResponse:
    """Give the same list on paper, in Italian; that it was printed is its last line."""
    shown = accesses.access_log(request.actor, case_id, request.now, printed=True)
    with override("it"):
        words = {"alias": shown.case.alias, "on": exact(shown.at), "lines": _lines(shown), "times": shown.times}
    return _paper("accessi", words)


@needs(Permission.READ_CASE)
@fresh(Freshness.GRANT, back="consents")
@require_POST
def print_consent(request: Asked, case_id: UUID, grant_id: UUID) -> HttpResponse:
    """Give one consent on paper, in Italian, with a place to sign."""
    asked = usecase.consent_to_print(actor=request.actor, case_id=case_id, grant_id=grant_id, now=request.now)
    line = asked.line
    with override("it"):
        words = {
            "alias": asked.case.alias,
            "on": exact(request.now),
            "reads": asked.reads,
            "leads": asked.leads,
            "parts": [word(one) for one in line.slices],
            "purpose": word(line.purpose),
            "since": exact(line.recorded_at),
            "until": exact(line.until),
            "state": word(line.state),
            "language": _(LANGUAGES.get(line.language, line.language)),
            "how": word(HowGiven(line.how)),
            "proof": word(Proof(line.proof)),
        }
    return _paper("consenso", words)


def _lines(shown: Log) -> list[dict[str, str]]:
    """Return the lines of the log in words: structure and role, never a name."""
    return [
        {
            "at": exact(line.access.happened_at),
            "service": line.service or _("sistema"),
            "role": word(Role(line.access.role)) if line.access.role in set(Role) else "",
            "did": _did(line),
            "parts": ", ".join(word(slice_) for slice_ in line.slices),
            "why": word(Reason(str(why))) if (why := line.access.detail.get("why")) in set(Reason) else "",
        }
        for line in shown.lines
    ]


def _did(line: Line) -> str:
    did = _(VERB_LABELS.get(line.access.verb, line.access.verb))
    return did if line.times == 1 else _("%(did)s (%(times)s volte)") % {"did": did, "times": line.times}


def _paper(name: str, words: Mapping[str, object]) -> HttpResponse:
    made = HttpResponse(paper.pdf(TEMPLATES / f"{name}.typ", words), content_type="application/pdf")
    made["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return made


urlpatterns = [
    path("casi/<uuid:case_id>/accessi/", access_log, name="access_log"),
    path("casi/<uuid:case_id>/accessi/stampa/", print_log, name="print_log"),
    path("casi/<uuid:case_id>/consensi/<uuid:grant_id>/stampa/", print_consent, name="print_consent"),
]
