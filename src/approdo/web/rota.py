# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is on call in a week: the shifts of a service as a table, its holes in words, and every change of a shift."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from approdo.kit import clock
from approdo.kit.errors import Invalid
from approdo.networks import selectors, services
from approdo.networks.rules import ROME, Gap, LocalHoliday, Period, local_name, local_period, touching
from approdo.networks.selectors import AwayDuty, NamedDuty, Rota, ServiceEditing
from approdo.usecases import coverage, drills
from approdo.usecases.coverage import Foretold
from approdo.web.foretelling import carried, unless_told
from approdo.web.guards import Asked
from approdo.web.network_forms import (
    CopyWeekForm,
    EndEarlyForm,
    HandOverForm,
    ShiftForm,
    SwapForm,
    accepted,
    whole_page,
)
from approdo.web.rota_forms import NoteForm


@dataclass(frozen=True)
class Piece:
    """What a cell of the week says: a shift or a hole, clipped to the day."""

    period: Period
    duty: NamedDuty | None = None
    gap: Gap | None = None
    continues: bool = False
    away: bool = False


@dataclass(frozen=True)
class Day:
    """A row of the week: a day, and who is first and second on call in it."""

    date: date
    holiday: str
    first: list[Piece]
    second: list[Piece]


def _cell(week: Rota, day: Period, position: int, absences: dict[int, list[Period]]) -> list[Piece]:
    pieces = []
    for shown in week.duties:
        period = _clipped(shown.duty.period, day)
        if shown.duty.position == position and period:
            continues = shown.duty.starts_at < day.starts_at
            away = touching(period, absences.get(shown.duty.id or 0, ())) is not None
            pieces.append(Piece(period, duty=shown, continues=continues, away=away))
    for gap in week.gaps:
        period = _clipped(Period(gap.starts_at, gap.ends_at), day)
        if gap.position == position and period:
            pieces.append(Piece(period, gap=gap))
    return sorted(pieces, key=lambda piece: piece.period)


def _clipped(period: Period, day: Period) -> Period | None:
    clipped = Period(max(period.starts_at, day.starts_at), min(period.ends_at, day.ends_at))
    return clipped if clipped.starts_at < clipped.ends_at else None


def _days(week: Rota, away: Iterable[AwayDuty], local: Sequence[LocalHoliday]) -> list[Day]:
    absences: dict[int, list[Period]] = {}
    for one in away:
        absences.setdefault(one.shift_id, []).append(Period(one.away_from, one.away_until))
    days = [week.monday + timedelta(days=number) for number in range(7)]
    spans = {day: local_period(day, time.min, time.min) for day in days}
    return [
        Day(day, local_name(day, local), _cell(week, spans[day], 1, absences), _cell(week, spans[day], 2, absences))
        for day in days
    ]


def _asked_day(text: str) -> date:
    """Return the day in the address, or today for none, a wrong one, or one beyond the calendar."""
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    today = clock.now().astimezone(ROME).date()
    return day if day and abs((day - today).days) < 3660 else today


def _week_page(
    request: Asked,
    service_id: int,
    day: date,
    form: ShiftForm | None = None,
    copy: CopyWeekForm | None = None,
    warned: Foretold | None = None,
) -> HttpResponse:
    week = selectors.rota(request.actor, service_id, day)
    service = selectors.service_for_editing(request.actor, service_id)
    gaps = selectors.gaps_ahead(request.actor, service_id, request.now)
    words = {
        "service": service,
        "days": _days(week, selectors.away_on_duty(service_id, request.now), service.local_holidays),
        "monday": week.monday,
        "sunday": week.monday + timedelta(days=6),
        "before": week.monday - timedelta(days=7),
        "after": week.monday + timedelta(days=7),
        "gaps": [gap for gap in gaps if gap.position == 1 and not gap.service_open],
        "form": form or ShiftForm(members=service.on_call_members, initial={"day": day}),
        "copy": copy or CopyWeekForm(),
        "wrong": form or copy,
        "foretold": warned,
        "carried": carried(request),
        "drill": drills.last_of(request.actor, service_id),
    }
    return render(request, "web/networks/rota.html", words, status=422 if form or copy else 200)


def _to_week(service_id: int, day: date) -> HttpResponse:
    return redirect(f"{reverse('rota', args=[service_id])}?week={day.isoformat()}")


@require_GET
def rota(request: Asked, service_id: int) -> HttpResponse:
    """The week of a service: who is first and second on call, and when nobody is."""
    return _week_page(request, service_id, _asked_day(request.GET.get("week", "")))


@require_POST
def add_shift(request: Asked, service_id: int) -> HttpResponse:
    """Add a shift, once or repeated, and show its week."""
    service = selectors.service_for_editing(request.actor, service_id)
    form = ShiftForm(request.POST, members=service.on_call_members)
    made: list[int] = []
    found: list[Foretold] = []

    def act() -> None:
        made[:] = services.add_shifts(actor=request.actor, service_id=service_id, duties=form.duties(), now=request.now)

    valid = form.is_valid() and accepted(
        form, lambda: found.append(unless_told(request, [service_id], act, removes=False))
    )
    if valid and not found[0]:
        words = ngettext("Aggiunto %(n)d turno.", "Aggiunti %(n)d turni.", len(made)) % {"n": len(made)}
        messages.success(request, words)
        return _to_week(service_id, form.cleaned_data["day"])
    day = form.cleaned_data.get("day") or _asked_day("")
    return _week_page(request, service_id, day, form=form, warned=found[0] if found else None)


