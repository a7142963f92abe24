# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The same problems for who fills a form in: no word of the text's grammar, and the place where to mend it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from approdo.kit.words import mark
from approdo.networks.rules import Capability, Channel, label_of
from approdo.protocols.rules.document import TARGET_LABELS
from approdo.protocols.rules.leaving import EXIT_LEVEL_LABELS, EXIT_OPTION_LABELS
from approdo.protocols.rules.pathway import PHASE_LABELS
from approdo.protocols.rules.problem import Problem
from approdo.protocols.rules.referring import URGENCY_LABELS

FIELD_WORDS: dict[str, str] = {
    "code": mark("la sigla"),
    "name": mark("il nome"),
    "municipalities": mark("i comuni"),
    "contexts": mark("chi attiva"),
    "calls": mark("le chiamate"),
    "referrals": mark("le ore degli invii"),
    "key": mark("come la chiamate"),
    "kind": mark("quale servizio"),
    "capability": mark("che cosa deve saper fare"),
    "service_code": mark("quale servizio, per nome"),
    "choose": mark("quanti se ne chiamano"),
    "needs": mark("per quali bisogni"),
    "after": mark("quale chiamata aspetta"),
    "after_minutes": mark("al più tardi dopo quanti minuti comincia"),
    "answer_within_minutes": mark("entro quanti minuti si risponde"),
    "channels": mark("come si avvisa"),
    "at_once": mark("come si avvisa subito"),
    "if_unread": mark("come si avvisa se nessuno ha letto"),
    "after_seconds": mark("dopo quanti secondi"),
    "escalation": mark("chi si avvisa"),
    "to": mark("chi si avvisa a questo passo"),
    "wait_minutes": mark("quanti minuti si aspetta"),
    "repeat_minutes": mark("ogni quanti minuti si ricomincia"),
    "backup_kind": mark("quale servizio di riserva"),
    "out_of_hours": mark("che cosa si fa quando è chiuso"),
    "fallback_phone": mark("il numero da chiamare a voce"),
    "urgency": mark("l'urgenza"),
    "answer_within_hours": mark("entro quante ore si risponde"),
    "remind_after_hours": mark("dopo quante ore si sollecita"),
    "escalate_after_hours": mark("dopo quante ore si avvisa la coordinatrice"),
    "close_after_hours": mark("dopo quante ore si chiude"),
    "reviews": mark("quando si rivaluta"),
    "extreme_hours": mark("dopo quante ore si rivaluta un rischio estremo"),
    "high_hours": mark("dopo quante ore si rivaluta un rischio alto"),
    "medium_hours": mark("dopo quante ore si rivaluta un rischio medio"),
    "low_hours": mark("dopo quante ore si rivaluta un rischio basso"),
    "not_assessable_hours": mark("dopo quante ore si ritenta se non si può valutare"),
    "activate_from": mark("da quale rischio si propone di attivare la rete"),
    "exits": mark("che cosa si propone all'uscita"),
    "low": mark("che cosa si propone con un rischio basso"),
    "medium": mark("che cosa si propone con un rischio medio"),
    "high": mark("che cosa si propone con un rischio alto"),
    "extreme": mark("che cosa si propone con un rischio estremo"),
    "not_assessed": mark("che cosa si propone se nessuno ha valutato"),
    "at_least": mark("almeno quante ore può restare"),
    "at_most": mark("al massimo quante ore può restare"),
    "pathway": mark("il percorso"),
    "phase": mark("in quale fase"),
    "what": mark("che cosa si fa"),
    "when": mark("per chi"),
    "within_hours": mark("entro quanto tempo"),
    "when_closed": mark("che cosa si fa se il servizio è chiuso"),
    "tell": mark("chi si avvisa"),
    "repeat_hours": mark("ogni quanto si ripete"),
    "ask_again_after_hours": mark("dopo quanto le si chiede di nuovo"),
    "document": mark("quale documento serve"),
    "assessment": mark("quale valutazione serve"),
    "qualification": mark("quale formazione serve"),
}
"""What the pages call the entries of a document."""

