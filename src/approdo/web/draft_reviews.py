# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The clock of assessments of a draft: how long each level of risk holds, from which one help is proposed."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from approdo.access.rules import Permission
from approdo.protocols.rules import LEVEL_LABELS, USUAL_REVIEW
from approdo.protocols.rules.composing import Document, with_entries, with_reviews
from approdo.protocols.services import Overtaken
from approdo.web.draft_forms import DraftForm, either, labelled
from approdo.web.draft_pathway_forms import hours_said, length
from approdo.web.draft_reading import about, standing_now
from approdo.web.drafts import BASE, page_of_piece, save, saved, to_write
from approdo.web.guards import Asked, needs


class ReviewsForm(DraftForm):
    """When a risk is assessed again: the usual times, or the network's own."""

    own = forms.BooleanField(label=_("Tempi diversi da quelli soliti"), required=False)
    extreme_hours = length(_("Un rischio estremo si rivaluta dopo"))
    high_hours = length(_("Un rischio alto si rivaluta dopo"))
    medium_hours = length(_("Un rischio medio si rivaluta dopo"))
    low_hours = length(_("Un rischio basso si rivaluta dopo"))
    not_assessable_hours = length(_("Se non si può valutare, si ritenta dopo"))
    escalate_after_hours = length(_("Se non è fatto, si avvisa chi conduce dopo"))
    activate_from = either(_("Si propone di attivare la rete da un rischio"), lambda: labelled(LEVEL_LABELS))

    def __init__(self, document: Document, sent: Any = None) -> None:
        said = document.get("reviews")
        usual = {name: getattr(USUAL_REVIEW, name) for name in USUAL_REVIEW.__dataclass_fields__}
        shown = usual if said is None else {name: said.get(name) for name in usual}
        initial = {name: value if name == "activate_from" else hours_said(value) for name, value in shown.items()}
        super().__init__(sent, initial={"own": said is not None, **initial})
        self.names = tuple(usual)

    def written(self, document: Document) -> Document:
        """Return the document with what she wrote, or with the usual times."""
        own = {name: self.cleaned_data[name] for name in self.names} if self.cleaned_data["own"] else None
        return with_reviews(document, None if own is None else with_entries({}, own))


@needs(Permission.PUBLISH_PROTOCOL)
@require_http_methods(["GET", "POST"])
def draft_reviews(request: Asked, network: str, draft_id: int) -> HttpResponse:
    """Write how long each level of risk holds."""
    draft, instead = to_write(request, network, draft_id)
    if instead:
        return instead
    form, overtaken = ReviewsForm(draft.document, request.POST if request.method == "POST" else None), False
    if form.is_bound and form.is_valid():
        try:
            save(request, draft, form.written)
        except Overtaken:
            overtaken = True
        else:
            return saved(request, draft)
    words = {"form": form, **about(draft, "reviews")}
    words["standing_now"] = standing_now(draft.document, "reviews") if overtaken else ()
    return page_of_piece(request, "draft_reviews", draft, words, form.is_bound, overtaken)


urlpatterns = [path(f"{BASE}<int:draft_id>/valutazioni/", draft_reviews, name="draft_reviews")]
