# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows locked for an act, once the act is allowed."""

from uuid import UUID

from approdo.access.rules import Actor, Forbidden, Permission, require
from approdo.activations.models import Activation, Call
from approdo.activations.rules.permissions import Act, allowed, relations
from approdo.kit.errors import NotFound


def locked_activation(actor: Actor, activation_id: UUID, act: Act) -> Activation:
    """Return an activation with its calls locked, calls first, so that it never waits for a sweep that waits for it.

    Raises ``NotFound`` when hidden, ``Forbidden`` when the actor's relation does not permit the act.
    """
    list(Call.objects.select_for_update().filter(activation_id=activation_id).order_by("pk").values_list("pk"))
    activation = Activation.objects.select_for_update().visible_to(actor).filter(pk=activation_id).first()
    if activation is None:
        raise NotFound
    _allow(act, activation, actor, called=set(activation.service_ids))
    return activation


def locked_call(actor: Actor, call_id: UUID, act: Act) -> Call:
    """Return a call, locked, that the actor may see and do this act to; raises like ``locked_activation``."""
    call = Call.objects.select_for_update(of=("self",)).select_related("activation").filter(pk=call_id).first()
    if call is None or actor.service_id not in call.activation.service_ids:
        raise NotFound
    _allow(act, call.activation, actor, called=set(call.service_ids))
    return call


def _allow(act: Act, activation: Activation, actor: Actor, *, called: set[int]) -> None:
    held = relations(
        actor.service_id,
        activating=activation.service_id,
        called=called,
        supervising=activation.supervising_service_id,
    )
    permission = Permission.ANSWER_CALL if act in {Act.TAKE, Act.DECLINE, Act.RELEASE} else Permission.READ_ACTIVATION
    require(actor, permission)
    if not allowed(act, held):
        raise Forbidden
