# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Is a document safe to publish: every check that a schema cannot say, and whom a territory lacks for it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from approdo.kit.words import mark
from approdo.networks.rules import ServiceKind, ServiceView, label_of
from approdo.protocols.rules.assessing import review_problems
from approdo.protocols.rules.document import (
    LOUD,
    NEED_LABELS,
    TARGET_LABELS,
    CallRule,
    Escalation,
    Need,
    OutOfHours,
    ProtocolDocument,
    Target,
    parse,
    parse_call,
)
from approdo.protocols.rules.leaving import exit_problems
from approdo.protocols.rules.pathway import missing_kinds, pathway_problems
from approdo.protocols.rules.problem import Problem, Severity, errors, located
from approdo.protocols.rules.reading import Unreadable, read
from approdo.protocols.rules.referring import clock_problems
from approdo.protocols.rules.structure import structural_problems

LAST_STEP_MINUTES = 120
"""The last person of every chain is alerted within two hours of the activation, whatever happens before."""

_ENDS = frozenset({Target.SERVICE_LINE, Target.COORDINATOR})


def problems(document: Any, *, last_step_minutes: int = LAST_STEP_MINUTES) -> list[Problem]:
    """Return everything wrong with a document, structure first; empty when it may be published.

    ``last_step_minutes`` may only be lowered: two hours stay the most.
    """
    structure = structural_problems(document)
    paths = [problem.path for problem in structure]
    found = [*structure, *clock_problems(document), *pathway_problems(document, paths)]
    found += [*review_problems(document), *exit_problems(document)]
    raw_calls = document.get("calls") if isinstance(document, dict) else None
    if not isinstance(raw_calls, list):
        return found
    calls = _sound_calls(raw_calls, found)
    limit = min(last_step_minutes, LAST_STEP_MINUTES)
    found += _repeated_keys(raw_calls)
    for path, call in calls.items():
        raw = raw_calls[int(path[len("calls[") : -1])]
        found += [*_chain_problems(path, call, raw), *_channel_problems(path, call), *_backup_problems(path, call)]
    keys = [raw.get("key") for raw in raw_calls if isinstance(raw, dict)]
    found += _order_problems(calls, {key for key in keys if isinstance(key, str)}, limit)
    if not errors(found):
        found += _forgotten_needs(calls)
    return found


@dataclass(frozen=True, slots=True)
class Examination:
    """A text that was read and checked: the document if it could be read, parsed if it has no errors."""

    problems: list[Problem]
    document: dict[str, Any] | None = None
    parsed: ProtocolDocument | None = None
    lines: Mapping[str, int] | None = None


def examine(text: str | bytes) -> Examination:
    """Read and check a protocol's YAML text; every problem carries its line. Never raises, whatever the bytes."""
    try:
        reading = read(text)
    except Unreadable as refusal:
        return Examination([refusal.problem])
    found = located(problems(reading.document), reading.lines)
    parsed = None if errors(found) else parse(reading.document)
    return Examination(found, reading.document, parsed, reading.lines)


def examine_document(document: dict[str, Any]) -> Examination:
    """Check a document that is no text; problems carry their path and no line."""
    found = problems(document)
    return Examination(found, document, None if errors(found) else parse(document))


def sound_calls(document: Any) -> dict[str, CallRule]:
    """Return the calls in which the schema finds nothing, by path, whatever is wrong with the rest of a document."""
    return _sound_calls(document["calls"], structural_problems(document))


def _sound_calls(raw_calls: list[Any], found: list[Problem]) -> dict[str, CallRule]:
    """Parse the calls in which the schema found nothing, so that one bad call does not hide problems of the others."""
    broken = {problem.path.partition("]")[0] for problem in found if problem.path.startswith("calls[")}
    return {f"calls[{index}]": parse_call(raw) for index, raw in enumerate(raw_calls) if f"calls[{index}" not in broken}


