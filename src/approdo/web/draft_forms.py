# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms of the editor of protocols: each shows a piece of a document, and gives back as it was what she did not touch.

A form refuses only what cannot be kept (a word where a number goes); what is missing or out of order is kept, and said
beside its field by the rules of protocols.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.validators import EMPTY_VALUES
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from approdo.networks import selectors as networks
from approdo.networks.rules import Capability, Channel, MunicipalityView, ServiceKind
from approdo.protocols.rules import (
    ALL,
    CALLABLE_KINDS,
    CHOOSE_LABELS,
    CONTEXT_LABELS,
    LONGEST_REASON,
    MOST_STEPS,
    NEED_LABELS,
    OUT_OF_HOURS_LABELS,
    TARGET_LABELS,
    URGENCY_LABELS,
    USUAL_CLOCKS,
    Choose,
    OutOfHours,
    Urgency,
)
from approdo.protocols.rules.composing import (
    Document,
    heading,
    kept_order,
    kept_text,
    short_name,
    with_entries,
    with_hours,
)
from approdo.web.choices import let_choose
from approdo.web.templatetags.words import word

SOME = "some"
Choices = list[tuple[str, Any]]


def labelled(labels: Mapping[Any, str]) -> Choices:
    """Return codes and their words as choices."""
    return [(str(code), gettext(label)) for code, label in labels.items()]


class _Later(forms.Field):
    """A field that a protocol needs and a draft may still lack: the label does not say "if you like"."""

    def validate(self, value: Any) -> None:
        """Refuse a wrong value, and take none at all."""
        if value not in EMPTY_VALUES:
            super().validate(value)


class LaterText(_Later, forms.CharField):
    """A text that may come later."""


class LaterNumber(_Later, forms.IntegerField):
    """A number that may come later."""


class LaterChoice(_Later, forms.ChoiceField):
    """A choice that may come later."""


class DraftForm(forms.Form):
    """A form of the editor: no browser stops her from leaving something for later."""

    use_required_attribute = False


def _number(label: Any, **more: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric", "class": "short"})
    return LaterNumber(label=label, min_value=0, max_value=99_999, widget=widget, **more)


def _boxes(label: Any, choices: Any, **more: Any) -> forms.MultipleChoiceField:
    widget = forms.CheckboxSelectMultiple
    return forms.MultipleChoiceField(label=label, required=False, choices=choices, widget=widget, **more)


def either(label: Any, choices: Any, **more: Any) -> forms.ChoiceField:
    """Return a field of which one is chosen, all of them in sight."""
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, **more)


class HeadingForm(DraftForm):
    """What a protocol is called, and where and for whom it holds."""

    name = LaterText(label=_("Nome"), max_length=120, help_text=_("Come lo leggono tutti."))
    code = forms.CharField(
        label=_("Sigla"),
        max_length=40,
        required=False,
        help_text=_(
            "Le versioni di uno stesso protocollo hanno la stessa sigla. Se la lasci vuota la facciamo dal nome."
        ),
    )
    where = either(_("In quali comuni"), [(ALL, _("in tutti quelli della rete")), (SOME, _("solo in alcuni"))])
    municipalities = _boxes(_("Quali comuni"), [], help_text=_("Vale se hai scelto «solo in alcuni»."))
    who = either(_("Chi attiva"), [(ALL, _("chiunque sia della rete")), (SOME, _("solo da alcuni servizi"))])
    contexts = _boxes(
        _("Da quali servizi"),
        lambda: labelled(CONTEXT_LABELS),
        help_text=_("Vale se hai scelto «solo da alcuni servizi»."),
    )

    def __init__(self, document: Document, territory: Sequence[MunicipalityView], sent: Any = None) -> None:
        places, contexts = document["municipalities"], document.get("contexts", ALL)
        shown = {
            "name": document["name"],
            "code": document["code"],
            "where": ALL if places == ALL else SOME,
            "municipalities": [] if places == ALL else places,
            "who": ALL if contexts == ALL else SOME,
            "contexts": [] if contexts == ALL else contexts,
        }
        super().__init__(sent, initial=shown)
        self.document = document
        known = {place.code for place in territory}
        foreign = [code for code in shown["municipalities"] if code not in known]
        let_choose(
            self,
            "municipalities",
            [
                *((place.code, place.name) for place in territory),
                *((code, gettext("%(code)s (non è della rete)") % {"code": code}) for code in foreign),
            ],
        )

    def written(self) -> Document:
        """Return the document with what she wrote."""
        data, document = self.cleaned_data, self.document
        name = kept_text(document["name"], data["name"])
        code = data["code"] or (name if name else "")
        places, contexts = document["municipalities"], document.get("contexts", ALL)
        chosen = kept_order([] if places == ALL else places, data["municipalities"])
        who = kept_order([] if contexts == ALL else contexts, data["contexts"])
        return heading(
            document,
            {
                "name": name,
                "code": short_name(code) if code else "",
                "municipalities": ALL if data["where"] == ALL else chosen,
                "contexts": ALL if data["who"] == ALL else who,
            },
        )


