# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a site does with recognition: off, silent, prompting; decided by its coordinator, with a reason."""

from datetime import datetime

from django.db import IntegrityError, transaction

from approdo.access.rules import Actor, acting
from approdo.audit import services as audit
from approdo.kit.errors import Conflict, Invalid
from approdo.recognition import selectors
from approdo.recognition.models import SiteMode
from approdo.recognition.rules.prompting import Mode, mode_faults


@transaction.atomic
def set_mode(*, actor: Actor, service_id: int, mode: Mode, reason: str, now: datetime) -> None:
    """Let an emergency department of the actor's organisation do something else from now on.

    Raises ``Forbidden`` for who coordinates nothing, ``NotFound`` for a service that is not hers or no emergency
    department, ``Invalid``, and ``Conflict`` when somebody else has just changed it.
    """
    operator_id, _service_id = acting(actor)
    selectors.site(actor, service_id)
    history = selectors.modes_of(service_id)
    current = history[0].mode if history else Mode.OFF
    if problems := mode_faults(current, mode, reason):
        raise Invalid(problems)
    try:
        with transaction.atomic():
            SiteMode.objects.create(
                service_id=service_id,
                number=len(history) + 1,
                mode=mode.value,
                since=now,
                reason=reason.strip(),
                operator_id=operator_id,
            )
    except IntegrityError as error:
        raise Conflict from error
    codes = {"mode": mode.value, "before": current.value}
    audit.record(actor=actor, verb="recognition.mode", subject=f"service:{service_id}", now=now, detail=codes)
