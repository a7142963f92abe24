# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Try how a person is reached: real messages, on the ordinary path, which say only that they are a test."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from django.db import connection, transaction

from approdo.access.rules import Actor, acting
from approdo.audit import services as audit
from approdo.kit import live
from approdo.kit.errors import Invalid, Refusal
from approdo.kit.rows import Statement
from approdo.kit.words import mark as _
from approdo.networks import selectors as networks
from approdo.networks.rules import Channel
from approdo.notifications import selectors
from approdo.notifications.models import Message
from approdo.notifications.rules import ON_SCREEN, MessageState, NewMessage, Template, next_trial_at
from approdo.notifications.services.answers import mark_shown
from approdo.notifications.services.enqueueing import enqueue


class TriedTooOften(Refusal):
    """She has tried several times in a few minutes."""

    status = 429
    code = "tried_too_often"
    sentence = _("Hai già provato tre volte in dieci minuti: aspetta un po', poi riprova.")


@transaction.atomic
def try_contacts(*, actor: Actor, service_id: int, now: datetime) -> None:
    """Send a test at once to every stored contact point of the actor for a service she works for, and to her screens.

    Raises ``NotFound`` for any other service, ``Invalid`` when nothing is stored, ``TriedTooOften``.
    """
    operator_id, _acting_for = acting(actor)
    own = networks.own_contacts(actor, service_id)
    if not own.contacts:
        raise Invalid({"": _("Non c'è ancora niente da provare: prima scrivi e salva almeno un recapito.")})
    with connection.cursor() as cursor:  # two presses at the same instant must not both be the third
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('trials'), %s)", [operator_id])
    if next_trial_at(selectors.trials_pressed(operator_id, now), now):
        raise TriedTooOften
    screens = f"o:{operator_id}"
    outside = [(contact.channel, contact.address) for contact in own.contacts if contact.channel is not Channel.APP]
    reference = uuid4()
    enqueue(
        messages=[
            NewMessage(
                reference=reference,
                channel=channel,
                address=address,
                operator_id=operator_id,
                service_id=service_id,
                wave=0,
                due_at=now,
                template=Template.TRIAL,
            )
            for channel, address in [(Channel.APP, screens), *outside]
        ],
        now=now,
    )
    live.announce([screens])
    audit.record(actor=actor, verb="contacts.try", subject=f"service:{service_id}", now=now)


_RECENT = Statement(
    lambda operator, since: Message.objects.filter(
        recipient_operator_id=operator, template=Template.TRIAL, channel=Channel.APP, written_at__gt=since
    ).values_list("reference", "state"),
    operator=int,
    since=datetime,
)


def receive_trial(*, operator_id: int, now: datetime) -> bool:
    """Tell whether an open screen of hers is to say that it is being tried, and note that it does."""
    recent = _RECENT.read(operator=operator_id, since=now - ON_SCREEN)
    unseen = [reference for reference, state in recent if state == MessageState.SENT]
    if unseen:
        with transaction.atomic():
            if mark_shown(references=unseen, now=now):
                live.announce([f"o:{operator_id}"])
    return bool(recent)


def announce_trials(*, references: Collection[UUID]) -> None:
    """Let whoever tries how she is reached see that messages moved; references of real alerts are passed over."""
    tried = Message.objects.filter(reference__in=references, template=Template.TRIAL)
    live.announce(
        f"o:{operator_id}" for operator_id in tried.values_list("recipient_operator_id", flat=True).distinct()
    )
