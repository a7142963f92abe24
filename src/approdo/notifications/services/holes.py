# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Once a day, network by network: who is to be told that there is something to see, and of what she knows now.

What concerns whom, the caller works out; of a hole only a digest is kept.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from django.db import transaction

from approdo.access.rules import SYSTEM
from approdo.audit import services as audit
from approdo.networks.rules import ROME
from approdo.notifications.models import HolesTold, HoleWatch
from approdo.notifications.rules import is_news, is_too_late, next_look

Concern = Mapping[int, frozenset[str]]
"""By coordinator, the holes that are hers to see to; nobody is left out, also if she has none."""


@transaction.atomic
def watch_networks(*, network_ids: Collection[int], now: datetime) -> int:
    """Look at each of these networks every morning, from the next one on; return how many are new. For the sweep."""
    missing = set(network_ids) - set(HoleWatch.objects.values_list("network_id", flat=True))
    rows = [HoleWatch(network_id=network_id, due_at=next_look(now)) for network_id in sorted(missing)]
    HoleWatch.objects.bulk_create(rows, ignore_conflicts=True)
    return len(missing)


@transaction.atomic
def look_for_holes(
    *, now: datetime, concern: Callable[[int], Concern], tell: Callable[[Collection[int]], object]
) -> int:
    """Look at one network whose morning has come, passing over those that another sweep holds; return how many.

    ``concern`` says of a network what is whose to see to, ``tell`` sends the message, in this transaction: whoever
    dies in it has told nobody, and it is done again.
    """
    due = HoleWatch.objects.filter(due_at__lte=now).order_by("due_at", "network")
    watch = due.select_for_update(skip_locked=True).first()
    if watch is None:
        return 0
    late = is_too_late(watch.due_at, now)
    watch.due_at = next_look(now)
    watch.save(update_fields=["due_at"])
    if late:
        return 1
    people = _with_news(watch.network_id, concern(watch.network_id), now)
    if people:
        tell(people)
        audit.record(
            actor=SYSTEM,
            verb="holes.tell",
            subject=f"network:{watch.network_id}",
            now=now,
            detail={"people": len(people)},
        )
    return 1


def _with_news(network_id: int, concern: Concern, now: datetime) -> list[int]:
    """Note what everybody knows from now on, and return who is to be told: nobody twice a day, whatever the network."""
    today = now.astimezone(ROME).date()
    for operator_id in concern:
        HolesTold.objects.get_or_create(operator_id=operator_id, network_id=network_id)
    # a person may coordinate in two networks at once: her rows are locked in one order
    rows = HolesTold.objects.select_for_update().filter(operator__in=concern).order_by("operator", "network")
    mine, told_today = {}, set()
    for row in rows:
        if row.told_on == today:
            told_today.add(row.operator_id)
        if row.network_id == network_id:
            mine[row.operator_id] = row
    people = []
    for operator_id, holes in sorted(concern.items()):
        row = mine[operator_id]
        if is_news(holes, row.holes) and operator_id not in told_today:
            row.told_on = today
            people.append(operator_id)
        row.holes = sorted(holes)
        row.save(update_fields=["holes", "told_on"])
    HolesTold.objects.filter(network=network_id).exclude(operator__in=concern).delete()
    return people
