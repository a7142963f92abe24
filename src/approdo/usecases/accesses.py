# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who has seen her record: the log that she may ask for, in plain words (Garante, 4 June 2015; security.md, P22)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from approdo.access.rules import Actor, Slice
from approdo.audit import selectors as log
from approdo.audit import services as audit
from approdo.audit.selectors import Access
from approdo.cases import selectors as cases
from approdo.cases.selectors import CasePage
from approdo.consents.rules import Action
from approdo.kit.errors import NotFound
from approdo.kit.words import mark as _
from approdo.networks import selectors as networks
from approdo.usecases.standing import may_in

VERB_LABELS: Mapping[str, str] = {
    "case.open": _("ha aperto il percorso"),
    "case.read": _("ha guardato il percorso"),
    "case.lead": _("conduce il percorso"),
    "case.offer_lead": _("ha proposto a un altro servizio di condurre il percorso"),
    "case.refuse_lead": _("non ha accettato di condurre il percorso"),
    "case.plan_contact": _("ha fissato il prossimo contatto"),
    "case.move": _("ha fatto avanzare il percorso"),
    "case.seen": _("ha visto la donna"),
    "case.leave": _("ha scritto l'uscita dal pronto soccorso"),
    "exit.print": _("ha stampato un promemoria per lei"),
    "law_53.export": _("ha scaricato i dati della legge 53/2022"),
    "record.read": _("ha letto la scheda"),
    "record.reveal": _("ha scoperto un dato protetto"),
    "record.go_on": _("ha detto perché apriva molti percorsi"),
    "record.log": _("ha chiesto questo elenco"),
    "record.print": _("ha stampato questo elenco"),
    "entry.add": _("ha scritto nella scheda"),
    "entry.revise": _("ha cambiato la scheda"),
    "entry.remove": _("ha tolto qualcosa dalla scheda"),
    "document.add": _("ha caricato un documento"),
    "document.open": _("ha aperto un documento"),
    "document.original": _("ha scaricato l'originale di un documento"),
    "document.remove": _("ha tolto un documento"),
    "document.put_back": _("ha rimesso un documento"),
    "document.destroy": _("un documento tolto da trenta giorni è stato distrutto"),
    "document.refuse": _("un documento è stato rifiutato"),
    "document.release": _("il controllo antivirus ha liberato un documento"),
    "activation.create": _("ha attivato la rete"),
    "activation.undo": _("ha annullato l'attivazione"),
    "activation.stand_down": _("ha fermato l'attivazione"),
    "activation.close": _("ha chiuso l'attivazione"),
    "consent.grant": _("ha segnato il suo consenso"),
    "consent.renew": _("ha rinnovato il suo consenso"),
    "consent.by_law": _("ha condiviso per legge, senza consenso"),
    "consent.revoke": _("ha tolto un consenso"),
    "consent.revoke_all": _("ha tolto tutti i consensi"),
    "consent.print": _("ha stampato un consenso"),
    "consent.not_shared": _("ha segnato che cosa non si condivide"),
    "block.add": _("ha escluso una persona dal percorso"),
    "block.lift": _("ha riammesso una persona al percorso"),
    "block.attempt": _("una persona esclusa ha provato a entrare"),
    "block.tell": _("ha avvisato che una persona esclusa ha provato a entrare"),
    "mask.add": _("ha oscurato una parte"),
    "mask.lift": _("ha tolto un oscuramento"),
    "glass.break": _("ha aperto un accesso d'emergenza"),
    "glass.end": _("ha chiuso l'accesso d'emergenza"),
    "glass.review": _("ha verificato un accesso d'emergenza"),
    "glass.tell": _("ha avvisato di un accesso d'emergenza"),
    "glass.remind": _("ha ricordato una verifica in ritardo"),
    "call.taken": _("ha preso in carico la chiamata"),
    "call.declined": _("ha detto che non può"),
    "call.released": _("ha passato la mano"),
    "referral.offer": _("le ha proposto un altro servizio"),
    "referral.read": _("ha letto un invio"),
    "referral.send": _("l'ha inviata a un altro servizio"),
    "referral.accept": _("ha accettato un invio"),
    "referral.reject": _("non ha potuto accettare un invio"),
    "referral.ask": _("ha fatto una domanda su un invio"),
    "referral.answer": _("ha risposto a una domanda su un invio"),
    "referral.meet": _("ha segnato di averla incontrata"),
    "referral.hold": _("l'ha messa in lista d'attesa"),
    "referral.complete": _("ha concluso un invio"),
    "referral.fail": _("ha segnato che un invio non è andato avanti"),
    "referral.cancel": _("ha ritirato un invio"),
    "referral.correct": _("ha segnato un invio come errore"),
    "referral.remind": _("un invio senza risposta è stato sollecitato"),
    "referral.escalate": _("di un invio senza risposta è stata avvisata la coordinatrice"),
    "referral.link": _("è partito un collegamento per rispondere a un invio"),
    "referral.by_link": _("ha letto un invio da un collegamento"),
    "referral.wrong_code": _("qualcuno ha scritto un codice sbagliato per un invio"),
    "referral.write_again": _("ha mandato di nuovo il collegamento di un invio"),
    "referral.give_up": _("un invio è stato chiuso senza risposta"),
    "assessment.read": _("ha letto le valutazioni del rischio"),
    "assessment.add": _("ha fatto una valutazione del rischio"),
    "judgement.add": _("ha scritto un suo giudizio sul rischio"),
    "judgement.confirm": _("ha letto e confermato il giudizio di una collega"),
    "happening.add": _("ha segnato un fatto nuovo"),
    "task.assess": _("un passo del protocollo è fatto con una valutazione"),
    "pathway.read": _("ha guardato che cosa c'è da fare"),
    "phase.begin": _("ha fatto cominciare una fase del percorso"),
    "phase.end": _("ha fatto finire una fase del percorso"),
    "task.take": _("si occupa di un passo del protocollo"),
    "task.hand_back": _("ha lasciato un passo del protocollo a una collega"),
    "task.complete": _("ha fatto un passo del protocollo"),
    "task.decline": _("ha segnato il suo no a un passo del protocollo"),
    "task.ask_again": _("ha segnato il suo no, per ora, a un passo del protocollo"),
    "task.skip": _("ha segnato che un passo del protocollo non si fa"),
    "task.end": _("un passo del protocollo è finito con il percorso"),
    "task.remind": _("di un passo del protocollo è arrivato il termine"),
    "task.escalate": _("di un passo non fatto è stata avvisata un'altra persona"),
}
"""Every verb about a case, in words; a test finds one that has none."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one structure did in one minute, which is as exactly as it is said: the same thing again is not another."""

    access: Access
    service: str
    slices: tuple[Slice, ...]
    times: int = 1


