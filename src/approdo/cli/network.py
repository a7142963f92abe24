# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the host does once, before anybody can sign in: networks, organisations, each one's first coordinator."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from approdo.cli.environment import set_up_django
from approdo.networks.rules import OrganisationKind, ServiceKind


@click.group("network")
def network() -> None:
    """Reti e organizzazioni: le crea chi gestisce il sistema, e nomina la prima coordinatrice di ognuna.

    \b
    Esempi:
      approdo network create varese "Rete di Varese" --municipality 012133 --municipality 012026
      approdo network join varese "ASST dei Laghi" --kind health_company --lead \\
        --service "Coordinamento della rete" --service-kind network_coordination --phone 0390000001 \\
        --coordinator anna@asst.example --coordinator-name "Anna Bianchi"
    """


@network.command("create")
@click.argument("code")
@click.argument("name")
@click.option("--municipality", "municipalities", multiple=True, required=True, help="Codice ISTAT; si ripete.")
def create(code: str, name: str, municipalities: tuple[str, ...]) -> None:
    """Crea una rete con i suoi comuni.

    \b
    Esempio:
      approdo network create varese "Rete di Varese" --municipality 012133
    """
    set_up_django()
    from approdo.access.rules import SYSTEM
    from approdo.kit import clock
    from approdo.networks import services

    with _refusals_in_words():
        services.create_network(actor=SYSTEM, code=code, name=name, municipality_codes=municipalities, now=clock.now())
    click.echo(f"Rete «{name}» creata, con {len(set(municipalities))} comuni.")


@network.command("join")
@click.argument("code")
@click.argument("name")
@click.option(
    "--kind", type=click.Choice([kind.value for kind in OrganisationKind]), required=True, help="Che organizzazione è."
)
@click.option("--lead", is_flag=True, help="È la capofila: la sua coordinatrice coordina la rete.")
@click.option("--service", required=True, help="Nome del suo primo servizio; gli altri li aggiunge la coordinatrice.")
@click.option(
    "--service-kind", type=click.Choice([kind.value for kind in ServiceKind]), required=True, help="Che servizio è."
)
@click.option("--service-code", default="", help="Codice, per una casa rifugio.")
@click.option("--phone", required=True, help="Telefono del servizio.")
@click.option("--coordinator", "email", required=True, help="Indirizzo di posta della prima coordinatrice.")
@click.option("--coordinator-name", "display_name", required=True, help="Suo nome e cognome.")
def join(code: str, name: str, lead: bool, kind: str, service: str, **first: str) -> None:
    """Fa entrare in una rete un'organizzazione nuova, con il primo servizio e la prima coordinatrice.

    \b
    Esempio:
      approdo network join varese "Le Rondini" --kind association --service "Centro Le Rondini" \\
        --service-kind support_centre --phone 0390000002 --coordinator eva@rondini.example --coordinator-name "Eva Neri"
    """
    set_up_django()
    from django.db import transaction

    from approdo.access.rules import SYSTEM, Role
    from approdo.kit import clock
    from approdo.networks import services
    from approdo.networks.rules import ServiceDetails

    now = clock.now()
    role = Role.NETWORK_COORDINATOR if lead else Role.ORGANISATION_COORDINATOR
    details = ServiceDetails(
        name=service, kind=ServiceKind(first["service_kind"]), phone=first["phone"], code=first["service_code"]
    )
    person = {"email": first["email"], "display_name": first["display_name"]}
    with _refusals_in_words(), transaction.atomic():
        organisation_id = services.create_organisation(
            actor=SYSTEM, name=name, kind=OrganisationKind(kind), network_codes=[code], now=now
        )
        if lead:
            services.set_lead_organisation(actor=SYSTEM, network_code=code, organisation_id=organisation_id, now=now)
        service_id = services.create_service(actor=SYSTEM, organisation_id=organisation_id, details=details, now=now)
        services.add_member(actor=SYSTEM, service_id=service_id, role=role, now=now, **person)
    click.echo(f"«{name}» è nella rete; il servizio «{service}» ha il numero {service_id}.")
    click.echo(f"{person['display_name']} entra da «Password dimenticata?» e sceglie la sua password.")


@contextmanager
def _refusals_in_words() -> Iterator[None]:
    from approdo.kit.errors import Invalid, Refusal

    try:
        yield
    except Invalid as refusal:
        raise click.ClickException(" ".join(map(str, refusal.problems.values()))) from refusal
    except Refusal as refusal:
        raise click.ClickException(str(refusal.sentence)) from refusal
