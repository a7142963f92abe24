# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Andamento and Confronto: how a network's calls went, and networks side by side; of few nothing is told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from approdo.access.rules import Permission, may
from approdo.activations.rules.conformance import (
    SKIP_LABELS,
    Line,
    Outcome,
    Result,
    Skip,
    Tally,
)
from approdo.activations.rules.states import STAND_DOWN_LABELS
from approdo.activations.selectors import COMPARED_DAYS, Compared, Measured
from approdo.cases.rules import CaseState, Stage
from approdo.kit.counts import FEWEST, blocks, hidden, is_told, share
from approdo.protocols.selectors import VersionText, VersionView
from approdo.tasks.rules import StepFigures
from approdo.usecases import conformance as figures_of
from approdo.web.guards import Asked, needs
from approdo.web.templatetags.when import span
from approdo.web.templatetags.words import end_of_task

DAYS = (30, 90, 365)
USUAL = 90
_WIDTH, _ROW = 300, 34


def told(count: int) -> str:
    """Return a count, or that it is fewer than five."""
    return number_format(count, force_grouping=True) if is_told(count) else _("meno di %(n)s") % {"n": FEWEST}


def length(seconds: int | None) -> str:
    """Return a length of time, or nothing."""
    return "" if seconds is None else span(timedelta(seconds=seconds))


@dataclass(frozen=True, slots=True)
class Figures:
    """The few figures by which calls are compared, with their words; ``few``: why there are none."""

    activations: str
    on_time: int | None
    median: str
    ninetieth: str
    few: bool


def figures(activations: int, tally: Tally, *, kept_back: bool = False) -> Figures:
    """Return what may be told of so many activations."""
    if kept_back or activations < FEWEST:
        return Figures(_("non si mostra") if activations >= FEWEST else told(activations), None, "", "", few=True)
    return Figures(told(activations), tally.on_time, length(tally.median), length(tally.ninetieth), few=False)


@dataclass(frozen=True, slots=True)
class Bar:
    """A piece of a bar on the drawing: where it begins, how long it is, how solid."""

    x: int
    width: int
    solid: str


@dataclass(frozen=True, slots=True)
class Row:
    """One rule with its words and its bar, in whole units so that no language puts commas into it."""

    line: Line
    few: str
    """Why nothing is told of it, or nothing."""
    on_time: int
    late: int
    open: int
    stopped: int
    reasons: tuple[str, ...]
    figures: Figures
    y: int
    bars: tuple[Bar, ...]


def rows(result: Result, *, guarded: bool = True) -> tuple[Row, ...]:
    """Lay the rules out; unless they are of exercises, those made for few women are kept back."""
    made = {place: line.made for place, line in enumerate(result.lines)}
    gone = hidden(made) if guarded else frozenset()
    shown = [line.tally.calls for place, line in enumerate(result.lines) if place not in gone]
    most = max(shown, default=1) or 1
    return tuple(_row(line, place, place in gone, most) for place, line in enumerate(result.lines))


def _row(line: Line, place: int, gone: bool, most: int) -> Row:
    tally = line.tally
    on_time, late, still_open, stopped = (
        tally.outcomes.get(one, 0) for one in (Outcome.ON_TIME, Outcome.LATE, Outcome.OPEN, Outcome.STOOD_DOWN)
    )
    return Row(
        line,
        (told(line.made) if line.made < FEWEST else _("non si mostra")) if gone else "",
        on_time,
        late,
        still_open,
        stopped,
        tuple(_reasons(line)),
        Figures(told(tally.calls), tally.on_time, length(tally.median), length(tally.ninetieth), few=gone),
        place * _ROW,
        () if gone else tuple(_bars((on_time, late, still_open + stopped), most)),
    )


def _reasons(line: Line) -> Iterable[str]:
    """Say why calls were not made or were stopped, for each reason given five times or more; the others together."""
    counted: list[tuple[str, int]] = [(SKIP_LABELS[one], line.skipped.get(one, 0)) for one in Skip]
    counted += [(STAND_DOWN_LABELS[one], count) for one, count in line.stopped.items()]
    for words, count in counted:
        if count >= FEWEST:
            yield f"{_(words)}: {told(count)}"
    if not all(is_told(count) for _words, count in counted):
        yield _("altri motivi: meno di %(n)s ciascuno") % {"n": FEWEST}


def _bars(pieces: Iterable[int], most: int) -> Iterable[Bar]:
    x = 0
    for piece, solid in zip(pieces, ("1", ".55", ".2"), strict=True):
        width = piece * _WIDTH // most
        if width:
            yield Bar(x, width, solid)
        x += width


@dataclass(frozen=True, slots=True)
class StageRow:
    """One state of the pathway with its words and its bar; ``share`` is None where a figure is kept back."""

    state: CaseState
    reached: str
    share: int | None
    here: str
    closed: str
    y: int
    width: int


