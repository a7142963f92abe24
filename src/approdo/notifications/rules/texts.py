# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What messages say: nothing that betrays. No name, place, organisation, nature of the service, in any language.

The catalogues are not used here: a text is fixed in the language of the person who receives it, and a test reads every
one of them against a list of words.
"""

from dataclasses import dataclass
from enum import StrEnum

from approdo.networks.rules import Channel
from approdo.notifications.rules.contract import ReplyOutcome


class Template(StrEnum):
    """What a message is for."""

    ALERT = "alert"
    CLOSED = "closed"
    TRIAL = "trial"
    NOTICE = "notice"
    LETTER = "letter"
    CODE = "code"
    DRILL = "drill"


@dataclass(frozen=True, slots=True)
class Text:
    """Subject (e-mail only) and body; ``{link}`` or ``{code}`` is the only thing ever filled in."""

    body: str
    subject: str = ""


DEFAULT_LANGUAGE = "it"

TEXTS: dict[Template, dict[str, dict[Channel, Text]]] = {
    Template.ALERT: {
        "it": {
            Channel.APP: Text("Hai un aggiornamento."),
            Channel.EMAIL: Text("Hai un aggiornamento.\n\nApri: {link}\n", subject="Hai un aggiornamento"),
            Channel.SMS: Text("Hai un aggiornamento. Apri: {link} Oppure rispondi 1."),
            Channel.VOICE: Text("Hai un aggiornamento. Premi 1."),
        },
        "en": {
            Channel.APP: Text("You have an update."),
            Channel.EMAIL: Text("You have an update.\n\nOpen: {link}\n", subject="You have an update"),
            Channel.SMS: Text("You have an update. Open: {link} Or reply 1."),
            Channel.VOICE: Text("You have an update. Press 1."),
        },
    },
    Template.CLOSED: {
        "it": {
            Channel.APP: Text("L'ultimo aggiornamento non aspetta più risposta."),
            Channel.EMAIL: Text(
                "L'ultimo aggiornamento non aspetta più risposta. Non devi fare nulla.\n",
                subject="Non serve più risposta",
            ),
            Channel.SMS: Text("L'ultimo aggiornamento non aspetta più risposta. Non devi fare nulla."),
            Channel.VOICE: Text("L'ultimo aggiornamento non aspetta più risposta. Non devi fare nulla."),
        },
        "en": {
            Channel.APP: Text("The last update needs no answer any more."),
            Channel.EMAIL: Text(
                "The last update needs no answer any more. There is nothing to do.\n",
                subject="No answer needed any more",
            ),
            Channel.SMS: Text("The last update needs no answer any more. There is nothing to do."),
            Channel.VOICE: Text("The last update needs no answer any more. There is nothing to do."),
        },
    },
    Template.NOTICE: {
        "it": {
            Channel.APP: Text("C'è qualcosa da vedere."),
            Channel.EMAIL: Text("C'è qualcosa da vedere. Accedi appena puoi.\n", subject="C'è qualcosa da vedere"),
            Channel.SMS: Text("C'è qualcosa da vedere. Accedi appena puoi."),
            Channel.VOICE: Text("C'è qualcosa da vedere. Accedi appena puoi."),
        },
        "en": {
            Channel.APP: Text("There is something to see."),
            Channel.EMAIL: Text("There is something to see. Sign in soon.\n", subject="There is something to see"),
            Channel.SMS: Text("There is something to see. Sign in soon."),
            Channel.VOICE: Text("There is something to see. Sign in soon."),
        },
    },
    # to a service without an account: the link by letter, and what opens it by telephone
    Template.LETTER: {
        "it": {
            **dict.fromkeys((Channel.APP, Channel.SMS, Channel.VOICE), Text("C'è qualcosa da vedere.")),
            Channel.EMAIL: Text(
                "C'è qualcosa da vedere.\n\nApri: {link}\n\nIl codice che lo apre arriva per telefono.\n",
                subject="C'è qualcosa da vedere",
            ),
        },
        "en": {
            **dict.fromkeys((Channel.APP, Channel.SMS, Channel.VOICE), Text("There is something to see.")),
            Channel.EMAIL: Text(
                "There is something to see.\n\nOpen: {link}\n\nThe code that opens it comes by telephone.\n",
                subject="There is something to see",
            ),
        },
    },
    Template.CODE: {
        "it": {
            **dict.fromkeys((Channel.APP, Channel.SMS), Text("Codice: {code}")),
            Channel.EMAIL: Text("Codice: {code}\n", subject="Codice"),
            Channel.VOICE: Text("Il codice è: {code}. Ripeto: {code}."),
        },
        "en": {
            **dict.fromkeys((Channel.APP, Channel.SMS), Text("Code: {code}")),
            Channel.EMAIL: Text("Code: {code}\n", subject="Code"),
            Channel.VOICE: Text("The code is: {code}. Again: {code}."),
        },
    },
    # who is on call is tried by the telephone: a word of its own to reply, so that no answer can be taken for another
    Template.DRILL: {
        "it": {
            **dict.fromkeys((Channel.APP, Channel.EMAIL), Text("Questa è una prova.", subject="Questa è una prova")),
            Channel.SMS: Text("Questa è una prova. Conferma: {link} Oppure rispondi PROVA."),
            Channel.VOICE: Text("Questa è una prova. Per confermare premi 1."),
        },
        "en": {
            **dict.fromkeys((Channel.APP, Channel.EMAIL), Text("This is a test.", subject="This is a test")),
            Channel.SMS: Text("This is a test. Confirm: {link} Or reply TEST."),
            Channel.VOICE: Text("This is a test. To confirm, press 1."),
        },
    },
    # nothing to open and nothing to reply: an answer would be taken for one to whatever real alert is open
    Template.TRIAL: {
        "it": {
            Channel.APP: Text("Questa è una prova."),
            Channel.EMAIL: Text("Questa è una prova. Non devi fare nulla.\n", subject="Questa è una prova"),
            Channel.SMS: Text("Questa è una prova. Non devi fare nulla."),
            Channel.VOICE: Text("Questa è una prova. Non devi fare nulla."),
        },
        "en": {
            Channel.APP: Text("This is a test."),
            Channel.EMAIL: Text("This is a test. There is nothing to do.\n", subject="This is a test"),
            Channel.SMS: Text("This is a test. There is nothing to do."),
            Channel.VOICE: Text("This is a test. There is nothing to do."),
        },
    },
}

ANSWERS: dict[ReplyOutcome, dict[str, str]] = {
    ReplyOutcome.CONFIRMED: {"it": "Ricevuto. Grazie.", "en": "Received. Thank you."},
    ReplyOutcome.ALREADY: {
        "it": "Qualcun altro ha già risposto. Grazie.",
        "en": "Somebody else has already answered. Thank you.",
    },
    ReplyOutcome.NOTHING_OPEN: {"it": "Non c'è nulla che aspetta risposta.", "en": "Nothing is waiting for an answer."},
    ReplyOutcome.NOT_UNDERSTOOD: {"it": "Per confermare rispondi 1.", "en": "To confirm, reply 1."},
    ReplyOutcome.TESTED: {
        "it": "Prova riuscita. Non devi fare altro.",
        "en": "The test worked. There is nothing else to do.",
    },
}


def render(template: Template, channel: Channel, language: str, link: str, code: str = "") -> tuple[str, str]:
    """Return subject and body; a language that has no texts gets the Italian ones. A code is read out sign by sign."""
    by_language = TEXTS[template]
    text = by_language.get(language, by_language[DEFAULT_LANGUAGE])[channel]
    spoken = " ".join(code) if channel is Channel.VOICE else code
    return text.subject, text.body.format(link=link, code=spoken)


def answer(outcome: ReplyOutcome, language: str = DEFAULT_LANGUAGE) -> str:
    """Return what the gateway may say back to whoever replied."""
    by_language = ANSWERS[outcome]
    return by_language.get(language, by_language[DEFAULT_LANGUAGE])