def kinds_offered(there: Iterable[ServiceKind], first: tuple[str, Any]) -> Choices:
    """Return the kinds of service to choose from: first those of the network, then the others, said to be missing."""
    present = set(there)
    mine = [(str(kind), networks.label_of(kind)) for kind in CALLABLE_KINDS if kind in present]
    missing = [
        (str(kind), gettext("%(kind)s (nella rete non c'è)") % {"kind": networks.label_of(kind)})
        for kind in CALLABLE_KINDS
        if kind not in present
    ]
    grouped = [(gettext("Nella tua rete"), mine), (gettext("Nella rete non c'è"), missing)]
    return [first, *((title, group) for title, group in grouped if group)]


def services_offered(offered: Iterable[tuple[ServiceKind, str]], written: str) -> Choices:
    """Return the services to choose one from, by kind; one that is written and not there is kept, and said so."""
    groups: dict[str, Choices] = {}
    for kind, label in offered:
        if kind in CALLABLE_KINDS:
            groups.setdefault(networks.label_of(kind), []).append((label, label))
    known = {label for group in groups.values() for label, _shown in group}
    if written and written not in known:
        lost = gettext("«%(name)s» (nella rete non c'è)") % {"name": written}
        groups[gettext("Nella rete non c'è")] = [(written, lost)]
    return [("", gettext("uno qualsiasi che vada bene")), *groups.items()]


class CallForm(DraftForm):
    """One call, but for its chain."""

    kind = LaterChoice(label=_("Quale servizio si chiama"))
    key = forms.CharField(
        label=_("Come la chiamate"),
        max_length=40,
        required=False,
        help_text=_(
            "Il nome con cui ne parlate tra voi, per esempio: centro. Se lo lasci vuoto lo facciamo dal servizio."
        ),
    )
    choose = either(_("Se più servizi vanno bene"), lambda: labelled(CHOOSE_LABELS))
    service_code = forms.ChoiceField(label=_("Un servizio solo, per nome"), required=False)
    capability = forms.ChoiceField(
        label=_("Che cosa deve saper fare"),
        required=False,
        choices=lambda: [("", gettext("niente in particolare")), *networks.choices_of(Capability)],
    )
    needs = _boxes(
        _("Per quali bisogni"),
        lambda: labelled(NEED_LABELS),
        help_text=_("Se non ne scegli nessuno, si chiama sempre."),
    )
    after = LaterChoice(label=_("Quando comincia"))
    after_minutes = _number(
        _("Al più tardi dopo quanti minuti"), help_text=_("Serve solo se aspetta un'altra chiamata.")
    )
    answer_within_minutes = _number(_("Entro quanti minuti si risponde"))
    at_once = _boxes(_("Come si avvisa, subito"), lambda: [(str(one), word(one)) for one in Channel])
    if_unread = _boxes(_("E se nessuno ha letto"), lambda: [(str(one), word(one)) for one in Channel])
    after_seconds = _number(
        _("Dopo quanti secondi"),
        help_text=_("Da 15 a 900: 120 secondi sono due minuti. Serve solo per il secondo avviso."),
    )
    repeat_minutes = _number(
        _("Alla fine si riavvisano tutti, ogni quanti minuti"), help_text=_("Finché qualcuno prende in carico.")
    )
    out_of_hours = either(_("Quando il servizio è chiuso"), lambda: labelled(OUT_OF_HOURS_LABELS))
    backup_kind = forms.ChoiceField(label=_("Qual è il servizio di riserva"), required=False)
    fallback_phone = forms.CharField(
        label=_("Numero da chiamare a voce"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "class": "short"}),
        help_text=_("Solo se non è quello del servizio."),
    )

    def __init__(
        self,
        call: Document,
        others: Sequence[tuple[str, str]],
        offered: Sequence[tuple[ServiceKind, str]],
        sent: Any = None,
    ) -> None:
        channels = call.get("channels", {})
        shown = {
            **{name: call.get(name, "") for name in self.base_fields if name not in {"needs", "at_once", "if_unread"}},
            "needs": call.get("needs", []),
            "at_once": channels.get("at_once", []),
            "if_unread": channels.get("if_unread", []),
            "after_seconds": channels.get("after_seconds", ""),
            "choose": call.get("choose", Choose.ONE.value),
            "out_of_hours": call.get("out_of_hours", OutOfHours.ON_CALL.value),
        }
        super().__init__(sent, initial=shown)
        self.call, self.taken = call, [key for key, _title in others]
        there = {kind for kind, _label in offered}
        waits = [(key, gettext("quando ha risposto «%(call)s»") % {"call": title}) for key, title in others]
        if call.get("after") and call["after"] not in self.taken:
            waits.append((call["after"], gettext("«%(name)s» (non c'è più)") % {"name": call["after"]}))
        let_choose(self, "kind", kinds_offered(there, ("", gettext("scegli…"))))
        let_choose(self, "backup_kind", kinds_offered(there, ("", gettext("nessuno"))))
        let_choose(self, "service_code", services_offered(offered, call.get("service_code", "")))
        let_choose(self, "after", [("", gettext("subito")), *waits])

    def written(self, steps: list[Document]) -> Document:
        """Return the call with what she wrote and these steps."""
        data, call = self.cleaned_data, self.call
        channels = call.get("channels", {})
        second = kept_order(channels.get("if_unread", ()), data["if_unread"])
        kind = data["kind"]
        key = data["key"] or (networks.label_of(ServiceKind(kind)) if kind else gettext("chiamata"))
        plan = {
            "at_once": kept_order(channels.get("at_once", ()), data["at_once"]),
            "if_unread": second,
            "after_seconds": data["after_seconds"] if second else None,
        }
        entries = {name: data[name] for name in ("kind", "capability", "choose", "service_code", "after")}
        return with_entries(
            call,
            entries
            | {name: data[name] for name in ("answer_within_minutes", "repeat_minutes", "out_of_hours", "backup_kind")}
            | {
                "key": short_name(key, self.taken),
                "needs": kept_order(call.get("needs", ()), data["needs"]),
                "after_minutes": data["after_minutes"] if data["after"] else None,
                "channels": with_entries({}, plan),
                "escalation": steps,
                "fallback_phone": kept_text(call.get("fallback_phone"), data["fallback_phone"]),
            },
        )


