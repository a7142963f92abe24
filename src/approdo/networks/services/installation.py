# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Networks and organisations: made by the host from the command line, not in the pages."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from approdo.access.rules import SYSTEM, Actor, Forbidden
from approdo.audit import services as audit
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.kit.words import mark as _
from approdo.networks.models import Network, NetworkTerritory, Organisation
from approdo.networks.rules import OrganisationKind
from approdo.networks.selectors import municipalities_by_code


def _require_system(actor: Actor) -> None:
    if actor != SYSTEM:
        raise Forbidden


@transaction.atomic
def create_network(*, actor: Actor, code: str, name: str, municipality_codes: Iterable[str], now: datetime) -> int:
    """Create a network with its municipalities; raises ``Conflict`` when one already belongs to another network."""
    _require_system(actor)
    codes = set(municipality_codes)
    if Network.objects.filter(code=code).exists():
        raise Conflict(_("C'è già una rete con questo codice."))
    if len(municipalities_by_code(list(codes))) != len(codes):
        raise Invalid({"municipality_codes": _("Uno dei comuni non esiste: controlla i codici ISTAT.")})
    if NetworkTerritory.objects.filter(municipality__in=codes).exists():
        raise Conflict(_("Uno dei comuni appartiene già a un'altra rete."))
    network = Network.objects.create(code=code, name=name)
    NetworkTerritory.objects.bulk_create(
        NetworkTerritory(network=network, municipality_id=municipality) for municipality in sorted(codes)
    )
    audit.record(actor=actor, verb="network.create", subject=f"network:{network.pk}", now=now)
    return network.pk


@transaction.atomic
def create_organisation(
    *, actor: Actor, name: str, kind: OrganisationKind, network_codes: Sequence[str], now: datetime
) -> int:
    """Create an organisation that takes part in networks; raises ``NotFound`` for an unknown network."""
    _require_system(actor)
    networks = list(Network.objects.filter(code__in=network_codes))
    if len(networks) != len(set(network_codes)):
        raise NotFound(_("Una delle reti non esiste."))
    organisation = Organisation.objects.create(name=name, kind=kind)
    organisation.networks.set(networks)
    audit.record(actor=actor, verb="organisation.create", subject=f"organisation:{organisation.pk}", now=now)
    return organisation.pk


@transaction.atomic
def set_lead_organisation(*, actor: Actor, network_code: str, organisation_id: int, now: datetime) -> None:
    """Say which organisation leads a network; it must take part in it."""
    _require_system(actor)
    network = Network.objects.filter(code=network_code, organisations=organisation_id).first()
    if network is None:
        raise NotFound
    network.lead_organisation_id = organisation_id
    network.save(update_fields=["lead_organisation"])
    audit.record(
        actor=actor,
        verb="network.lead",
        subject=f"network:{network.pk}",
        now=now,
        detail={"organisation": organisation_id},
    )
