# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lesioni e reperti: the body as a drawing and as a list, and the chain of custody of what is kept."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from approdo.access.rules import Permission
from approdo.kit.errors import Invalid
from approdo.persons.rules import DRAWN, EVIDENCE, REGIONS, SIDES, VIEWS, Kind, Place
from approdo.persons.selectors import EntryView
from approdo.usecases import evidence as usecase
from approdo.usecases.evidence import Body, Item
from approdo.web.guards import Asked, needs
from approdo.web.reading import slowed
from approdo.web.record_forms import lines

_FACE = frozenset({"head", "eye", "ear", "cheek", "mouth"})


@needs(Permission.READ_CASE)
@require_http_methods(["GET", "POST"])
@slowed
def body_chart(request: Asked, case_id: UUID) -> HttpResponse:
    """Show where she is hurt, drawn and listed; a press on a place, or a choice from the list, adds to both."""
    if "undo" in request.POST:
        return _take_back(request, case_id)
    if request.method == "POST":
        place = _place(request)
        usecase.put_injury(actor=request.actor, case_id=case_id, place=place, now=request.now)
        messages.success(request, _("Segnata: %(place)s. Completa nell'elenco.") % {"place": place_words(place)})
        return redirect(f"{reverse('body_chart', args=[case_id])}#{_figure(place)}")
    shown = usecase.body(request.actor, case_id, request.now)
    figures = [(name, title, _spots(shown, name)) for name, title in _figures().items()]
    words = {
        "shown": shown,
        "case": shown.case,
        "figures": figures,
        "last": _last(shown),
        "injuries": [_listed(entry) for entry in shown.injuries],
        "regions": _in_words(REGIONS),
        "sides": _in_words(SIDES),
        "views": _in_words(VIEWS),
        "now": request.now,
    }
    return render(request, "web/cases/body.html", words)


def _take_back(request: Asked, case_id: UUID) -> HttpResponse:
    undone = request.POST["undo"]
    place = usecase.take_back_injury(actor=request.actor, case_id=case_id, entry_id=undone, now=request.now)
    if place is None:
        messages.warning(request, _("Non è stato tolto niente: guarda l'elenco."))
        return redirect(f"{reverse('body_chart', args=[case_id])}#list")
    messages.success(request, _("Tolta: %(place)s.") % {"place": place_words(place)})
    return redirect(f"{reverse('body_chart', args=[case_id])}#{_figure(place)}")


def _last(shown: Body) -> dict[str, str]:
    """Return what a figure says of the mark that was made last; nothing when there is none to take back."""
    if shown.last is None:
        return {}
    place = usecase.place_of(shown.last.texts[0].answers)
    return {"id": str(shown.last.id), "figure": _figure(place), "words": place_words(place)}


def _figures() -> dict[str, str]:
    return {"face": _("Volto"), "front": _("Davanti"), "back": _("Dietro")}


def _figure(place: Place) -> str:
    return "face" if place.view == "front" and place.region in _FACE else place.view or "list"


def _spots(shown: Body, figure: str) -> list[tuple[Place, str, int]]:
    return [(place, place_words(place), shown.marked.get(place, 0)) for place in DRAWN if _figure(place) == figure]


def place_words(place: Place) -> str:
    """Return a place as people say it: «occhio, sinistra di lei, davanti»."""
    said = [REGIONS.get(place.region), SIDES.get(place.side) if place.side != "middle" else None, VIEWS.get(place.view)]
    return ", ".join(_(one) for one in said if one) or _("dove non è scritto")


def _in_words(codes: Iterable[str]) -> list[tuple[str, str]]:
    labels = {**REGIONS, **SIDES, **VIEWS}
    return [(code, _(labels[code])) for code in codes]


def _place(request: Asked) -> Place:
    try:
        if "place" in request.POST:
            return Place.read(request.POST["place"])
    except ValueError:
        raise Invalid({"region": _("Questo punto non c'è: scegli dal disegno o dall'elenco.")}) from None
    sent = [request.POST.get(name, "") for name in ("view", "side", "region")]
    if not sent[2]:
        raise Invalid({"region": _("Scegli dove.")})
    return Place(*sent)


def _listed(entry: EntryView) -> dict[str, object]:
    text = entry.texts[-1]
    hidden = {"region", "side", "view"}
    return {
        "entry": entry,
        "place": place_words(usecase.place_of(text.answers)),
        "lines": lines(entry.kind, text, without=hidden),
        "photographs": text.answers.given.get("photographed") == "agreed",
        "torn": len(entry.texts) > 1,
    }


@needs(Permission.READ_CASE)
@require_GET
@slowed
def evidence(request: Asked, case_id: UUID) -> HttpResponse:
    """Show what is kept of her, every step it went, until when, and whether that is too short."""
    shown = usecase.custody(request.actor, case_id, request.now)
    items = [_followed(item) for item in shown.items]
    return render(
        request,
        "web/cases/evidence.html",
        {"shown": shown, "case": shown.case, "items": items, "now": request.now, "kind": Kind.EVIDENCE},
    )


def _followed(item: Item) -> dict[str, object]:
    given = item.steps[-1].answers.given
    what = str(given.get("what", ""))
    title = [_(EVIDENCE[what]) if what in EVIDENCE else _("reperto"), str(given.get("reference", ""))]
    return {
        "item": item,
        "title": " · ".join(one for one in title if one),
        "chain": [(text, lines(Kind.EVIDENCE, text, without={"what", "reference"})) for text in item.steps],
    }


urlpatterns = [
    path("casi/<uuid:case_id>/lesioni/", body_chart, name="body_chart"),
    path("casi/<uuid:case_id>/reperti/", evidence, name="evidence"),
]
