# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Gli invii della rete: how many women arrive, how fast they are answered, and why not."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from approdo.access.rules import Permission
from approdo.kit.counts import FEWEST, is_told
from approdo.referrals.rules import Reached, Stage
from approdo.usecases import referral_figures
from approdo.web.conformance import told
from approdo.web.guards import Asked, needs

PERIODS = (30, 90, 365)
USUAL = 365
_WIDTH, _STEP = 340, 34


@dataclass(frozen=True, slots=True)
class Bar:
    """One stage on the drawing, in whole units so that no language puts commas into it."""

    stage: Stage
    y: int
    width: int
    said: str


def share(part: int, whole: int) -> str:
    """Say a share, from five on; nothing under that."""
    return f"{round(100 * part / whole)} %" if whole >= FEWEST and is_told(part) else ""


def bars(stages: tuple[Reached, ...]) -> list[Bar]:
    """Lay the stages out; one of fewer than five is drawn as wide as five, like any other of fewer."""
    return [
        Bar(one.stage, _STEP * number, _width(one), f"{told(one.count)} {share(one.count, one.of)}".strip())
        for number, one in enumerate(stages)
    ]


def _width(one: Reached) -> int:
    shown = one.count if is_told(one.count) else min(FEWEST, one.of)
    return _WIDTH * shown // max(one.of, FEWEST)


@needs(Permission.SUPERVISE_NETWORK)
@require_GET
def network_referrals(request: Asked, network: str) -> HttpResponse:
    """Show what the referrals of a network came to."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked in map(str, PERIODS) else USUAL
    found = referral_figures.figures(request.actor, network, days, request.now)
    words = {
        "found": found,
        "days": days,
        "choices": PERIODS,
        "stages": [(one, told(one.count), told(one.of), share(one.count, one.of)) for one in found.funnel],
        "bars": bars(found.funnel),
        "width": _WIDTH,
        "height": _STEP * len(found.funnel),
        "rows": [
            (one, told(one.sent), told(one.met), share(one.met, one.sent), told(one.refused), told(one.unanswered))
            for one in found.answers
        ],
        "refusals": [(reason, told(count)) for reason, count in found.refusals],
        "few": told(found.sent),
    }
    return render(request, "web/referrals/network.html", words)


urlpatterns = [path("rete/invii/<slug:network>/", network_referrals, name="network_referrals")]