def stage_rows(stages: tuple[Stage, ...]) -> tuple[StageRow, ...]:
    """Lay the pathway out: what reached a state, what is there, what was closed from there, without telling of few."""
    opened, found = stages[0].reached, []
    for block in blocks([stage.left for stage in stages]):
        alone = len(block) == 1 and not any(
            0 < one < FEWEST for one in (stages[block[0]].here, stages[block[0]].closed)
        )
        for place in block:
            stage = stages[place]
            back = stage.reached - sum(one.left for one in stages[place:])  # who was here and went back
            plain = place == block[0] and is_told(stage.reached) and is_told(back)
            found.append(
                StageRow(
                    stage.state,
                    _kept(stage.reached, plain),
                    share(stage.reached, opened) if plain else None,
                    _kept(stage.here, alone),
                    _kept(stage.closed, alone),
                    place * _ROW,
                    stage.reached * _WIDTH // opened if plain and opened else 0,
                )
            )
    return tuple(found)


def _kept(count: int, alone: bool) -> str:
    return told(count) if alone or count < FEWEST else _("non si mostra")


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a protocol and what its activations came to."""

    version: VersionView
    figures: Figures


def version_rows(found: Measured) -> tuple[VersionRow, ...]:
    """Return the versions under which activations ran, the newest first."""
    gone = hidden({one.id: one.activations for one in found.found.real.versions})
    return tuple(
        VersionRow(found.versions[one.id], figures(one.activations, one.tally, kept_back=one.id in gone))
        for one in found.found.real.versions
    )


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of the pathway with its words; ``few``: why nothing is told of it, or nothing."""

    step: StepFigures
    few: str
    reached: str
    reasons: tuple[str, ...]
    median: str
    ninetieth: str


def step_rows(steps: tuple[StepFigures, ...]) -> tuple[StepRow, ...]:
    """Lay the steps out; those reached for few women are kept back, with whatever would give them away.

    Of a step that is told, a reason given fewer than five times is not, nor what is late or in time of fewer.
    """
    gone = hidden({place: step.reached for place, step in enumerate(steps)})
    return tuple(_step_row(step, place in gone) for place, step in enumerate(steps))


def _step_row(step: StepFigures, gone: bool) -> StepRow:
    few = (told(step.reached) if step.reached < FEWEST else _("non si mostra")) if gone else ""
    counted = [(end_of_task(reason), count) for reason, count in sorted(step.skipped.items())]
    reasons = [f"{words}: {told(count)}" for words, count in counted if count >= FEWEST]
    if not all(is_told(count) for _words, count in counted):
        reasons.append(_("altri motivi: meno di %(n)s ciascuno") % {"n": FEWEST})
    return StepRow(
        step, few, told(step.reached), tuple(reasons), _hours(step.median_hours), _hours(step.ninetieth_hours)
    )


def _hours(hours: int | None) -> str:
    return "" if hours is None else span(timedelta(hours=hours))


@needs(Permission.SUPERVISE_NETWORK)
@require_GET
def conformance(request: Asked, network: str) -> HttpResponse:
    """Show how a network's calls went in a period, where its cases left the pathway, and each version's share."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked in map(str, DAYS) else USUAL
    went = figures_of.conformance(request.actor, network, days, request.now)
    found = went.calls
    real, exercises = found.found.real, found.found.exercises
    laid = rows(real)
    words = {
        "found": found,
        "days": days,
        "choices": DAYS,
        "few": FEWEST,
        "whole": figures(real.activations, real.whole),
        "undone": told(real.undone),
        "rows": laid,
        "width": _WIDTH,
        "height": len(laid) * _ROW,
        "stages": stage_rows(found.stages),
        "opened": found.stages[0].reached,
        "stages_height": len(found.stages) * _ROW,
        "versions": version_rows(found),
        "steps": step_rows(went.steps),
        "exercises": exercises,
        "exercise_rows": rows(exercises, guarded=False),
    }
    return render(request, "web/networks/conformance.html", words)


@dataclass(frozen=True, slots=True)
class Column:
    """One network on the comparison: its models, its figures and its bar."""

    one: Compared
    models: tuple[VersionText, ...]
    figures: Figures
    y: int
    width: int
    own: bool


@needs(Permission.COMPARE_NETWORKS)
@require_GET
def comparison(request: Asked) -> HttpResponse:
    """Show networks side by side: what each one's protocol says, and how its last ninety days went."""
    found = figures_of.comparison(request.actor, request.now)
    supervises = may(request.actor, Permission.SUPERVISE_NETWORK)
    columns = tuple(_column(one, place, own=supervises) for place, one in enumerate(found))
    words = {
        "columns": columns,
        "days": COMPARED_DAYS,
        "few": FEWEST,
        "width": _WIDTH,
        "height": len(columns) * _ROW,
        "measured": any(not one.figures.few for one in columns),
    }
    return render(request, "web/networks/comparison.html", words)


def _column(one: Compared, place: int, *, own: bool) -> Column:
    shown = figures(one.found.activations, one.found.whole)
    return Column(one, one.in_force, shown, place * _ROW, (shown.on_time or 0) * _WIDTH // 100, own)


urlpatterns = [
    path("rete/andamento/<slug:network>/", conformance, name="conformance"),
    path("rete/confronto/", comparison, name="comparison"),
]