class StepForm(DraftForm):
    """One step of a chain."""

    to = LaterChoice(
        label=_("Chi si avvisa"),
        choices=lambda: [("", gettext("scegli…")), *labelled(TARGET_LABELS)],
    )
    wait_minutes = _number(_("Quanti minuti si aspetta"))

    def step(self) -> Document:
        """Return the step as the document has it."""
        return with_entries({}, {name: self.cleaned_data.get(name) for name in ("to", "wait_minutes")})


StepForms = formset_factory(StepForm, extra=0, max_num=MOST_STEPS, absolute_max=MOST_STEPS)


def step_forms(call: Document, sent: Any = None) -> BaseFormSet:
    """Return one form for each step of a call's chain, filled from the request or from what is stored."""
    return StepForms(sent, initial=[dict(step) for step in call.get("escalation", ())], prefix="passo")


HOURS = ("remind_after_hours", "answer_within_hours", "escalate_after_hours", "close_after_hours")
_HOURS_LABELS = (
    _("Si sollecita dopo"),
    _("Si risponde entro"),
    _("Si avvisa la coordinatrice dopo"),
    _("Si chiude dopo"),
)


class HoursForm(DraftForm):
    """The hours of referrals of one urgency: the usual ones, or the network's own."""

    own = forms.BooleanField(label=_("Ore diverse da quelle solite"), required=False)
    remind_after_hours = _number(_HOURS_LABELS[0])
    answer_within_hours = _number(_HOURS_LABELS[1])
    escalate_after_hours = _number(_HOURS_LABELS[2])
    close_after_hours = _number(_HOURS_LABELS[3])

    def __init__(self, urgency: Urgency, said: Mapping[str, Any] | None, sent: Any = None) -> None:
        usual = USUAL_CLOCKS[urgency]
        hours = {name: getattr(usual, name) for name in HOURS} if said is None else {n: said.get(n) for n in HOURS}
        super().__init__(sent, initial={"own": said is not None, **hours}, prefix=str(urgency))
        self.urgency, self.usual = urgency, usual

    @property
    def title(self) -> str:
        """The urgency in a word."""
        return gettext(URGENCY_LABELS[self.urgency])


def hours_forms(document: Document, sent: Any = None) -> list[HoursForm]:
    """Return one form for each urgency."""
    said = {one.get("urgency"): one for one in document.get("referrals", ())}
    return [HoursForm(urgency, said.get(str(urgency)), sent) for urgency in Urgency]


def hours_written(document: Document, hours: Iterable[HoursForm]) -> Document:
    """Return the document with the hours she wrote."""
    own = {form.urgency: {n: form.cleaned_data[n] for n in HOURS} for form in hours if form.cleaned_data["own"]}
    return with_hours(document, own)


class LoadForm(forms.Form):
    """A text, pasted or as a file."""

    text = forms.CharField(
        label=_("Testo del protocollo (YAML)"),
        strip=False,
        required=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "autocapitalize": "off", "class": "mono"}),
    )
    file = forms.FileField(
        label=_("Oppure un file"), required=False, widget=forms.FileInput(attrs={"class": "form-control"})
    )


class BeginsForm(forms.Form):
    """From when a proposed draft will hold."""

    effective_from = forms.DateTimeField(
        label=_("In vigore da"),
        required=False,
        help_text=_("Se lo lasci vuoto, da quando viene approvata."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "short"}, format="%Y-%m-%dT%H:%M"),
    )


class ReasonForm(forms.Form):
    """Why a draft is sent back."""

    reason = forms.CharField(
        label=_("Che cosa non va"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Lo legge chi l'ha proposta. Niente che riguardi una persona."),
    )
