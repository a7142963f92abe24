# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A service in which nobody has an account answers a referral: by a link, and a code that came another way.

Who opens it acts for the service, as nobody in particular: the database shows what that service sees and no more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from approdo.access.rules import Actor, Role, Slice
from approdo.access.services import as_system, entered
from approdo.audit import services as audit
from approdo.cases import selectors as cases
from approdo.consents import selectors as consents
from approdo.consents.rules import READABLE
from approdo.kit.errors import NotFound, Refusal
from approdo.kit.words import mark as _
from approdo.networks import selectors as networks
from approdo.networks.rules import NamePlate
from approdo.persons import selectors as persons
from approdo.persons.selectors import EntryView
from approdo.referrals import selectors, services
from approdo.referrals.rules import Act, Answer, Door, readable
from approdo.referrals.selectors import Page
from approdo.referrals.services import Found
from approdo.usecases import referring
from approdo.usecases.notices import tell
from approdo.vault.rules import KeysUnavailable, Unreadable

_ROLE = Role.SOCIAL_WORKER
"""As what a service without an account reads: whoever works with her, up to what was granted."""


class Shut(NotFound):
    """A link that opens nothing, all alike: unknown, old, replaced, guessed at, without the consent it rested on."""

    sentence = _("Questo collegamento non apre più niente. Telefona a chi ti ha scritto: te ne manda un altro.")


class WrongCode(Refusal):
    """The second code is not the one that was sent; it was counted."""

    status = 422
    code = "wrong_code"
    sentence = _("Il codice non è giusto. Dopo cinque errori il collegamento si chiude.")


@dataclass(frozen=True, slots=True)
class Behind:
    """What is behind a link once both codes were brought: the referral, and what consent lets the service read."""

    page: Page
    plates: Mapping[int, NamePlate]
    entries: tuple[EntryView, ...] | None
    """What it says; None when no key opens it at this moment."""
    expires_at: datetime
    may_write: bool
    """Whether words may go with an answer."""


def is_open(code: str, now: datetime) -> None:
    """Raise ``Shut`` unless there is a link for this code that would still open; nothing of it is told."""
    with as_system():
        found = services.link_by(code)
        if found is None or not found.link.alive(now, _granted(found, now)):
            raise Shut


def behind(*, code: str, pin: str, now: datetime) -> Behind:
    """Return what is behind a link for who brings both codes, and write down what was read.

    Raises ``Shut``; ``WrongCode``, which counts: after five the link is dead, and who sent it is told.
    """
    referral_id, actor, expires_at = _opened(code, pin, now)
    with entered(actor=actor):
        page = selectors.page(actor, referral_id)
        case_id = page.line.case_id
        entries = _entries(actor, case_id, now)
        audit.record(
            actor=actor,
            verb="referral.by_link",
            subject=f"referral:{referral_id}",
            case_id=case_id,
            now=now,
            detail={"slices": ",".join(sorted({one.slice for one in entries or ()}))},
        )
        plates = networks.name_plates({page.line.requester_id, page.line.target_id})
        may_write = services.may_write(case_id, page.line.requester_id, page.line.target_id)
    return Behind(page, plates, entries, expires_at, may_write)


def act(*, code: str, pin: str, done: Act, answer: Answer, now: datetime) -> None:
    """Do one act through a link; raises like ``behind``, and ``Conflict`` when it does not fit, or was done already."""
    referral_id, actor, _expires_at = _opened(code, pin, now)
    with entered(actor=actor):
        referring.act(actor=actor, referral_id=referral_id, done=done, answer=answer, now=now)


def _opened(code: str, pin: str, now: datetime) -> tuple[UUID, Actor, datetime]:
    """Return the referral, who acts, and until when. A wrong code is counted in a transaction of its own."""
    with as_system():
        found = services.link_by(code, hold=True)  # many guesses at once would each find it alive
        right = found is not None and services.is_right(found, code, pin)
        door = Door.SHUT if found is None else found.link.answers(right, now, _granted(found, now))
        if found is not None and door is Door.WRONG:
            left = services.note_wrong(found=found, now=now)
            if left == 0:
                _tell_of_guesses(found, now)
        if found is not None and door is Door.OPEN:
            services.note_opened(found=found, now=now)
            organisation = networks.organisation_of(found.target_id)
    if found is None or door is Door.SHUT:
        raise Shut
    if door is Door.WRONG:
        raise WrongCode
    return found.referral_id, Actor(None, organisation, found.target_id, _ROLE), found.link.expires_at


def _tell_of_guesses(found: Found, now: datetime) -> None:
    people = {*selectors.asked_by(found.referral_id), *cases.manager_of(found.case_id)}
    tell(people - consents.kept_out([found.case_id]).get(found.case_id, frozenset()), found.referral_id, now)


def _granted(found: Found, now: datetime) -> frozenset[Slice]:
    return consents.live_slices(service_id=found.target_id, case_id=found.case_id, at=now)


def _entries(actor: Actor, case_id: UUID, now: datetime) -> tuple[EntryView, ...] | None:
    """Return what was granted of the record and is not masked; None when no key opens it at this moment."""
    service_id = actor.service_id or 0
    granted = consents.live_slices(service_id=service_id, case_id=case_id, at=now)
    slices = readable(granted) & READABLE[_ROLE]
    if not slices:
        return ()
    hidden = consents.ask_masked_entries(service_id=service_id, case_id=case_id).value
    try:
        found = persons.entries(actor, case_id, slices)
    except (NotFound, Unreadable, KeysUnavailable):
        return None  # the answer does not wait for the record
    return tuple(one for one in found if one.id not in hidden and one.slice in slices and not one.private)
