# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The way out of the emergency department in a draft: what is proposed first for each class of risk."""

import re
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from approdo.access.rules import Permission
from approdo.protocols.rules import EXIT_LEVEL_LABELS, EXIT_OPTION_LABELS, USUAL_EXITS, ExitOption, Problem
from approdo.protocols.rules.composing import Document, moved, with_entries, with_exits
from approdo.protocols.services import Overtaken
from approdo.web.choices import let_choose
from approdo.web.draft_forms import DraftForm
from approdo.web.draft_pathway_forms import length
from approdo.web.draft_reading import about, address_of, standing_now
from approdo.web.drafts import BASE, page_of_piece, save, saved, to_write
from approdo.web.guards import Asked, needs

_TITLES = {
    "not_assessed": _("Rischio non valutato"),
    "extreme": _("Rischio estremo"),
    "high": _("Rischio alto"),
    "medium": _("Rischio medio"),
    "low": _("Rischio basso"),
}
_UP = re.compile(rf"up-({'|'.join(EXIT_LEVEL_LABELS)})-({'|'.join(ExitOption)})")


class ExitsForm(DraftForm):
    """What is proposed first on leaving: the usual, or the network's own; what is ticked stands first, in its order."""

    own = forms.BooleanField(label=_("Proposte diverse da quelle solite"), required=False)
    at_least = length(_("Può restare in ospedale almeno"))
    at_most = length(_("Può restare in ospedale al massimo"))

    def __init__(self, document: Document, sent: Any = None) -> None:
        said = document.get("exits")
        hours = (said or {}).get("stay_hours", {})
        first = USUAL_EXITS.first if said is None else {level: said.get(level, []) for level in _TITLES}
        written = {name: ngettext("%(n)d ora", "%(n)d ore", n) % {"n": n} for name, n in hours.items()}
        super().__init__(sent, initial={"own": said is not None, **written, **first})
        for level, title in _TITLES.items():
            widget = forms.CheckboxSelectMultiple
            self.fields[level] = forms.MultipleChoiceField(label=title, required=False, widget=widget)
            ticked = [*map(str, first[level] if sent is None else sent.getlist(level))]
            known = dict.fromkeys([*(one for one in ticked if one in [*ExitOption]), *map(str, ExitOption)])
            let_choose(self, level, [(one, gettext(EXIT_OPTION_LABELS[ExitOption(one)])) for one in known])

    @property
    def classes(self) -> list[forms.BoundField]:
        """Return the options of each class of risk, the worst that is possible first."""
        return [self[level] for level in _TITLES]

    def written(self, document: Document, act: str) -> Document:
        """Return the document with what she wrote, or with the usual; a press of "up" says that she wants her own."""
        data, up = self.cleaned_data, _UP.fullmatch(act)
        if not data["own"] and up is None:
            return with_exits(document, None)
        first = {level: list(dict.fromkeys(data[level])) for level in EXIT_LEVEL_LABELS}
        if up and up[2] in first[up[1]]:
            first[up[1]] = moved(first[up[1]], first[up[1]].index(up[2]), -1)
        hours = with_entries({}, {name: data[name] for name in ("at_least", "at_most")})
        return with_exits(document, with_entries({}, {**first, "stay_hours": hours or None}))


def _by_class(found: list[Problem]) -> dict[str, list[Problem]]:
    """Return the problems by the class of risk, or the hours, they are about; what is left out stands first of all."""
    wrong: dict[str, list[Problem]] = {}
    for one in found:
        wrong.setdefault(one.path.removeprefix("exits").removeprefix(".").partition(".")[0], []).append(one)
    return wrong


@needs(Permission.PUBLISH_PROTOCOL)
@require_http_methods(["GET", "POST"])
def draft_exits(request: Asked, network: str, draft_id: int) -> HttpResponse:
    """Write what is proposed first to a woman who leaves the department; every button keeps all that was written."""
    draft, instead = to_write(request, network, draft_id)
    if instead:
        return instead
    form, overtaken = ExitsForm(draft.document, request.POST if request.method == "POST" else None), False
    if form.is_bound and form.is_valid():
        act = request.POST.get("act", "")
        try:
            save(request, draft, lambda document: form.written(document, act))
        except Overtaken:
            overtaken = True
        else:
            up = _UP.fullmatch(act)
            return redirect(f"{address_of('draft_exits', draft)}#id_{up[1]}") if up else saved(request, draft)
    words: dict[str, Any] = {"form": form, "wrong": _by_class(about(draft, "exits")["wrong"].get("exits", []))}
    words["standing_now"] = standing_now(draft.document, "exits") if overtaken else ()
    return page_of_piece(request, "draft_exits", draft, words, form.is_bound, overtaken)


urlpatterns = [path(f"{BASE}<int:draft_id>/uscita/", draft_exits, name="draft_exits")]
