# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may be written about a service, and how a telephone number is understood."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

import phonenumbers

from approdo.kit.words import mark as _
from approdo.networks.rules.kinds import Channel, ContactHours, ServiceKind
from approdo.networks.rules.labels import LANGUAGES

_SHORT_NUMBER = re.compile(r"1\d{2,5}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{0,18}[A-Za-z0-9]")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}")
NAME_LENGTH = 120
CONTACT_POINTS = 8
LONGEST_KEEPING = timedelta(days=7_300)
"""The longest that an organisation may say it keeps evidence."""

SAY_PHONE = _("Scrivi un numero di telefono con il prefisso, per esempio 0332 123456.")
SAY_EMAIL = _("Scrivi un indirizzo di posta elettronica, per esempio nome@servizio.example.")


@dataclass(frozen=True, slots=True)
class ServiceDetails:
    """What a coordinator writes about a service."""

    name: str
    kind: ServiceKind
    phone: str
    capabilities: frozenset[str] = frozenset()
    languages: tuple[str, ...] = ("it",)
    rank: int = 100
    seat_code: str | None = None
    address: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to reach a person or a service, to be tried when its hours say so; the app needs no address."""

    channel: Channel
    address: str = ""
    hours: ContactHours = ContactHours.ALWAYS


def normalised_phone(text: str) -> str | None:
    """Return a number as it is stored (E.164, or a short one such as 112), or None when it cannot be one."""
    digits = re.sub(r"[\s./()-]", "", text) if len(text) <= 40 else ""
    if _SHORT_NUMBER.fullmatch(digits):
        return digits
    try:
        number = phonenumbers.parse(digits, "IT")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(maxsize=4_096)
def shown_phone(stored: str) -> str:
    """Return a stored number as people read it, in groups."""
    try:
        number = phonenumbers.parse(stored, None)
    except phonenumbers.NumberParseException:
        return stored
    text = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    country, _space, rest = text.partition(" ")
    if len(rest) > 6 and rest.isdigit():
        rest = " ".join([rest[:3], *re.findall(r"\d{1,4}", rest[3:])])
    return f"{country} {rest}".strip()


def problems_of_service(details: ServiceDetails) -> dict[str, str]:
    """Return one sentence per field that cannot be stored; empty when all is well."""
    problems: dict[str, str] = {}
    if not details.name.strip():
        problems["name"] = _("Scrivi il nome del servizio.")
    elif not details.name.isprintable():
        problems["name"] = _("Scrivi il nome su una riga sola, senza caratteri di controllo.")
    elif len(details.name) > NAME_LENGTH:
        problems["name"] = _("Il nome è troppo lungo: al massimo 120 caratteri.")
    if normalised_phone(details.phone) is None:
        problems["phone"] = (
            SAY_PHONE if details.phone.strip() else _("Serve sempre un numero da chiamare, se gli avvisi non arrivano.")
        )
    if not details.languages or any(language not in LANGUAGES for language in details.languages):
        problems["languages"] = _("Scegli almeno una lingua dall'elenco.")
    if not 1 <= details.rank <= 999:
        problems["rank"] = _("L'ordine è un numero da 1 a 999: prima si chiama il più basso.")
    if len(details.address) > 200 or not details.address.isprintable():
        problems["address"] = _("Scrivi l'indirizzo su una riga sola, al massimo 200 caratteri.")
    if details.code and not _CODE.fullmatch(details.code):
        problems["code"] = _("Il codice ha da 2 a 20 lettere, cifre, spazi o trattini.")
    if details.kind is ServiceKind.SHELTER:
        problems |= _problems_of_shelter(details)
    return problems


def _problems_of_shelter(details: ServiceDetails) -> dict[str, str]:
    problems = {}
    if not details.code:
        problems["code"] = _("Una casa rifugio si mostra con un codice, mai con il nome: scrivilo qui.")
    if details.seat_code:
        problems["seat_code"] = _("Il luogo di una casa rifugio non si scrive da nessuna parte: lascia vuoto.")
    if details.address:
        problems["address"] = _("L'indirizzo di una casa rifugio non si scrive da nessuna parte: lascia vuoto.")
    return problems


def normalised_contact(contact: Contact) -> Contact | str:
    """Return a contact point as it is stored, or the sentence that says what is wrong with it."""
    address = contact.address.strip()
    if contact.channel is Channel.APP:
        return Contact(contact.channel, "", contact.hours)
    if contact.channel is Channel.EMAIL:
        if len(address) > 200 or not address.isprintable() or not _EMAIL.fullmatch(address):
            return SAY_EMAIL
        return Contact(contact.channel, address.lower(), contact.hours)
    phone = normalised_phone(address)
    return SAY_PHONE if phone is None else Contact(contact.channel, phone, contact.hours)


def in_use(contacts: Sequence[Contact], *, service_open: bool) -> tuple[Contact, ...]:
    """Return the contact points to be tried now, in their order."""
    wrong = not_in_use(service_open=service_open)
    return tuple(contact for contact in contacts if contact.hours is not wrong)


def not_in_use(*, service_open: bool) -> ContactHours:
    """Return the hours of those contact points that are not to be tried now."""
    return ContactHours.CLOSED if service_open else ContactHours.OPEN
