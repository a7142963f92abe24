# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The states of a case, its alias, and the events its chronology may tell."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from approdo.kit.words import mark as _


class CaseState(StrEnum):
    """Where a case is on the way from first contact to closure (design.md, Words)."""

    CONTACT = "contact"
    RECEPTION = "reception"
    INTAKE = "intake"
    PLAN = "plan"
    MONITORING = "monitoring"
    CLOSED = "closed"


class CaseAct(StrEnum):
    """What a person does to a case."""

    RECEIVE = "receive"
    TAKE_IN_CHARGE = "take_in_charge"
    PLAN = "plan"
    MONITOR = "monitor"
    CLOSE = "close"
    REOPEN = "reopen"


TRANSITIONS: dict[tuple[CaseState, CaseAct], CaseState] = {
    (CaseState.CONTACT, CaseAct.RECEIVE): CaseState.RECEPTION,
    (CaseState.CONTACT, CaseAct.CLOSE): CaseState.CLOSED,
    (CaseState.RECEPTION, CaseAct.TAKE_IN_CHARGE): CaseState.INTAKE,
    (CaseState.RECEPTION, CaseAct.CLOSE): CaseState.CLOSED,
    (CaseState.INTAKE, CaseAct.PLAN): CaseState.PLAN,
    (CaseState.INTAKE, CaseAct.CLOSE): CaseState.CLOSED,
    (CaseState.PLAN, CaseAct.MONITOR): CaseState.MONITORING,
    (CaseState.PLAN, CaseAct.CLOSE): CaseState.CLOSED,
    (CaseState.MONITORING, CaseAct.PLAN): CaseState.PLAN,
    (CaseState.MONITORING, CaseAct.CLOSE): CaseState.CLOSED,
    (CaseState.CLOSED, CaseAct.REOPEN): CaseState.RECEPTION,
}
"""Re-opening is normal, and leads back to listening."""

STATE_LABELS = {
    CaseState.CONTACT: _("contatto"),
    CaseState.RECEPTION: _("accoglienza"),
    CaseState.INTAKE: _("presa in carico"),
    CaseState.PLAN: _("progetto"),
    CaseState.MONITORING: _("monitoraggio"),
    CaseState.CLOSED: _("concluso"),
}


class ClosingReason(StrEnum):
    """How a pathway ended (domain.md, section 2); none of them shuts the door."""

    COMPLETED = "completed"
    DROPPED_OUT = "dropped_out"
    RETURNED = "returned"
    TRANSFERRED = "transferred"
    SUSPENDED = "suspended"


CLOSING_LABELS = {
    ClosingReason.COMPLETED: _("ce la fa da sola: il percorso è concluso"),
    ClosingReason.DROPPED_OUT: _("ha interrotto il percorso"),
    ClosingReason.RETURNED: _("è tornata a vivere con lui"),
    ClosingReason.TRANSFERRED: _("la accompagna un'altra rete"),
    ClosingReason.SUSPENDED: _("il percorso è sospeso"),
}

Path = tuple[CaseState, ...]
"""The states a case was moved to, one after another, as its chronology tells; none, and it is still at the contact."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One state on the way: how many cases ever were in it, how many are in it now, how many were closed from it."""

    state: CaseState
    reached: int
    here: int
    closed: int

    @property
    def left(self) -> int:
        """Return how many go no further than here, now or for good."""
        return self.here + self.closed


def stages(paths: Mapping[Path, int]) -> tuple[Stage, ...]:
    """Return where some cases are on the way and where they left it, in the order of the states; pure counting.

    ``here`` and ``closed`` of all stages together are the number of cases: each is in one place. Closed, opened again
    and closed again counts where it was closed last.
    """
    reached: Counter[CaseState] = Counter()
    here: Counter[CaseState] = Counter()
    closed: Counter[CaseState] = Counter()
    for path, cases in paths.items():
        walked = (CaseState.CONTACT, *path)
        for state in set(walked):
            reached[state] += cases
        if walked[-1] is CaseState.CLOSED:
            closed[walked[-2]] += cases
        else:
            here[walked[-1]] += cases
    return tuple(
        Stage(state, reached[state], here[state], closed[state]) for state in CaseState if state is not CaseState.CLOSED
    )


class Arrival(StrEnum):
    """Through whom she came (domain.md, 4.3: how she arrives)."""

    HEALTH = "health"
    SPONTANEOUS = "spontaneous"
    RELATIVES = "relatives"
    POLICE = "police"
    SOCIAL_SERVICE = "social_service"
    HELPLINE = "helpline"
    OTHER = "other"


ARRIVAL_LABELS = {
    Arrival.HEALTH: _("sanità"),
    Arrival.SPONTANEOUS: _("da sola"),
    Arrival.RELATIVES: _("parenti o amiche"),
    Arrival.POLICE: _("forze dell'ordine"),
    Arrival.SOCIAL_SERVICE: _("servizio sociale"),
    Arrival.HELPLINE: _("1522"),
    Arrival.OTHER: _("altro"),
}


