# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two protocols side by side, in words: what a person compares is sentences, not paths."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from approdo.kit.words import mark
from approdo.protocols.rules.assessing import LEVEL_LABELS, ReviewClock
from approdo.protocols.rules.document import (
    OUT_OF_HOURS_LABELS,
    CallRule,
    Choose,
    OutOfHours,
    ProtocolDocument,
    Target,
)
from approdo.protocols.rules.leaving import EXIT_LEVEL_LABELS, EXIT_OPTION_LABELS, Exits, StayHours
from approdo.protocols.rules.pathway import PathwayStep, When, WhenClosed
from approdo.protocols.rules.referring import URGENCY_LABELS, ReferralClock


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence for the catalogues with what fills it: codes, which have words of their own, numbers and names."""

    message: str
    values: Mapping[str, StrEnum | str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that both say, or one of them."""

    label: str
    before: tuple[Phrase, ...]
    after: tuple[Phrase, ...]

    @property
    def same(self) -> bool:
        """Tell whether both say the same."""
        return self.before == self.after


class Fate(StrEnum):
    """What became of a part from one protocol to the other."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


FATE_LABELS: dict[Fate, str] = {
    Fate.SAME: mark("uguale"),
    Fate.CHANGED: mark("cambia"),
    Fate.ADDED: mark("nuova"),
    Fate.REMOVED: mark("tolta"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """A part of both: the heading, one call, the hours of referrals, one step of the pathway."""

    title: Phrase
    lines: tuple[Line, ...]
    fate: Fate

    @property
    def same(self) -> bool:
        """Tell whether nothing changes here."""
        return self.fate is Fate.SAME


Said = dict[str, tuple[Phrase, ...]]


def side_by_side(before: ProtocolDocument, after: ProtocolDocument, places: Mapping[str, str]) -> tuple[Section, ...]:
    """Return both protocols part by part, calls in the order of the newer one; ``places`` names municipalities."""
    old, new = ({call.key: call for call in one.calls} for one in (before, after))
    sections = [_section(Phrase(mark("Il protocollo")), _heading(before, places), _heading(after, places))]
    for key in [*new, *(key for key in old if key not in new)]:
        title = Phrase(mark("Chiamata «%(call)s»"), {"call": key})
        sections.append(_section(title, *(_call(one[key]) if key in one else {} for one in (old, new))))
    sections.append(_section(Phrase(mark("Ore degli invii")), _hours(before), _hours(after)))
    title = Phrase(mark("Quando si rivaluta il rischio"))
    sections.append(_section(title, review_lines(before.reviews), review_lines(after.reviews)))
    title = Phrase(mark("Che cosa si propone all'uscita dal pronto soccorso"))
    sections.append(_section(title, exit_lines(before.exits), exit_lines(after.exits)))
    was, will = ({step.key: step for step in one.pathway} for one in (before, after))
    for key in [*will, *(key for key in was if key not in will)]:
        title = Phrase(mark("Passo del percorso «%(step)s»"), {"step": key})
        sections.append(_section(title, *(step_lines(one[key]) if key in one else {} for one in (was, will))))
    return tuple(sections)


def _section(title: Phrase, before: Said, after: Said) -> Section:
    labels = list(dict.fromkeys([*after, *before]))
    lines = tuple(Line(label, before.get(label, ()), after.get(label, ())) for label in labels)
    fate = Fate.ADDED if not before else Fate.REMOVED if not after else Fate.CHANGED
    return Section(title, lines, Fate.SAME if all(line.same for line in lines) else fate)


def _heading(document: ProtocolDocument, places: Mapping[str, str]) -> Said:
    everywhere = (Phrase(mark("tutti quelli della rete")),)
    everybody = (Phrase(mark("chiunque sia della rete")),)
    named = sorted(places.get(code, code) for code in document.municipalities)
    return {
        mark("Nome"): (_as_written(document.name),),
        mark("Comuni"): tuple(_as_written(name) for name in named) or everywhere,
        mark("Chi attiva"): tuple(_as_written(context) for context in sorted(document.contexts)) or everybody,
        mark("In quale ordine"): tuple(_as_written(call.key) for call in document.calls),
    }


def _call(call: CallRule) -> Said:
    return {
        mark("Servizio"): _service(call),
        mark("Bisogno"): tuple(map(_as_written, sorted(call.needs))) or (Phrase(mark("sempre")),),
        mark("Comincia"): (_beginning(call),),
        mark("Risposta"): (Phrase(mark("entro %(n)s min"), {"n": call.answer_within_minutes}),),
        mark("Chi viene avvisata"): tuple(_step(call, minute, to) for minute, to in call.timetable()),
        mark("Poi"): _again(call),
        mark("Quando è chiuso"): (Phrase(OUT_OF_HOURS_LABELS[call.out_of_hours]), *_unused_backup(call)),
        mark("Come"): _channels(call),
        **({mark("A voce"): (_as_written(call.fallback_phone),)} if call.fallback_phone else {}),
    }


def _service(call: CallRule) -> tuple[Phrase, ...]:
    said = [_as_written(call.kind)]
    if call.service_code:
        said.append(Phrase(mark("solo «%(name)s»"), {"name": call.service_code}))
    if call.capability:
        said.append(_as_written(call.capability))
    if call.choose is Choose.ALL:
        said.append(Phrase(mark("tutti quelli competenti")))
    return tuple(said)


def _beginning(call: CallRule) -> Phrase:
    if call.after is None:
        return Phrase(mark("subito"))
    waits = mark("quando ha risposto «%(call)s», al più tardi dopo %(n)s min")
    return Phrase(waits, {"call": call.after, "n": call.after_minutes or 0})


def _step(call: CallRule, minute: int, to: Target) -> Phrase:
    who: StrEnum = call.backup_kind if to is Target.BACKUP_SERVICE and call.backup_kind else to
    if not minute:
        return Phrase(mark("subito: %(who)s"), {"who": who})
    return Phrase(mark("dopo %(n)s min: %(who)s"), {"n": minute, "who": who})


def _again(call: CallRule) -> tuple[Phrase, ...]:
    said = (Phrase(mark("di nuovo tutti, ogni %(n)s min"), {"n": call.repeat_minutes}),)
    first = call.escalation[-1].wait_minutes
    return (
        said if first == call.repeat_minutes else (*said, Phrase(mark("la prima volta dopo %(n)s min"), {"n": first}))
    )


def _unused_backup(call: CallRule) -> tuple[Phrase, ...]:
    """Say a backup that the chain does not name: it is written, and never called."""
    stepped = any(step.to is Target.BACKUP_SERVICE for step in call.escalation)
    if call.backup_kind is None or (stepped and call.out_of_hours is OutOfHours.ON_CALL):
        return ()
    return (Phrase(mark("riserva: %(kind)s"), {"kind": call.backup_kind}),)


def _channels(call: CallRule) -> tuple[Phrase, ...]:
    plan = call.channels
    said = [Phrase(mark("subito: %(who)s"), {"who": channel}) for channel in sorted(plan.at_once)]
    late = mark("se dopo %(n)s secondi nessuno ha letto: %(who)s")
    return (*said, *(Phrase(late, {"n": plan.after_seconds, "who": channel}) for channel in sorted(plan.if_unread)))


def _hours(document: ProtocolDocument) -> Said:
    return {URGENCY_LABELS[urgency]: _clock(clock) for urgency, clock in document.referrals.items()}


def _clock(clock: ReferralClock) -> tuple[Phrase, ...]:
    return (
        Phrase(mark("sollecito dopo %(n)s ore"), {"n": clock.remind_after_hours}),
        Phrase(mark("risposta entro %(n)s ore"), {"n": clock.answer_within_hours}),
        Phrase(mark("coordinatrice avvisata dopo %(n)s ore"), {"n": clock.escalate_after_hours}),
        Phrase(mark("chiusura dopo %(n)s ore"), {"n": clock.close_after_hours}),
    )


def review_lines(clock: ReviewClock) -> Said:
    """Return what a clock of assessments says, by label."""
    levels = {LEVEL_LABELS[level]: (_lasting(clock.hours(level), _EVERY),) for level in reversed(LEVEL_LABELS)}
    return {
        **levels,
        mark("Non valutabile"): (_lasting(clock.not_assessable_hours, _EVERY),),
        LATE: (_lasting(clock.escalate_after_hours, _LATE), Phrase(mark("chi conduce il percorso"))),
        mark("Si propone di attivare la rete"): (
            Phrase(mark("da un rischio %(level)s"), {"level": clock.activate_from}),
        ),
    }


def exit_lines(exits: Exits) -> Said:
    """Return what is proposed on leaving for each class of risk, in order, and the hours of a stay if there are any."""
    first = {
        EXIT_LEVEL_LABELS[level]: tuple(Phrase(EXIT_OPTION_LABELS[option]) for option in exits.first[level])
        for level in reversed([*EXIT_LEVEL_LABELS])
    }
    return {**first, **({mark("Quanto si può restare"): (stay_said(exits.stay_hours),)} if exits.stay_hours else {})}


def stay_said(hours: StayHours) -> Phrase:
    """Say for how long the hospital may keep her."""
    if hours.at_least == hours.at_most:
        return Phrase(mark("per %(n)s ore"), {"n": hours.at_most})
    return Phrase(mark("da %(least)s a %(most)s ore"), {"least": hours.at_least, "most": hours.at_most})


LIMIT, LATE = mark("Termine"), mark("Se non è fatto")
DECLINED, EVERY = mark("Se lei dice di no"), mark("Si ripete")
DEMANDS = mark("Che cosa serve")


def step_lines(step: PathwayStep) -> Said:
    """Return what a step of the pathway says, by label."""
    conditions = [word for word in (step.when,) if word is not When.ALWAYS]
    demands = tuple(_as_written(one) for one in (step.document, step.assessment) if one)
    if step.qualification:
        demands += (Phrase(mark("formazione: %(name)s"), {"name": step.qualification}),)
    return {
        mark("Fase"): (_as_written(step.phase),),
        mark("Che cosa si fa"): (_as_written(step.what), *map(_as_written, conditions)),
        mark("Chi"): (_as_written(step.kind) if step.kind else Phrase(mark("chi conduce il percorso")),),
        LIMIT: (_lasting(step.within_hours, _WITHIN), *_when_closed(step)),
        LATE: (_lasting(step.escalate_after_hours, _LATE), _as_written(step.tell)),
        DECLINED: (
            _lasting(step.ask_again_after_hours, _AGAIN)
            if step.ask_again_after_hours
            else Phrase(mark("si segna, e il passo finisce")),
        ),
        **({EVERY: (_lasting(step.repeat_hours, _EVERY),)} if step.repeat_hours else {}),
        **({DEMANDS: demands} if demands else {}),
    }


_WITHIN = (mark("entro %(n)s ore"), mark("entro %(n)s giorni"))
_LATE = (mark("dopo %(n)s ore si avvisa"), mark("dopo %(n)s giorni si avvisa"))
_AGAIN = (mark("le si chiede di nuovo dopo %(n)s ore"), mark("le si chiede di nuovo dopo %(n)s giorni"))
_EVERY = (mark("ogni %(n)s ore"), mark("ogni %(n)s giorni"))


def _lasting(hours: int, words: tuple[str, str]) -> Phrase:
    """Say some hours: whole days as days, from two on."""
    in_hours, in_days = words
    whole = hours % 24 == 0 and hours >= 48
    return Phrase(in_days, {"n": hours // 24}) if whole else Phrase(in_hours, {"n": hours})


def _when_closed(step: PathwayStep) -> tuple[Phrase, ...]:
    return (_as_written(step.when_closed),) if step.when_closed is WhenClosed.NEXT_OPENING else ()


def _as_written(word: StrEnum | str) -> Phrase:
    return Phrase("%(it)s", {"it": word})
