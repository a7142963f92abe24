# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pathway of a draft: what is done in each phase, one page for each step."""

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from approdo.access.rules import Permission
from approdo.networks import selectors as networks
from approdo.protocols.rules import MOST_PATHWAY_STEPS, Problem, parse_step, place_of, plain, problems
from approdo.protocols.rules.composing import (
    Document,
    moved_pathway_step,
    pathway_of,
    sound_steps,
    with_pathway_step,
    without_pathway_step,
)
from approdo.protocols.rules.sheet import step_lines
from approdo.protocols.selectors import DraftPage
from approdo.protocols.services import Overtaken
from approdo.web.draft_pathway_forms import PathwayStepForm
from approdo.web.draft_reading import piece_meant
from approdo.web.drafts import BASE, page_of_piece, rearranged, save, saved, to_write
from approdo.web.guards import Asked, needs


@needs(Permission.PUBLISH_PROTOCOL)
@require_http_methods(["GET", "POST"])
def draft_step(request: Asked, network: str, draft_id: int, place: int) -> HttpResponse:
    """Write one step of the pathway, or a new one at the end."""
    draft, instead = to_write(request, network, draft_id)
    if instead:
        return instead
    steps = pathway_of(draft.document)
    number, overtaken = piece_meant(request, draft, steps, place, MOST_PATHWAY_STEPS)
    step: Document = steps[number] if number < len(steps) else {}
    taken = [one.get("key", "") for n, one in enumerate(steps) if n != number]
    sent = request.POST if request.method == "POST" else None
    form = PathwayStepForm(step, taken, networks.services_in(network), sent)
    if sent is not None and form.is_valid() and not overtaken:
        made = form.written()
        try:
            save(request, draft, lambda document: with_pathway_step(document, number, made))
        except Overtaken:
            overtaken = True
        else:
            return saved(request, draft)
    words = {"form": form, "place": number + 1, "new": number >= len(steps), "name": step.get("key", "")}
    words |= {"wrong": _wrong(draft, number), "lines": _aloud(draft.document, step)}
    return page_of_piece(request, "draft_step", draft, words, sent is not None, overtaken)


def _wrong(draft: DraftPage, number: int) -> dict[str, list[Problem]]:
    found: dict[str, list[Problem]] = {}
    for problem in problems(draft.document):
        place = place_of(problem)
        if place.pathway == number:
            found.setdefault(place.entry, []).append(plain(problem))
    return found


def _aloud(document: Document, step: Document) -> dict[str, object]:
    """Return how a step reads, by label; nothing while something is wrong with it."""
    one = next((one for one in sound_steps(document) if one["key"] == step.get("key")), None)
    return dict(step_lines(parse_step(one))) if one else {}


@needs(Permission.PUBLISH_PROTOCOL)
@require_POST
def draft_steps(request: Asked, network: str, draft_id: int) -> HttpResponse:
    """Move a step of the pathway up or down, or take it away."""
    draft, instead = to_write(request, network, draft_id)
    steps = pathway_of(draft.document)
    return instead or rearranged(request, draft, steps, without_pathway_step, moved_pathway_step, "#percorso")


urlpatterns = [
    path(f"{BASE}<int:draft_id>/percorso/", draft_steps, name="draft_steps"),
    path(f"{BASE}<int:draft_id>/percorso/<int:place>/", draft_step, name="draft_step"),
]