def _repeated_keys(raw_calls: list[Any]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, raw in enumerate(raw_calls):
        key = raw.get("key") if isinstance(raw, dict) else None
        if not isinstance(key, str):
            continue
        if key in seen:
            yield Problem(f"calls[{index}].key", mark("Due chiamate si chiamano «%(call)s»."), {"call": key[:40]})
        seen.add(key)


def _chain_problems(path: str, call: CallRule, raw: Mapping[str, Any]) -> Iterator[Problem]:
    called = {"call": call.key}
    steps = call.escalation
    if steps[-1].to not in _ENDS:
        yield Problem(
            f"{path}.escalation[{len(steps) - 1}].to",
            mark(
                "La catena di «%(call)s» finisce con «%(last)s», che può mancare: l'ultimo passo deve essere "
                "service_line (la linea del servizio) o coordinator (la coordinatrice)."
            ),
            called | {"last": str(steps[-1].to)},
        )
    seen: set[Target] = set()
    for index, step in enumerate(steps):
        here = f"{path}.escalation[{index}]"
        if step.to in seen:
            message = mark("«%(step)s» è già in questa catena: a fine catena si richiamano tutti, da capo.")
            yield Problem(f"{here}.to", message, {"step": str(step.to)})
        seen.add(step.to)
        if index < len(steps) - 1 and "wait_minutes" not in raw["escalation"][index]:
            message = mark("Manca «wait_minutes»: dopo quanti minuti senza risposta si passa al prossimo?")
            yield Problem(here, message)
    if steps[0].wait_minutes > call.answer_within_minutes:
        yield Problem(
            f"{path}.answer_within_minutes",
            mark(
                "«%(call)s» deve avere risposta entro %(limit)s minuti, ma il primo passo ne aspetta %(wait)s: "
                "allo scadere del tempo non succederebbe nulla."
            ),
            called | {"limit": call.answer_within_minutes, "wait": steps[0].wait_minutes},
        )


def _channel_problems(path: str, call: CallRule) -> Iterator[Problem]:
    plan = call.channels
    if LOUD.isdisjoint(plan.at_once + plan.if_unread):
        message = mark("«%(call)s» non farebbe suonare nessun telefono: aggiungi sms o voice.")
        yield Problem(f"{path}.channels", message, {"call": call.key})
    for channel in plan.if_unread:
        if channel in plan.at_once:
            message = mark("«%(channel)s» è già tra i canali usati subito.")
            yield Problem(f"{path}.channels.if_unread", message, {"channel": str(channel)})
    shortest = min(step.wait_minutes for step in call.escalation)
    if plan.if_unread and plan.after_seconds >= shortest * 60:
        yield Problem(
            f"{path}.channels.after_seconds",
            mark("I canali di «if_unread» partirebbero dopo %(seconds)s secondi, quando si è già passati oltre."),
            {"seconds": plan.after_seconds},
        )


def _backup_problems(path: str, call: CallRule) -> Iterator[Problem]:
    called = {"call": call.key}
    stepped = any(step.to is Target.BACKUP_SERVICE for step in call.escalation)
    if stepped and call.backup_kind is None:
        message = mark("«%(call)s» passa al servizio di riserva: scrivi quale in «backup_kind».")
        yield Problem(path, message, called)
    if call.out_of_hours is OutOfHours.BACKUP and not stepped:
        message = mark(
            "Fuori orario «%(call)s» va al servizio di riserva: aggiungi alla catena il passo backup_service."
        )
        yield Problem(f"{path}.out_of_hours", message, called)
    if call.out_of_hours is OutOfHours.BACKUP and call.escalation[-1].to is not Target.COORDINATOR:
        message = mark(
            "Fuori orario «%(call)s» non chiama il servizio: la catena deve finire con coordinator (la coordinatrice)."
        )
        yield Problem(f"{path}.out_of_hours", message, called)
    if call.backup_kind is not None and not stepped:
        message = mark("Il servizio di riserva di «%(call)s» non viene mai chiamato.")
        yield Problem(f"{path}.backup_kind", message, called, Severity.WARNING)
    if call.backup_kind == call.kind:
        message = mark("Il servizio di riserva di «%(call)s» deve essere di un altro tipo.")
        yield Problem(f"{path}.backup_kind", message, called)


def _order_problems(calls: Mapping[str, CallRule], known: set[str], limit: int) -> Iterator[Problem]:
    by_key = {call.key: call for call in calls.values()}
    for path, call in calls.items():
        if call.after is not None and call.after not in known:
            message = mark("Non c'è nessuna chiamata «%(after)s». Chiamate del documento: %(allowed)s.")
            yield Problem(f"{path}.after", message, {"after": call.after, "allowed": ", ".join(sorted(known))})
            continue
        start, circle = _start(call, by_key)
        if circle:
            message = mark("«%(call)s» aspetta sé stessa, passando per altre chiamate: nessuna partirebbe.")
            yield Problem(f"{path}.after", message, {"call": call.key})
            continue
        last = start + call.timetable()[-1][0]
        if last > limit:
            yield Problem(
                f"{path}.escalation",
                mark("L'ultimo passo di «%(call)s» arriva dopo %(minutes)s minuti: il massimo è %(limit)s."),
                {"call": call.key, "minutes": last, "limit": limit},
            )


def _start(call: CallRule, by_key: Mapping[str, CallRule]) -> tuple[int, bool]:
    """Return the latest minute at which a call begins, and whether following ``after`` comes back to it."""
    minutes, seen, current = 0, {call.key}, call
    while current.after is not None and current.after in by_key:
        minutes += current.after_minutes or 0
        current = by_key[current.after]
        if current.key in seen:
            return minutes, current.key == call.key
        seen.add(current.key)
    return minutes, False


def _forgotten_needs(calls: Mapping[str, CallRule]) -> Iterator[Problem]:
    for need in Need:
        if not any(call.answers({need}) for call in calls.values()):
            message = mark("Nessuna chiamata risponde al bisogno «%(need)s» (%(label)s).")
            yield Problem("calls", message, {"need": str(need), "label": NEED_LABELS[need]})


def reach(document: ProtocolDocument, services: Sequence[ServiceView]) -> list[Problem]:
    """Return a warning for each call, or way out of a call, that nobody in this snapshot of a territory can answer.

    ``services`` is what ``networks.selectors.coverage`` gives for one municipality and instant, the network's
    coordination included.
    """
    found: list[Problem] = []
    for index, call in enumerate(document.calls):
        path = f"calls[{index}]"
        fitting = [service for service in services if call.fits(service)]
        if not fitting:
            found.append(_nobody_fits(path, call))
        elif not any(_answers(step, call, fitting, services) for step in call.escalation):
            message = mark("Alla chiamata «%(call)s» ora non può rispondere nessuno: %(names)s.")
            found.append(_warning(path, message, call=call.key, names=_names(fitting)))
        found += _empty_ways_out(path, call, services)
    return [*found, *missing_kinds(document.pathway, services)]


def _nobody_fits(path: str, call: CallRule) -> Problem:
    kind, wanted = label_of(call.kind), [str(word) for word in (call.capability, call.service_code) if word]
    if wanted:
        message = mark("Per la chiamata «%(call)s» manca un servizio «%(kind)s» con: %(wanted)s.")
        return _warning(f"{path}.kind", message, call=call.key, kind=kind, wanted=", ".join(wanted))
    message = mark("Per la chiamata «%(call)s» manca un servizio «%(kind)s».")
    return _warning(f"{path}.kind", message, call=call.key, kind=kind)


def _empty_ways_out(path: str, call: CallRule, services: Sequence[ServiceView]) -> Iterator[Problem]:
    """Warn of a backup or coordinator that this territory does not have, on the step that names it."""
    for index, step in enumerate(call.escalation):
        if step.to not in (Target.BACKUP_SERVICE, Target.COORDINATOR) or _answers(step, call, (), services):
            continue
        message = mark("Nella chiamata «%(call)s» il passo «%(step)s» non trova nessuno.")
        yield _warning(f"{path}.escalation[{index}].to", message, call=call.key, step=TARGET_LABELS[step.to])


def _answers(step: Escalation, call: CallRule, fitting: Sequence[ServiceView], services: Sequence[ServiceView]) -> bool:
    if step.to is Target.FIRST_ON_CALL:
        return any(service.first for service in fitting)
    if step.to is Target.SECOND_ON_CALL:
        return any(service.second for service in fitting)
    if step.to is Target.SERVICE_LINE:
        return any(service.contacts for service in fitting)
    kind = call.backup_kind if step.to is Target.BACKUP_SERVICE else ServiceKind.NETWORK_COORDINATION
    others = [service for service in services if service.kind == kind]
    return any(other.first or other.second or other.contacts for other in others)


def _names(services: Sequence[ServiceView]) -> str:
    return ", ".join(sorted({service.label for service in services})[:5])


def _warning(path: str, message: str, **values: str) -> Problem:
    return Problem(path, message, values, Severity.WARNING)