class EventKind(StrEnum):
    """The acts a chronology tells: acts, never words."""

    CASE_OPENED = "case_opened"
    CASE_MOVED = "case_moved"
    ACTIVATED = "activated"
    CALL_STARTED = "call_started"
    ALERTED = "alerted"
    NOBODY_ON_CALL = "nobody_on_call"
    SEEN = "seen"
    TAKEN = "taken"
    DECLINED = "declined"
    RELEASED = "released"
    UNREACHED = "unreached"
    UNDONE = "undone"
    STOOD_DOWN = "stood_down"
    ACTIVATION_CLOSED = "activation_closed"
    LEAD_TAKEN = "lead_taken"
    LEAD_OFFERED = "lead_offered"
    LEAD_REFUSED = "lead_refused"
    CONTACT_PLANNED = "contact_planned"
    SHARED = "shared"
    SHARED_BY_LAW = "shared_by_law"
    REVOKED = "revoked"
    REFERRED = "referred"
    REFERRAL_TAKEN = "referral_taken"
    REFERRAL_REFUSED = "referral_refused"
    REFERRAL_MET = "referral_met"
    REFERRAL_ENDED = "referral_ended"
    PHASE_BEGUN = "phase_begun"
    TASK_DONE = "task_done"
    TASK_NOT_DONE = "task_not_done"
    ASSESSED = "assessed"
    LEVEL_JUDGED = "level_judged"
    HAPPENED = "happened"
    LEFT = "left"


EVENT_LABELS = {
    EventKind.CASE_OPENED: _("percorso aperto"),
    EventKind.CASE_MOVED: _("percorso avanzato"),
    EventKind.ACTIVATED: _("rete attivata"),
    EventKind.CALL_STARTED: _("chiamata avviata"),
    EventKind.ALERTED: _("avvisata"),
    EventKind.NOBODY_ON_CALL: _("nessuna reperibile: si passa oltre"),
    EventKind.SEEN: _("letta"),
    EventKind.TAKEN: _("presa in carico"),
    EventKind.DECLINED: _("non può"),
    EventKind.RELEASED: _("passa la mano"),
    EventKind.UNREACHED: _("non raggiunta: si passa oltre"),
    EventKind.UNDONE: _("attivazione annullata"),
    EventKind.STOOD_DOWN: _("attivazione fermata"),
    EventKind.ACTIVATION_CLOSED: _("attivazione chiusa"),
    EventKind.LEAD_TAKEN: _("conduce il percorso"),
    EventKind.LEAD_OFFERED: _("le è proposto di condurre il percorso"),
    EventKind.LEAD_REFUSED: _("non conduce il percorso"),
    EventKind.CONTACT_PLANNED: _("prossimo contatto fissato"),
    EventKind.SHARED: _("può leggere una parte della scheda"),
    EventKind.SHARED_BY_LAW: _("può leggere una parte della scheda per legge"),
    EventKind.REVOKED: _("non legge più la scheda"),
    EventKind.REFERRED: _("l'ha inviata a un altro servizio"),
    EventKind.REFERRAL_TAKEN: _("ha accettato l'invio"),
    EventKind.REFERRAL_REFUSED: _("non può accettare l'invio"),
    EventKind.REFERRAL_MET: _("l'ha incontrata"),
    EventKind.REFERRAL_ENDED: _("invio finito"),
    EventKind.PHASE_BEGUN: _("comincia una fase"),
    EventKind.TASK_DONE: _("un passo del protocollo è fatto"),
    EventKind.TASK_NOT_DONE: _("un passo del protocollo non si fa"),
    EventKind.ASSESSED: _("il rischio è stato valutato"),
    EventKind.LEVEL_JUDGED: _("una persona ha dato il suo giudizio sul rischio"),
    EventKind.HAPPENED: _("c'è un fatto nuovo: il rischio va rivalutato"),
    EventKind.LEFT: _("è uscita dal pronto soccorso"),
}

_WORDS = """
    Airone Allodola Averla Balestruccio Ballerina Beccaccia Beccofrusone Calandra Canapino Capinera Cardellino Cesena
    Chiurlo Cicogna Cigno Cincia Civetta Codirosso Colibrì Cormorano Crociere Cuculo Fagiano Falco Fanello Fiorrancino
    Folaga Fringuello Frosone Gabbiano Gallinella Garzetta Gheppio Ghiandaia Gru Gufo Ibis Luì Lucherino Marangone
    Martino Merlo Mignattaio Moretta Nibbio Nocciolaia Occhiocotto Organetto Pavoncella Pellicano Peppola Pernice
    Pettirosso Picchio Pispola Piviere Poiana Quaglia Ragno Regolo Rigogolo Rondine Rondone Sterna Storno Strillozzo
    Svasso Taccola Tarabuso Tortora Tuffetto Upupa Usignolo Verdone Verzellino Volpoca Zigolo Zivolo
    Alserio Annone Antrona Bolsena Braies Carezza Comabbio Corbara Endine Fedaia Fusine Garda Ghirla Idro Iseo Landro
    Ledro Maggiore Mergozzo Molveno Montorfano Nemi Novate Orta Palù Piano Pusiano Resia Scanno Segrino Sorapis Tenno
    Toblino Tovel Trasimeno Valvestino Varese Viverone
    Abete Acero Agrifoglio Albicocco Alloro Betulla Biancospino Bosso Carpino Castagno Cedro Ciliegio Cipresso
    Corbezzolo Corniolo Faggio Farnia Frassino Gelso Ginepro Ginkgo Ippocastano Larice Leccio Lentisco Magnolia Mandorlo
    Melo Melograno Mirto Nespolo Nocciolo Noce Olivo Olmo Ontano Orniello Pero Pesco Pino Pioppo Platano Quercia Robinia
    Rovere Salice Sambuco Sorbo Sughera Susino Tamerice Tasso Tiglio Viburno
"""
ALIAS_WORDS: tuple[str, ...] = tuple(_WORDS.split())
"""Birds, lakes and trees: pronounceable, and never drawn from a name."""


def propose_alias(choose: Callable[[Sequence[str]], str]) -> str:
    """Return an alias such as «Airone 42»; ``choose`` brings the chance, so that the rule has none of its own."""
    numbers = tuple(f"{number:02d}" for number in range(10, 100))
    return f"{choose(ALIAS_WORDS)} {choose(numbers)}"
