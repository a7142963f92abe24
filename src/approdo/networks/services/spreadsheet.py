# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shifts from a spreadsheet: all of them or none, judged again at the moment they are stored."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from approdo.access.rules import Actor
from approdo.kit.errors import Invalid
from approdo.kit.words import mark as _
from approdo.networks.models import Shift
from approdo.networks.selectors.spreadsheet import judged_for
from approdo.networks.services._editing import locked_service
from approdo.networks.services._shifts import record, row_of


@dataclass(frozen=True, slots=True)
class SheetOutcome:
    """How many shifts a sheet added, and how many of its lines were there already."""

    created: int
    there_already: int


@transaction.atomic
def import_shifts(*, actor: Actor, service_id: int, content: bytes, now: datetime) -> SheetOutcome:
    """Store the shifts of a sheet that are not there yet; with one wrong line, none.

    Sent twice, the same sheet makes nothing twice: its shifts are there already.
    """
    service = locked_service(actor, service_id)
    sheet = judged_for(service, content, now)
    if sheet.wrong:
        raise Invalid({"sheet": _("Ci sono righe da correggere: non è stato salvato nessun turno.")})
    Shift.objects.bulk_create([row_of(service, duty) for duty in sheet.new])
    outcome = SheetOutcome(len(sheet.new), len(sheet.lines) - len(sheet.new))
    if outcome.created:
        record(actor, "shift.import", service, now, {"shifts": outcome.created})
    return outcome
