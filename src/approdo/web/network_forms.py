# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms of the coordinator's pages: each reads its fields and hands plain values to one service."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from approdo.access.rules import Actor, Role
from approdo.kit.errors import Invalid
from approdo.networks import rules
from approdo.networks import selectors as networks
from approdo.networks.rules import Capability, Channel, Contact, ContactHours, Duty, Hours, ServiceDetails, ServiceKind
from approdo.networks.selectors import Member, NamedDuty, ServiceEditing, choices_of
from approdo.web.choices import let_choose

DAYS = (
    (0, _("Lunedì")),
    (1, _("Martedì")),
    (2, _("Mercoledì")),
    (3, _("Giovedì")),
    (4, _("Venerdì")),
    (5, _("Sabato")),
    (6, _("Domenica")),
    (7, _("Festivi")),
)
POSITIONS = ((1, _("Prima persona")), (2, _("Seconda persona")))
NEVER, DAILY, WEEKLY = "0", "1", "7"


def accepted(form: forms.Form, act: Callable[[], object]) -> bool:
    """Run one service for a valid form; a refusal is written beside the fields it names."""
    try:
        act()
    except Invalid as refusal:
        for name, sentence in refusal.problems.items():
            field = name.removesuffix("_code")  # a seat is written by name and stored by code
            form.add_error(field if field in form.fields else None, gettext(sentence))
        return False
    return True


def whole_page(refusal: Invalid) -> dict[str, str]:
    """Return the sentences of a refusal as one that concerns the whole page."""
    return {"": " ".join(gettext(sentence) for sentence in refusal.problems.values())}


def time_input() -> forms.TimeInput:
    """Return how an hour is written."""
    return forms.TimeInput(attrs={"type": "time", "class": "short"}, format="%H:%M")


def day_input() -> forms.DateInput:
    """Return how a day is written."""
    return forms.DateInput(attrs={"type": "date", "class": "short"}, format="%Y-%m-%d")


class NearDay(forms.DateField):
    """A day of this century: beyond the calendar no wall clock can be turned into an instant."""

    def validate(self, value: date | None) -> None:
        """Refuse a slip of the year."""
        super().validate(value)
        if value and not 2000 <= value.year < 2100:
            raise forms.ValidationError(_("Questo giorno è troppo lontano: controlla l'anno."))