@dataclass(frozen=True, slots=True)
class Log:
    """The access log of one case, oldest first."""

    case: CasePage
    lines: tuple[Line, ...]
    at: datetime

    @property
    def times(self) -> int:
        """How often anything was done: as many as the register has entries."""
        return sum(line.times for line in self.lines)


def access_log(actor: Actor, case_id: UUID, now: datetime, *, printed: bool = False) -> Log:
    """Return the access log to whom the table lets disclose it, to be shown or printed for her; that is in it too.

    Raises ``NotFound`` for everybody else.
    """
    case = cases.case_page(actor, case_id)
    if not may_in(actor, case, now).act(Action.DISCLOSE_LOG):
        raise NotFound
    verb = "record.print" if printed else "record.log"
    audit.record(actor=actor, verb=verb, subject=f"case:{case_id}", case_id=case_id, now=now)
    found = log.accesses(case_id)
    plates = networks.name_plates(one.service_id for one in found if one.service_id is not None)
    labels = {service_id: plate.label for service_id, plate in plates.items()}
    return Log(case, folded([Line(one, labels.get(one.service_id or 0, ""), _slices(one)) for one in found]), now)


def folded(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Say once what was done again within a minute, and how often: who reloads a page ten thousand times, so that her
    list cannot be read or printed, fills a line a minute."""
    folded: dict[tuple[object, ...], Line] = {}
    for line in lines:
        one = line.access
        minute = one.happened_at.replace(second=0, microsecond=0)
        key = (minute, one.service_id, one.role, one.verb, line.slices, one.detail.get("why"))
        folded[key] = replace(folded[key], times=folded[key].times + 1) if key in folded else line
    return tuple(folded.values())


def _slices(one: Access) -> tuple[Slice, ...]:
    named = f"{one.detail.get('slices', '')} {one.detail.get('slice', '')}".replace(",", " ").split()
    return tuple(slice_ for slice_ in Slice if slice_ in named)
