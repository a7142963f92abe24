# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from datetime import datetime

from approdo.access.rules import Actor, Permission, require
from approdo.kit.rows import read
from approdo.networks.rules import DirectoryEntry, OnCallWord, PersonOnCall, next_opening, open_until
from approdo.networks.selectors.coverage import Observed, serving
from approdo.networks.selectors.places import municipality

_NAMES = "SELECT id, display_name FROM accounts_operator WHERE id = ANY(%s)"


def directory(actor: Actor, municipality_code: str, at: datetime) -> tuple[DirectoryEntry, ...]:
    """Return what a member may read of every service that serves a municipality, at an instant.

    Names of people on call appear only for the reader's own organisation; raises ``UnknownMunicipality``.
    """
    require(actor, Permission.READ_DIRECTORY)
    place = municipality(municipality_code)
    seen = serving(place.code, at)
    own = [
        person.operator_id
        for one in seen
        if one.view.organisation_id == actor.organisation_id
        for person in (one.view.first, one.view.second)
        if person
    ]
    names: dict[int, str] = dict(read(_NAMES, [own])) if own else {}
    return tuple(_entry(one, actor, at, names) for one in seen)


def _entry(seen: Observed, actor: Actor, at: datetime, names: dict[int, str]) -> DirectoryEntry:
    view = seen.view
    mine = view.organisation_id == actor.organisation_id

    def word(person: PersonOnCall | None) -> OnCallWord | None:
        if person is None:
            return None
        return OnCallWord(person.position, person.until, names.get(person.operator_id, "") if mine else "")

    return DirectoryEntry(
        id=view.id,
        organisation_name=view.organisation_name,
        label=view.label,
        kind=view.kind,
        capabilities=tuple(sorted(view.capabilities)),
        languages=view.languages,
        phone=view.phone,
        always_open=seen.always_open,
        open_now=view.open_now,
        open_until=open_until(seen.hours, always_open=seen.always_open, at=at, holidays=seen.holidays),
        opens_at=next_opening(seen.hours, always_open=seen.always_open, at=at, holidays=seen.holidays),
        first=word(view.first),
        second=word(view.second),
        mine=mine,
    )
