# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What other apps learn of a service at an instant."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from approdo.access.rules import Role
from approdo.kit.errors import NotFound
from approdo.kit.words import mark as _
from approdo.networks.rules.kinds import Channel, ServiceKind


class UnknownMunicipality(NotFound):
    """No municipality of the Region has this code."""

    code = "unknown_municipality"
    sentence = _("Non conosciamo questo comune: cercalo per nome nell'elenco.")


@dataclass(frozen=True, slots=True)
class ContactView:
    """A way to reach somebody, in the order in which it is to be tried."""

    channel: Channel
    address: str


@dataclass(frozen=True, slots=True)
class PersonOnCall:
    """Who is on call, how to reach her now, and until when."""

    operator_id: int
    position: int
    contacts: tuple[ContactView, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class ServiceView:
    """A service at an instant; ``contacts`` is its own line, ``label`` is a code for shelters."""

    id: int
    organisation_id: int
    organisation_name: str
    name: str
    label: str
    kind: ServiceKind
    capabilities: frozenset[str]
    languages: tuple[str, ...]
    phone: str
    open_now: bool
    first: PersonOnCall | None
    second: PersonOnCall | None
    contacts: tuple[ContactView, ...]
    rank: int


@dataclass(frozen=True, slots=True)
class NamePlate:
    """What stands on the door of a service: its label (a code for shelters) and the number that reaches it."""

    label: str
    phone: str


@dataclass(frozen=True, slots=True)
class MunicipalityView:
    """A municipality of the Region."""

    code: str
    name: str
    province: str


@dataclass(frozen=True, slots=True)
class NetworkView:
    """A territorial network."""

    id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class MembershipView:
    """For which service an operator may act, and as what; ``seat_code`` is where it is, if that may be said."""

    id: int
    service_id: int
    service_name: str
    kind: ServiceKind
    organisation_id: int
    organisation_name: str
    role: Role
    role_word: str
    seat_code: str | None


@dataclass(frozen=True, slots=True)
class OnCallWord:
    """What another organisation may know of the person on call: that she is, and until when; never her name."""

    position: int
    until: datetime
    name: str = ""


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """One line of the directory: what any member may read about a service, at an instant."""

    id: int
    organisation_name: str
    label: str
    kind: ServiceKind
    capabilities: tuple[str, ...]
    languages: tuple[str, ...]
    phone: str
    always_open: bool
    open_now: bool
    open_until: datetime | None
    opens_at: datetime | None
    first: OnCallWord | None
    second: OnCallWord | None
    mine: bool


def is_istat_code(text: str) -> bool:
    """Tell whether a text could be a municipality's ISTAT code: six digits."""
    return len(text) == 6 and text.isascii() and text.isdigit()


def folded(text: str) -> str:
    """Return text as it is searched: no accents, no case, apostrophes and hyphens as spaces."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return " ".join("".join(letter if letter.isalnum() else " " for letter in plain).split())