PLAIN: dict[str, str] = {
    "Manca la voce «%(name)s».": mark("Manca: %(name)s."),
    "Manca «wait_minutes»: dopo quanti minuti senza risposta si passa al prossimo?": mark(
        "Dopo quanti minuti senza risposta si passa al prossimo? Scrivilo."
    ),
    "La catena di «%(call)s» finisce con «%(last)s», che può mancare: l'ultimo passo deve essere "
    "service_line (la linea del servizio) o coordinator (la coordinatrice).": mark(
        "La catena di «%(call)s» finisce con «%(last)s», che può mancare: l'ultimo passo deve essere la linea del "
        "servizio o la coordinatrice di rete."
    ),
    "«%(call)s» non farebbe suonare nessun telefono: aggiungi sms o voice.": mark(
        "«%(call)s» non farebbe suonare nessun telefono: aggiungi gli SMS o la telefonata."
    ),
    "I canali di «if_unread» partirebbero dopo %(seconds)s secondi, quando si è già passati oltre.": mark(
        "Il secondo avviso partirebbe dopo %(seconds)s secondi, quando si è già passati al prossimo: accorcia."
    ),
    "«%(call)s» passa al servizio di riserva: scrivi quale in «backup_kind».": mark(
        "«%(call)s» passa al servizio di riserva: scegli quale."
    ),
    "Fuori orario «%(call)s» va al servizio di riserva: aggiungi alla catena il passo backup_service.": mark(
        "Fuori orario «%(call)s» va al servizio di riserva: aggiungilo alla catena."
    ),
    "Fuori orario «%(call)s» non chiama il servizio: la catena deve finire con coordinator (la coordinatrice).": mark(
        "Fuori orario «%(call)s» non chiama il servizio: la catena deve finire con la coordinatrice di rete."
    ),
    "Rischio «%(level)s»: manca dove stare stanotte, «safe_place» oppure «stay».": mark(
        "Rischio «%(level)s»: manca dove stare stanotte, un posto sicuro oppure l'ospedale."
    ),
    "Nessuna chiamata risponde al bisogno «%(need)s» (%(label)s).": mark(
        "Nessuna chiamata risponde al bisogno «%(label)s»."
    ),
    "C'è già il protocollo «%(other)s» per gli stessi comuni e contesti: usa lo stesso code per farne "
    "una nuova versione, oppure cambia comuni o contesti.": mark(
        "C'è già il protocollo «%(other)s» per gli stessi comuni e per chi attiva: usa la stessa sigla per farne una "
        "nuova versione, oppure cambia i comuni o chi attiva."
    ),
    "Chi attiva da «%(label)s» (%(context)s) non troverebbe nessun protocollo.": mark(
        "Chi attiva da «%(label)s» non troverebbe nessun protocollo."
    ),
}
"""Sentences that name entries of the text, and what the pages say instead."""

_TARGETS = {str(target): label for target, label in TARGET_LABELS.items()}
_WORDS: dict[str, Mapping[str, str]] = {
    "name": FIELD_WORDS,
    "other": FIELD_WORDS,
    "last": _TARGETS,
    "step": _TARGETS,
    "channel": {str(channel): label_of(channel) for channel in Channel},
    "urgency": {str(urgency): label for urgency, label in URGENCY_LABELS.items()},
    "level": EXIT_LEVEL_LABELS,
    "milder": EXIT_LEVEL_LABELS,
    "option": {str(option): label for option, label in EXIT_OPTION_LABELS.items()},
    "phase": {str(phase): label for phase, label in PHASE_LABELS.items()},
}
_CAPABILITIES = {str(one): label_of(one) for one in Capability}


def plain(problem: Problem) -> Problem:
    """Return a problem in the words of the pages."""
    message = PLAIN.get(problem.message, problem.message)
    values = {name: _WORDS.get(name, {}).get(str(value), value) for name, value in problem.values.items()}
    if "wanted" in values:
        wanted = str(values["wanted"]).split(", ")
        values["wanted"] = ", ".join(_CAPABILITIES.get(word, word) for word in wanted)
    return replace(problem, message=message, values=values)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem stands: a call and its step, or a step of the pathway, from 0, or an entry of the document."""

    call: int | None = None
    step: int | None = None
    entry: str = ""
    pathway: int | None = None


_PATH = re.compile(r"calls\[(\d+)\](?:\.escalation\[(\d+)\])?(?:\.(.+))?")
_STEP_PATH = re.compile(r"pathway\[(\d+)\](?:\.(.+))?")
_MISSING = "Manca la voce «%(name)s»."
_ELSEWHERE = {"«%(call)s» passa al servizio di riserva: scrivi quale in «backup_kind».": "backup_kind"}


def place_of(problem: Problem) -> Place:
    """Return where a problem is mended: at ``calls[2].escalation[0].to``, the first step of the third call."""
    found = _PATH.fullmatch(problem.path)
    missing = str(problem.values["name"]) if problem.message == _MISSING else _ELSEWHERE.get(problem.message, "")
    if on_pathway := _STEP_PATH.fullmatch(problem.path):
        number, entry = on_pathway.groups()
        return Place(entry=missing or entry or "", pathway=int(number))
    if found is None:
        return Place(entry=re.split(r"[.\[]", problem.path)[0] or missing)
    call, step, entry = found.groups()
    named = missing or (entry or "").rpartition(".")[2].partition("[")[0]
    return Place(int(call), None if step is None else int(step), named)