class ServiceForm(forms.Form):
    """What is said of a service."""

    name = forms.CharField(label=_("Nome"), max_length=rules.NAME_LENGTH)
    kind = forms.ChoiceField(label=_("Che cosa fa"), choices=lambda: choices_of(ServiceKind))
    code = forms.CharField(
        label=_("Codice"),
        max_length=20,
        required=False,
        help_text=_("Per le case rifugio è il solo nome che gli altri vedono: non deve dire dove si trova."),
    )
    phone = forms.CharField(
        label=_("Telefono"), max_length=40, help_text=_("Il numero da chiamare se gli avvisi non arrivano.")
    )
    seat = forms.CharField(
        label=_("Comune della sede"),
        max_length=80,
        required=False,
        help_text=_("Per le case rifugio lascia vuoto: il luogo non si scrive da nessuna parte."),
    )
    address = forms.CharField(label=_("Indirizzo"), max_length=200, required=False)
    languages = forms.MultipleChoiceField(
        label=_("Lingue parlate"),
        choices=lambda: [(code, gettext(word)) for code, word in rules.LANGUAGES.items()],
        widget=forms.CheckboxSelectMultiple,
        initial=["it"],
    )
    capabilities = forms.MultipleChoiceField(
        label=_("Che cosa può fare"),
        choices=lambda: choices_of(Capability),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    rank = forms.IntegerField(
        label=_("Ordine"),
        initial=100,
        min_value=1,
        max_value=999,
        help_text=_("Fra servizi dello stesso tipo si chiama prima quello con il numero più basso."),
    )

    @classmethod
    def showing(cls, service: ServiceEditing) -> "ServiceForm":
        """Return the form filled with what is stored."""
        details = service.details
        seat = networks.municipality(details.seat_code).name if details.seat_code else ""
        names = ("name", "kind", "code", "phone", "address", "rank")
        values = {name: getattr(details, name) for name in names}
        lists = {"languages": list(details.languages), "capabilities": list(details.capabilities)}
        return cls(initial={**values, **lists, "seat": seat})

    def clean_seat(self) -> str | None:
        """Return the ISTAT code of the municipality she named, or None for none."""
        text = self.cleaned_data["seat"]
        if not text:
            return None
        found = networks.municipalities(text)
        same = [place for place in found if rules.folded(place.name) == rules.folded(text)]
        if len(same) == 1 or len(found) == 1:
            return (same or found)[0].code
        if not found:
            raise forms.ValidationError(_("Nessun comune con questo nome. Prova con le prime lettere."))
        names = ", ".join(place.name for place in found[:6])
        raise forms.ValidationError(_("Quale? %(names)s."), params={"names": names})

    def details(self) -> ServiceDetails:
        """Return what she wrote, as the service takes it."""
        data = self.cleaned_data
        return ServiceDetails(
            name=data["name"],
            kind=ServiceKind(data["kind"]),
            phone=data["phone"],
            capabilities=frozenset(data["capabilities"]),
            languages=tuple(data["languages"]),
            rank=data["rank"],
            seat_code=data["seat"],
            address=data["address"],
            code=data["code"],
        )


class AlwaysOpenForm(forms.Form):
    """Whether a service ever closes."""

    always_open = forms.BooleanField(label=_("Aperto sempre, giorno e notte"), required=False)


class EvidenceForm(forms.Form):
    """For how many days evidence is kept."""

    days = forms.IntegerField(
        label=_("Giorni"),
        required=False,
        help_text=_("In bianco, se non c'è una regola. Per la violenza sessuale si può fare querela per dodici mesi."),
    )


class HoursLine(forms.Form):
    """One line of opening hours; left empty, it is no line."""

    days = forms.TypedMultipleChoiceField(
        label=_("Giorni"), choices=DAYS, coerce=int, widget=forms.CheckboxSelectMultiple, required=False
    )
    opens = forms.TimeField(label=_("Apre alle"), widget=time_input(), required=False)
    closes = forms.TimeField(
        label=_("Chiude alle"),
        widget=time_input(),
        required=False,
        help_text=_("Se viene prima dell'apertura, è del giorno dopo."),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a line of which only a part is written."""
        data = self.cleaned_data
        if "opens" not in data or "closes" not in data:
            return data
        written = [bool(data.get("days")), data["opens"] is not None, data["closes"] is not None]
        if any(written) and not all(written):
            raise forms.ValidationError(_("Completa l'orario: giorni, apertura e chiusura. Oppure svuotalo tutto."))
        return data

    def line(self) -> Hours | None:
        """Return the line of hours, or None for an empty one."""
        data = self.cleaned_data
        if not data.get("days"):
            return None
        return Hours(frozenset(data["days"]), data["opens"], data["closes"])


class ContactLine(forms.Form):
    """One way to reach somebody; without a channel, it is no line."""

    channel = forms.ChoiceField(
        label=_("Come"), choices=lambda: [("", _("nessun recapito")), *choices_of(Channel)], required=False
    )
    address = forms.CharField(
        label=_("Numero o indirizzo"), max_length=200, required=False, help_text=_("Per l'app non serve.")
    )
    hours = forms.ChoiceField(label=_("Quando"), choices=lambda: choices_of(ContactHours), required=False)

    def contact(self) -> Contact | None:
        """Return the contact point, or None for an empty line."""
        data = self.cleaned_data
        if not data.get("channel"):
            return None
        return Contact(
            Channel(data["channel"]), data.get("address", ""), ContactHours(data.get("hours") or ContactHours.ALWAYS)
        )


class OrderedLines(BaseFormSet):
    """Lines with the number that says which is tried first."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        """Name the order in her language."""
        super().add_fields(form, index)
        form.fields["ORDER"].label = _("Ordine")


HoursLines = formset_factory(HoursLine, extra=2, max_num=14, absolute_max=28)
ContactLines = formset_factory(
    ContactLine,
    formset=OrderedLines,
    extra=2,
    max_num=rules.CONTACT_POINTS,
    absolute_max=rules.CONTACT_POINTS,
    can_order=True,
)


def hours_lines(data: Any = None, hours: Iterable[Hours] = ()) -> BaseFormSet:
    """Return the lines of opening hours, filled from the request or from what is stored."""
    initial = [{"days": sorted(line.days), "opens": line.opens, "closes": line.closes} for line in hours]
    return HoursLines(data, initial=initial, prefix="orari")


def contact_lines(data: Any = None, contacts: Iterable[Contact] = ()) -> BaseFormSet:
    """Return the lines of contact points, filled from the request or from what is stored."""
    initial = [
        {"channel": str(contact.channel), "address": contact.address, "hours": str(contact.hours)}
        for contact in contacts
    ]
    return ContactLines(data, initial=initial, prefix="recapiti")


def problems_of(lines: BaseFormSet) -> dict[str, str]:
    """Return the sentences about single lines under the element they belong to, for the summary of the page."""
    problems = {"": " ".join(map(str, lines.non_form_errors()))} if lines.non_form_errors() else {}
    for number, form in enumerate(lines.forms, 1):
        for name, errors in form.errors.items():
            target = form[name].auto_id if name in form.fields else form[next(iter(form.fields))].auto_id
            problems[target] = gettext("Riga %(number)d: %(sentence)s") % {"number": number, "sentence": errors[0]}
    return problems


class RoleForm(forms.Form):
    """As what a colleague works: one of the roles that the actor may give."""

    role = forms.TypedChoiceField(label=_("Ruolo"), coerce=Role)

    def __init__(self, actor: Actor, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.roles = [(role.value, networks.label_of(role)) for role in rules.grantable_roles(actor)]
        let_choose(self, "role", self.roles)


class MemberForm(RoleForm):
    """Who joins a service."""

    field_order = ("email", "display_name", "role")
    email = forms.EmailField(label=_("Posta elettronica"), max_length=200)
    display_name = forms.CharField(
        label=_("Nome e cognome"),
        max_length=120,
        required=False,
        help_text=_("Serve solo se non lavora già in un altro servizio della rete."),
    )


def _people(members: Sequence[Member]) -> list[tuple[int, str]]:
    return [(member.operator_id, member.display_name) for member in members]


class ShiftForm(forms.Form):
    """One shift, and how often it comes again."""

    operator_id = forms.TypedChoiceField(label=_("Chi"), coerce=int)
    position = forms.TypedChoiceField(label=_("Posizione"), coerce=int, choices=POSITIONS)
    day = NearDay(label=_("Giorno"), widget=day_input())
    starts = forms.TimeField(label=_("Dalle"), widget=time_input(), initial=time(20))
    ends = forms.TimeField(
        label=_("Alle"),
        widget=time_input(),
        initial=time(8),
        help_text=_("Se viene prima dell'inizio, è del giorno dopo."),
    )
    every = forms.ChoiceField(
        label=_("Ripeti"), choices=((NEVER, _("No")), (DAILY, _("Ogni giorno")), (WEEKLY, _("Ogni settimana")))
    )
    times = forms.IntegerField(
        label=_("Quante altre volte"), min_value=0, max_value=rules.WEEKS_AHEAD, initial=0, required=False
    )

    def __init__(self, *args: Any, members: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        let_choose(self, "operator_id", _people(members))

    def duties(self) -> list[Duty]:
        """Return the shift and its repetitions, at their true instants."""
        data = self.cleaned_data
        period = rules.local_period(data["day"], data["starts"], data["ends"])
        duty = Duty(data["operator_id"], data["position"], period.starts_at, period.ends_at)
        every = int(data["every"])
        return rules.repeated(duty, times=data["times"] or 0, every=every) if every else [duty]


class CopyWeekForm(forms.Form):
    """Into how many weeks a week is copied."""

    weeks = forms.IntegerField(label=_("In quante settimane"), min_value=1, max_value=rules.WEEKS_AHEAD, initial=1)


class HandOverForm(forms.Form):
    """To whom a shift is given."""

    operator_id = forms.TypedChoiceField(label=_("A chi"), coerce=int)

    def __init__(self, *args: Any, members: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        let_choose(self, "operator_id", _people(members))


class SwapForm(forms.Form):
    """With which shift it changes people."""

    other_id = forms.TypedChoiceField(label=_("Con quale turno"), coerce=int)

    def __init__(self, *args: Any, others: Sequence[NamedDuty], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        let_choose(
            self,
            "other_id",
            [(other.duty.id, f"{other.display_name}: {networks.spoken(other.duty.period)}") for other in others],
        )


class EndEarlyForm(forms.Form):
    """When a shift ends instead."""

    day = NearDay(label=_("Giorno"), widget=day_input())
    ends_at = forms.TimeField(label=_("Alle"), widget=time_input())

    def instant(self) -> datetime:
        """Return the true instant she wrote."""
        day: date = self.cleaned_data["day"]
        return rules.instant(day, self.cleaned_data["ends_at"])
