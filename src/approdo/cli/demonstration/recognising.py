# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Let the departments of the tour have read their visits: one in silence, one with questions that were answered."""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from functools import partial
from operator import itemgetter

from approdo.access.services import entered
from approdo.cli.demonstration.loaded import Loaded
from approdo.cli.demonstration.pathways import TOUR_COORDINATION
from approdo.cli.demonstration.visits import PERIODS, Period, PlannedVisit, answers, planned_visits
from approdo.networks.rules import instant
from approdo.recognition import services
from approdo.recognition.rules.prompting import Answer, Mode

_REASONS = {
    Mode.SILENT: "Prima si guarda che cosa avrebbe fatto, come deciso con la direzione.",
    Mode.PROMPTING: "Dopo tre mesi di silenzio: le richieste sono poche, e chi le riceve è stata formata.",
}


def read_visits(loaded: Loaded) -> int:
    """Switch the departments on when it was decided, read every visit when it came, answer; return how many came."""
    region = loaded.region
    staff = {one.department: len(loaded.planned[one.department].members) for one in PERIODS}
    visits = planned_visits(seed=region.seed, today=region.today, staff=staff)
    given = answers(seed=region.seed)
    acts: list[tuple[datetime, Callable[[datetime], None]]] = [
        (instant(region.today - timedelta(days=one.begins), time(0)), partial(_decide, loaded, one)) for one in PERIODS
    ]
    acts += [(visit.arrival.arrived_at, partial(_read, loaded, visit, given)) for visit in visits]
    for at, act in sorted(acts, key=itemgetter(0)):
        act(at)
    return len(visits)


def _decide(loaded: Loaded, period: Period, at: datetime) -> None:
    actor, service_id = loaded.actor(TOUR_COORDINATION, 0), loaded.services[period.department]
    with entered(actor=actor):
        services.set_mode(actor=actor, service_id=service_id, mode=period.mode, reason=_REASONS[period.mode], now=at)


def _read(loaded: Loaded, visit: PlannedVisit, given: Iterator[Answer | None], at: datetime) -> None:
    """Read a visit; answer its question, if there is one, within the hour: that of last night waits."""
    actor = loaded.actor(visit.department, visit.member)
    with entered(actor=actor):
        shown = services.read_visit(actor=actor, arrival=visit.arrival, now=at)
        said = next(given) if shown else None
        if shown and said and at < instant(loaded.region.today, time(0)) - timedelta(hours=1):
            services.answer(actor=actor, prompt_id=shown, answer=said, now=at + timedelta(minutes=35))
