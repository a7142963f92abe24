# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Riconoscimento: what a department does with it, and what it did or would have done; counts, and never of whom."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from approdo.access.rules import Permission
from approdo.kit.counts import FEWEST
from approdo.kit.dates import written
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.recognition import selectors, services
from approdo.recognition.rules.figures import Outcomes, Rate
from approdo.recognition.rules.prompting import ADVISED_SILENCE, MODE_LABELS, MODE_STEPS, Mode
from approdo.recognition.selectors import Site
from approdo.usecases import recognition_figures
from approdo.usecases.recognition_figures import Burden, Group, SiteFigures, Stretch
from approdo.web.choices import let_choose
from approdo.web.conformance import told
from approdo.web.guards import Asked, needs
from approdo.web.network_forms import accepted
from approdo.web.templatetags.words import word

PERIODS = {90: gettext_lazy("tre mesi"), 365: gettext_lazy("un anno"), 1095: gettext_lazy("tre anni")}
"""By days, which an address says; people read months and years, and whole months are counted."""
USUAL = 365
_WIDTH, _ROW, _DOT = 320, 38, 4


class ModeForm(forms.Form):
    """Another mode, and why."""

    mode = forms.ChoiceField(label=gettext_lazy("Da adesso"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Perché"),
        max_length=500,
        help_text=gettext_lazy("Resta scritto, con il tuo nome, per chi viene dopo."),
    )

    def __init__(self, current: Mode, *arguments: Any) -> None:
        super().__init__(*arguments)
        let_choose(self, "mode", [(one.value, _(MODE_LABELS[one])) for one in Mode if one in MODE_STEPS[current]])


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table of rates, in words, with its place on a drawing in whole units."""

    name: str
    counted: str
    share: str
    between: str
    y: int = 0
    dot: int | None = None
    low: int = 0
    length: int = 0


def tenths(value: int) -> str:
    """Write tenths of a per cent as per cent."""
    return number_format(value / 10, 1)


def line(name: str, counted: str, found: Rate | None, place: int = 0) -> Line:
    """Lay out one rate; one of few has words and no dot."""
    if found is None:
        return Line(name, counted, "–", "", y=place * _ROW)
    between = _("fra %(low)s e %(high)s") % {"low": tenths(found.low), "high": tenths(found.high)}
    low, high, dot = (_WIDTH * one // 1000 for one in (found.low, found.high, found.tenths))
    return Line(name, counted, tenths(found.tenths), between, place * _ROW, dot, low, max(high - low, 1))


def groups(found: tuple[Group, ...]) -> list[Line]:
    """Lay the groups of women out, unknown last; of a hidden one nothing is said, not even how many they are."""
    return [
        line(word(one.name), told(one.visits) if one.told else _("non si mostra"), one.prompts if one.told else None)
        for one in sorted(found, key=lambda one: one.name == "")
    ]


def burden(found: Burden) -> dict[str, Any]:
    """Return what a page says of how often there were prompts; nothing where no visit was read."""
    if not found.visits:
        return {}
    return {
        "visits": told(found.visits),
        "whole": line("", "", found.prompts),
        "tables": [(_("Per età"), groups(found.ages)), (_("Per cittadinanza"), groups(found.citizenships))],
    }


def stretch_name(one: Stretch) -> str:
    """Name one month, or several that are told together."""
    first, last = (written(day, "M Y") for day in (one.first, one.last))
    return first if first == last else f"{first} – {last}"


def precision(found: SiteFigures) -> dict[str, Any]:
    """Return what a page says of the answers; ``few`` where there are some and too few to be told."""
    whole: Outcomes = found.answered
    lines = [
        line(stretch_name(one), f"{told(one.outcomes.yes)} / {told(one.outcomes.yes + one.outcomes.no)}",
             one.outcomes.precision, place)
        for place, one in enumerate(found.stretches)
    ]  # fmt: skip
    return {
        "any": any(whole.cells),
        "few": any(whole.cells) and not lines,
        "lines": lines,
        "height": len(lines) * _ROW,
        "whole": line("", "", whole.precision) if lines else None,
        "asked": told(whole.yes + whole.no),
        "not_asked": told(whole.not_asked),
        "parts": (told(whole.known), told(whole.unknown)) if whole.parted and whole.not_asked else None,
    }


@needs(Permission.EDIT_ORGANISATION)
@require_http_methods(["GET", "POST"])
def recognition(request: Asked) -> HttpResponse:
    """Show what a department of hers does with recognition and what came of it; change what it does."""
    sites = selectors.own_sites(request.actor, request.now)
    chosen = _chosen(request, sites)
    if request.method == "POST" and chosen is None:
        raise Invalid({"": _("Scegli un pronto soccorso della tua organizzazione.")})
    if chosen is None:
        return render(request, "web/recognition/site.html", {"sites": sites})
    form = ModeForm(chosen.mode, request.POST or None)
    if request.method == "POST" and form.is_valid() and accepted(form, lambda: _change(request, chosen, form)):
        messages.success(request, _("Fatto: vale da adesso."))
        return redirect(f"{reverse('recognition')}?servizio={chosen.id}")
    asked = request.GET.get("days", "")
    days = int(asked) if asked in map(str, PERIODS) else USUAL
    found = recognition_figures.figures(request.actor, chosen.id, days, request.now)
    silent_since = found.modes[0].since if found.modes and chosen.mode is Mode.SILENT else None
    words = {
        "sites": sites,
        "chosen": chosen,
        "mode": _(MODE_LABELS[chosen.mode]),
        "modes": found.modes,
        "form": form,
        "days": days,
        "choices": PERIODS.items(),
        "soon": silent_since is not None and request.now - silent_since < ADVISED_SILENCE,
        "silent": burden(found.silent),
        "shown": burden(found.shown),
        "precision": precision(found),
        "width": _WIDTH,
        "few": FEWEST,
        "now": request.now,
    }
    return render(request, "web/recognition/site.html", words, status=422 if form.is_bound else 200)


def _chosen(request: Asked, sites: tuple[Site, ...]) -> Site | None:
    """Return the department that the address names, the first without a name; ``NotFound`` for one that is not hers."""
    named = request.GET.get("servizio", "")
    if not named:
        return sites[0] if sites else None
    found = next((one for one in sites if str(one.id) == named), None)
    if found is None:
        raise NotFound
    return found


def _change(request: Asked, site: Site, form: ModeForm) -> None:
    said = form.cleaned_data
    try:
        services.set_mode(
            actor=request.actor, service_id=site.id, mode=Mode(said["mode"]), reason=said["reason"], now=request.now
        )
    except Conflict as conflict:
        raise Invalid({"mode": conflict.sentence}) from conflict


urlpatterns = [path("rete/riconoscimento/", recognition, name="recognition")]
