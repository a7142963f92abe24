# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms of rotations, overrides and what else a coordinator does to many shifts at once."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from approdo.networks import rules
from approdo.networks.rules import Duty, Rotation, RotationUnit
from approdo.networks.selectors import Member
from approdo.web.choices import let_choose
from approdo.web.network_forms import POSITIONS, NearDay, day_input, time_input

_UNITS = (
    (RotationUnit.WEEK.value, _("settimane")),
    (RotationUnit.DAY.value, _("giorni")),
    (RotationUnit.HOUR.value, _("ore")),
    (RotationUnit.MONTH.value, _("mesi")),
)


class RotationForm(forms.Form):
    """Who take turns, for how long each, and from when."""

    position = forms.TypedChoiceField(label=_("Posizione"), coerce=int, choices=POSITIONS)
    every = forms.IntegerField(label=_("Quanto dura un turno"), min_value=1, max_value=168, initial=1)
    unit = forms.TypedChoiceField(label=_("Ore, giorni, settimane o mesi"), coerce=RotationUnit, choices=_UNITS)
    first_day = NearDay(
        label=_("Giorno del primo cambio"),
        widget=day_input(),
        help_text=_(
            "Dice anche il giorno della settimana, o del mese, dei cambi che seguono. "
            "Nei mesi senza quel giorno si cambia l'ultimo giorno del mese."
        ),
    )
    hand_over = forms.TimeField(label=_("Ora del cambio"), widget=time_input(), initial=time(8))

    def __init__(self, *args: Any, members: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [("", gettext("nessuna")), *((str(one.operator_id), one.display_name) for one in members)]
        for number in range(1, min(len(members), rules.MOST_PEOPLE) + 1):
            label = gettext("%(number)dª persona") % {"number": number}
            name = f"person_{number}"
            self.fields[name] = forms.TypedChoiceField(label=label, coerce=int, empty_value=None, required=number == 1)
            let_choose(self, name, people)

    def plan(self) -> Rotation:
        """Return what she wrote, as the service takes it; places left empty are skipped."""
        data = self.cleaned_data
        people = [data[name] for name in self.fields if name.startswith("person_") and data[name] is not None]
        return Rotation(
            position=data["position"],
            unit=data["unit"],
            every=data["every"],
            first_day=data["first_day"],
            hand_over=data["hand_over"],
            people=tuple(people),
        )


class EndRotationForm(forms.Form):
    """From which day a rotation is no more."""

    day = NearDay(
        label=_("Dal giorno"),
        widget=day_input(),
        required=False,
        help_text=_("Vuoto: da adesso. Un turno già cominciato finisce come previsto."),
    )

    def instant(self, hand_over: time, now: datetime) -> datetime:
        """Return the hand-over of the day she wrote, or now for none."""
        day: date | None = self.cleaned_data["day"]
        return rules.instant(day, hand_over) if day else now


class OverrideForm(forms.Form):
    """Who is on call instead, and from when to when."""

    operator_id = forms.TypedChoiceField(label=_("Chi sostituisce"), coerce=int)
    position = forms.TypedChoiceField(label=_("Posizione"), coerce=int, choices=POSITIONS)
    first = NearDay(
        label=_("Dal giorno"),
        widget=day_input(),
        required=False,
        help_text=_("Giorno e ora vuoti: da adesso."),
    )
    starts = forms.TimeField(label=_("Dalle"), widget=time_input(), required=False)
    last = NearDay(label=_("Al giorno"), widget=day_input())
    ends = forms.TimeField(label=_("Alle"), widget=time_input())

    def __init__(self, *args: Any, members: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        let_choose(self, "operator_id", [(one.operator_id, one.display_name) for one in members])

    def clean(self) -> dict[str, Any]:
        """Refuse a beginning of which only a half is written."""
        data = self.cleaned_data
        if {"first", "starts"} <= set(data) and (data["first"] is None) != (data["starts"] is None):
            self.add_error("first", _("Scrivi giorno e ora, oppure lascia vuoti tutti e due per cominciare subito."))
        return data

    def duty(self, now: datetime) -> Duty:
        """Return the stretch she wrote, at its true instants."""
        data = self.cleaned_data
        starts_at = rules.instant(data["first"], data["starts"]) if data["first"] else now
        ends_at = rules.instant(data["last"], data["ends"])
        return Duty(data["operator_id"], data["position"], starts_at, ends_at)


class NoteForm(forms.Form):
    """What is owed for a shift."""

    note = forms.CharField(
        label=_("Nota"),
        max_length=rules.NOTE_LENGTH,
        required=False,
        help_text=_("Per esempio «recupero venerdì». Non scrivere perché qualcuno è assente."),
    )


class LocalHolidaysForm(forms.Form):
    """Two days of the year that a service keeps as holidays: one for its patron saint, one more where there is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in (1, 2):
            words = {"number": number}
            self.fields[f"name_{number}"] = forms.CharField(
                label=gettext("Festa %(number)d") % words, max_length=60, required=False
            )
            self.fields[f"day_{number}"] = forms.IntegerField(
                label=gettext("Giorno della festa %(number)d") % words, min_value=1, max_value=31, required=False
            )
            self.fields[f"month_{number}"] = forms.TypedChoiceField(
                label=gettext("Mese della festa %(number)d") % words, coerce=int, empty_value=None, required=False
            )
            months = [(str(month), date_format(date(2024, month, 1), "F")) for month in range(1, 13)]
            let_choose(self, f"month_{number}", [("", "—"), *months])

    @staticmethod
    def filled(days: Sequence[rules.LocalHoliday]) -> dict[str, Any]:
        """Return what is stored, or proposed, by field."""
        values: dict[str, Any] = {}
        for number, one in enumerate(days, 1):
            values |= {f"name_{number}": one.name, f"day_{number}": one.day, f"month_{number}": one.month}
        return values

    def clean(self) -> dict[str, Any]:
        """Refuse a day of which only a part is written."""
        data = self.cleaned_data
        for number in (1, 2):
            written = [bool(data.get(f"{part}_{number}")) for part in ("name", "day", "month")]
            if any(written) and not all(written):
                self.add_error(f"name_{number}", _("Completa la festa: nome, giorno e mese. Oppure svuotala tutta."))
        return data

    def days(self) -> list[rules.LocalHoliday]:
        """Return the days she wrote."""
        data = self.cleaned_data
        return [
            rules.LocalHoliday(data[f"month_{number}"], data[f"day_{number}"], data[f"name_{number}"])
            for number in (1, 2)
            if data[f"name_{number}"]
        ]