@require_POST
def copy_week(request: Asked, service_id: int) -> HttpResponse:
    """Copy a week into the following ones, around what is already there."""
    day = _asked_day(request.POST.get("week", ""))
    form = CopyWeekForm(request.POST)
    made: list[services.CopyOutcome] = []
    found: list[Foretold] = []

    def act() -> None:
        weeks = form.cleaned_data["weeks"]
        made[:] = [
            services.copy_week(actor=request.actor, service_id=service_id, day=day, weeks=weeks, now=request.now)
        ]

    valid = form.is_valid() and accepted(
        form, lambda: found.append(unless_told(request, [service_id], act, removes=False))
    )
    if not valid or found[0]:
        return _week_page(request, service_id, day, copy=form, warned=found[0] if found else None)
    outcome = made[0]
    words = ngettext("Copiato %(n)d turno.", "Copiati %(n)d turni.", outcome.created) % {"n": outcome.created}
    if outcome.skipped:
        left = ngettext(
            "%(n)d è rimasto fuori: il posto era già preso, o la persona non lavora più qui.",
            "%(n)d sono rimasti fuori: il posto era già preso, o la persona non lavora più qui.",
            outcome.skipped,
        )
        words = f"{words} {left % {'n': outcome.skipped}}"
    messages.success(request, words)
    return _to_week(service_id, day + timedelta(days=7))


@require_http_methods(["GET", "POST"])
def shift(request: Asked, shift_id: int) -> HttpResponse:
    """One shift: give it to somebody else, swap it, end it early, remove it."""
    actor, now = request.actor, request.now
    service_id, shown = selectors.shift(actor, shift_id)
    service = selectors.service_for_editing(actor, service_id)
    others = [one for one in selectors.upcoming(actor, service_id, now) if one.duty.id != shift_id]
    page = _ShiftPage(request, service, shown, others, selectors.shift_note(actor, shift_id))
    if request.method == "POST" and page.act(now):
        return _to_week(service_id, shown.duty.starts_at.astimezone(ROME).date())
    words = {
        "service": service,
        "shift": shown,
        "over": shown.duty.ends_at <= now,
        "begun": shown.duty.starts_at <= now,
        "forms": page.forms,
        "wrong": page.wrong,
        "problems": page.problems,
        "foretold": page.foretold,
        "carried": carried(request),
    }
    return render(request, "web/networks/shift.html", words, status=422 if page.failed else 200)


class _ShiftPage:
    """The forms of a shift's page, of which at most one was sent."""

    def __init__(
        self, request: Asked, service: ServiceEditing, shown: NamedDuty, others: list[NamedDuty], note: str
    ) -> None:
        self.actor = request.actor
        self.shift_id = shown.duty.id or 0
        self.sent = request.POST.get("act", "") if request.method == "POST" else ""
        ends = shown.duty.ends_at.astimezone(ROME)

        def data(name: str) -> Any:
            return request.POST if self.sent == name else None

        free = [member for member in service.on_call_members if member.operator_id != shown.duty.operator_id]
        ahead = [other for other in others if other.duty.operator_id != shown.duty.operator_id]
        self.forms: dict[str, forms.Form] = {
            "hand_over": HandOverForm(data("hand_over"), members=free, auto_id="affida_%s"),
            "swap": SwapForm(data("swap"), others=ahead, auto_id="scambia_%s"),
            "end_early": EndEarlyForm(data("end_early"), initial={"day": ends.date()}, auto_id="finisce_%s"),
            "note": NoteForm(data("note"), initial={"note": note}, auto_id="nota_%s"),
        }
        self.wrong: forms.Form | None = None
        self.problems: dict[str, str] = {}
        self.failed = False
        self.service_id = service.id
        self.sure = request.POST.get("even_so") == "1"
        self.foretold = Foretold()

    def act(self, now: datetime) -> bool:
        """Run what was sent; tell whether it was done."""
        if self.sent == "remove":
            return self._remove(now)
        form = self.forms.get(self.sent)
        if form is None:
            self.problems, self.failed = {"": _("Scegli che cosa fare di questo turno.")}, True
            return False
        acts: dict[str, Callable[[], None]] = {
            "hand_over": lambda: services.hand_over_shift(
                actor=self.actor, shift_id=self.shift_id, operator_id=form.cleaned_data["operator_id"], now=now
            ),
            "swap": lambda: services.swap_shifts(
                actor=self.actor, shift_id=self.shift_id, other_id=form.cleaned_data["other_id"], now=now
            ),
            "end_early": lambda: services.end_shift_early(
                actor=self.actor,
                shift_id=self.shift_id,
                ends_at=cast(EndEarlyForm, form).instant(),
                now=now,
            ),
            "note": lambda: services.note_shift(
                actor=self.actor, shift_id=self.shift_id, note=form.cleaned_data["note"], now=now
            ),
        }
        if form.is_valid() and accepted(form, lambda: self._unless_silent(acts[self.sent], now)):
            return not self.foretold
        self.wrong, self.failed = form, True
        return False

    def _remove(self, now: datetime) -> bool:
        try:
            self._unless_silent(lambda: services.remove_shift(actor=self.actor, shift_id=self.shift_id, now=now), now)
        except Invalid as refusal:
            self.problems = whole_page(refusal)
            self.failed = True
        return not self.failed

    def _unless_silent(self, act: Callable[[], None], now: datetime) -> None:
        """Do what was sent, unless it would bring what she has not been told: a call unheard, somebody away."""
        self.foretold = coverage.unless_foretold([self.service_id], act, now, sure=self.sure)
        self.failed = bool(self.foretold)


urlpatterns: list[URLPattern] = [
    path("rete/servizi/<int:service_id>/turni/", rota, name="rota"),
    path("rete/servizi/<int:service_id>/turni/nuovo/", add_shift, name="add_shift"),
    path("rete/servizi/<int:service_id>/turni/copia/", copy_week, name="copy_week"),
    path("rete/turni/<int:shift_id>/", shift, name="shift"),
]
