# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms of referrals: each reads its fields and hands plain values to one act."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from approdo.protocols.rules import URGENCY_LABELS, ReferralClock, Urgency
from approdo.referrals.rules import CODES, LABELS, LONGEST_WORDS, WORDED, Act, Reason, SheSaid, choices, labels_of
from approdo.web.choices import let_choose

_SHE_SAID = {
    SheSaid.YES: _("sì: invia adesso"),
    SheSaid.LATER: _("ci pensa: si segna, e non parte niente"),
    SheSaid.NO: _("no: si segna, e non parte niente"),
}


class _Form(forms.Form):
    """A form whose fields are named in the addresses of the summary above it."""

    def __init__(self, *arguments: Any, **words: Any) -> None:
        super().__init__(*arguments, **(words | {"auto_id": "%s", "use_required_attribute": False}))


def _words_field(label: Any, **said: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_WORDS})
    return forms.CharField(
        label=label, required=False, strip=False, max_length=LONGEST_WORDS * 2, widget=widget, **said
    )


class ReferForm(_Form):
    """To which service she is sent, what for, how soon, and what she said of it."""

    FILLED = ("target", "reason", "urgency", "she_said")
    """What another page may fill in beforehand; it chooses from the same lists, and nothing leaves without a press."""
    FILL = "fill"
    """The press of that page."""
    target = forms.TypedChoiceField(label=_("A quale servizio"), coerce=int)
    reason = forms.ChoiceField(
        label=_("Che cosa chiedi"),
        choices=lambda: [("", gettext("scegli")), *((code, gettext(word)) for code, word in labels_of(Reason))],
    )
    urgency = forms.ChoiceField(label=_("Quando serve una risposta"), initial=Urgency.URGENT, widget=forms.RadioSelect)
    she_said = forms.ChoiceField(
        label=_("Che cosa dice lei"), choices=lambda: list(_SHE_SAID.items()), widget=forms.RadioSelect
    )
    words = _words_field(
        _("Altro che devono sapere"),
        help_text=_("Solo se ha acconsentito a condividere qualcosa con quel servizio e con il tuo."),
    )

    def __init__(
        self,
        *arguments: Any,
        services: Iterable[tuple[int, str]],
        clocks: Mapping[Urgency, ReferralClock],
        **words: Any,
    ) -> None:
        super().__init__(*arguments, **words)
        let_choose(self, "target", [("", gettext("scegli")), *services])
        let_choose(
            self,
            "urgency",
            [
                (code, f"{gettext(URGENCY_LABELS[code])}: {_within(clocks[code].answer_within_hours)}")
                for code in Urgency
            ],
        )


def _within(hours: int) -> str:
    if hours % 24 == 0 and hours > 24:
        return ngettext("entro %(n)s giorno", "entro %(n)s giorni", hours // 24) % {"n": hours // 24}
    return ngettext("entro %(n)s ora", "entro %(n)s ore", hours) % {"n": hours}


_PRESS = {
    Act.SEND: _("Ha detto di sì: invia"),
    Act.ACCEPT: _("Prendo in carico"),
    Act.ANSWER: _("Rispondi alla domanda"),
    Act.MEET: _("L'abbiamo incontrata"),
    Act.ASK: _("Chiedi una cosa"),
    Act.REJECT: _("Non possiamo, perché…"),
    Act.HOLD: _("È in lista d'attesa"),
    Act.COMPLETE: _("È concluso"),
    Act.FAIL: _("Non è andata avanti, perché…"),
    Act.CANCEL: _("Interrompi l'invio, perché…"),
    Act.CORRECT: _("È un errore: toglilo"),
}
"""What one presses, in the order in which a page offers it."""
PRESSED = frozenset(_PRESS)
"""What a person may press at all; the clock presses nothing."""
_CODE_LABELS = {
    Act.ACCEPT: _("A che punto è"),
    Act.MEET: _("A che punto è"),
    Act.ASK: _("Che cosa vuoi sapere"),
    Act.ANSWER: _("La risposta"),
}
FIRST = frozenset({Act.SEND, Act.ACCEPT, Act.ANSWER, Act.MEET})
"""What there is to do next; the rest is folded."""


class ActForm(_Form):
    """One act on a referral: its code, and words when both sides may read them."""

    def __init__(self, act: Act, *, words: bool, sent: Mapping[str, Any] | None = None) -> None:
        super().__init__(sent, prefix=act)
        self.act, self.press, self.first = act, _PRESS[act], act in FIRST
        codes = choices(act)
        if codes:
            labels = LABELS[CODES[act]]
            listed = [(str(code), gettext(labels[code])) for code in codes]
            label = _CODE_LABELS.get(act, _("Perché"))
            start = [] if act in {Act.ACCEPT, Act.MEET} else [("", gettext("scegli"))]
            self.fields["code"] = forms.ChoiceField(label=label, choices=[*start, *listed])
        if words and act in WORDED:
            self.fields["words"] = _words_field(_("Parole tue, che leggono solo i due servizi"))


def act_forms(acts: Iterable[Act], *, words: bool) -> list[ActForm]:
    """Return a form for each act that is possible now, in the order in which a page offers them."""
    possible = set(acts)
    if Act.REJECT in possible:
        possible.discard(Act.CANCEL)  # a service that has not answered says no, with its reasons
    return [ActForm(act, words=words) for act in _PRESS if act in possible]
