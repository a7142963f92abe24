# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole pathway of a protocol: what is done in each phase, by whom, by when, and what if it is not (ADR 0025)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from approdo.access.rules import DocumentKind
from approdo.kit.words import mark
from approdo.networks.rules import Qualification, ServiceKind, ServiceView, label_of
from approdo.protocols.rules.problem import Problem, Severity

LONGEST_STEP_HOURS = 24 * 365
SHORTEST_ROUND_HOURS = 24
LONGEST_TASK = 120
MOST_PATHWAY_STEPS = 40


class Phase(StrEnum):
    """A stretch of the pathway from the first sign to the closure (domain.md, section 2)."""

    RECOGNITION = "recognition"
    RECEPTION = "reception"
    RISK_REVIEW = "risk_review"
    INTAKE = "intake"
    PLAN = "plan"
    CONFERENCE = "conference"
    STAY = "stay"
    FOLLOW_UP = "follow_up"
    CLOSURE = "closure"


class Tell(StrEnum):
    """Who is told of a step that nobody has done in time."""

    LEAD = "lead"
    COORDINATOR = "coordinator"


class When(StrEnum):
    """Whether a step is for every pathway, or only where there are children."""

    ALWAYS = "always"
    CHILDREN = "children"


class WhenClosed(StrEnum):
    """What becomes of a limit at which the service is closed."""

    ALL_THE_SAME = "all_the_same"
    NEXT_OPENING = "next_opening"


class Assessment(StrEnum):
    """An assessment that a step asks for; which instrument is chosen by whoever does it."""

    RISK = "risk"
    CHILD_RISK = "child_risk"


PHASE_LABELS: dict[Phase, str] = {
    Phase.RECOGNITION: mark("riconoscimento"),
    Phase.RECEPTION: mark("accoglienza"),
    Phase.RISK_REVIEW: mark("revisione del rischio"),
    Phase.INTAKE: mark("presa in carico"),
    Phase.PLAN: mark("progetto"),
    Phase.CONFERENCE: mark("riunione di rete"),
    Phase.STAY: mark("ospitalità"),
    Phase.FOLLOW_UP: mark("monitoraggio"),
    Phase.CLOSURE: mark("conclusione"),
}
TELL_LABELS: dict[Tell, str] = {
    Tell.LEAD: mark("chi conduce il percorso"),
    Tell.COORDINATOR: mark("la coordinatrice"),
}
WHEN_LABELS: dict[When, str] = {
    When.ALWAYS: mark("sempre"),
    When.CHILDREN: mark("se ci sono minori"),
}
WHEN_CLOSED_LABELS: dict[WhenClosed, str] = {
    WhenClosed.ALL_THE_SAME: mark("il termine resta quello"),
    WhenClosed.NEXT_OPENING: mark("il termine passa alla prima apertura"),
}
ASSESSMENT_LABELS: dict[Assessment, str] = {
    Assessment.RISK: mark("una valutazione del rischio"),
    Assessment.CHILD_RISK: mark("una valutazione del rischio per i minori"),
}

EVERYDAY = (Phase.RECEPTION, Phase.INTAKE, Phase.PLAN, Phase.FOLLOW_UP)
"""The phases that every pathway passes through: without a step in them nobody is asked anything."""


@dataclass(frozen=True, slots=True)
class PathwayStep:
    """One thing to do when a case reaches a phase. Hours count from that instant, nights and holidays included."""

    key: str
    phase: Phase
    what: str
    within_hours: int
    escalate_after_hours: int
    tell: Tell
    kind: ServiceKind | None = None
    """Which kind of service does it, if one takes part; None: whoever leads the pathway."""
    when: When = When.ALWAYS
    when_closed: WhenClosed = WhenClosed.ALL_THE_SAME
    repeat_hours: int | None = None
    """Once done, it is to be done again after so many hours while the phase lasts."""
    ask_again_after_hours: int | None = None
    """If she says no she is asked again after so many hours; None: her no ends it."""
    document: DocumentKind | None = None
    assessment: Assessment | None = None
    qualification: Qualification | None = None


_ENUMS: dict[str, type[StrEnum]] = {
    "phase": Phase,
    "tell": Tell,
    "kind": ServiceKind,
    "when": When,
    "when_closed": WhenClosed,
    "document": DocumentKind,
    "assessment": Assessment,
    "qualification": Qualification,
}


def parse_step(step: Mapping[str, Any]) -> PathwayStep:
    """Turn one step of a document without problems into a frozen value; raises like ``parse``."""
    read: dict[str, Any] = {name: _ENUMS[name](value) if name in _ENUMS else value for name, value in step.items()}
    return PathwayStep(**read)


def pathway(document: Mapping[str, Any]) -> tuple[PathwayStep, ...]:
    """Return the steps of the pathway in the order of the document; for a document without problems."""
    return tuple(parse_step(step) for step in document.get("pathway", ()))


def pathway_problems(document: Any, broken: Iterable[str] = ()) -> Iterator[Problem]:
    """Find what the schema cannot say about the pathway; passes over the steps at paths that it refuses anyway."""
    listed = document.get("pathway") if isinstance(document, dict) else None
    raw = listed if isinstance(listed, list) else []
    refused = {path.partition("]")[0] + "]" for path in broken if path.startswith("pathway[")}
    keys = Counter(str(step.get("key")) for step in raw if isinstance(step, dict))
    sound = []
    for index, step in enumerate(raw):
        path = f"pathway[{index}]"
        if not isinstance(step, dict) or path in refused:
            continue
        parsed = parse_step(step)
        sound.append(parsed)
        if keys[parsed.key] > 1:
            yield Problem(f"{path}.key", mark("Due passi del percorso si chiamano «%(step)s»."), {"step": parsed.key})
        yield from _hours_problems(path, parsed)
    if len(sound) == len(raw) and raw:
        yield from _empty_phases(sound)


def _hours_problems(path: str, step: PathwayStep) -> Iterator[Problem]:
    if step.escalate_after_hours < step.within_hours:
        message = mark("«%(step)s»: si avvisa dopo il termine, non prima.")
        yield Problem(f"{path}.escalate_after_hours", message, {"step": step.key})
    if step.repeat_hours is not None and step.repeat_hours < step.within_hours:
        message = mark("«%(step)s» tornerebbe da fare prima del suo termine: allunga l'intervallo.")
        yield Problem(f"{path}.repeat_hours", message, {"step": step.key})


def _empty_phases(steps: Iterable[PathwayStep]) -> Iterator[Problem]:
    reached = {step.phase for step in steps}
    for phase in EVERYDAY:
        if phase not in reached:
            message = mark("Nella fase «%(phase)s» non c'è nessun passo: chi ci arriva resta senza un prossimo passo.")
            yield Problem("pathway", message, {"phase": str(phase)}, Severity.WARNING)


def missing_kinds(steps: Iterable[PathwayStep], services: Iterable[ServiceView]) -> Iterator[Problem]:
    """Warn of each step whose kind of service nobody in this territory is."""
    there = {service.kind for service in services}
    for index, step in enumerate(steps):
        if step.kind is not None and step.kind not in there:
            message = mark("Per il passo «%(step)s» manca un servizio «%(kind)s».")
            values = {"step": step.key, "kind": label_of(step.kind)}
            yield Problem(f"pathway[{index}].kind", message, values, Severity.WARNING)
