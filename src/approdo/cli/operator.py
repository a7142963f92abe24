# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shut an operator out at once, and let her in again: for the host, when nobody of hers can."""

import click

from approdo.cli.environment import set_up_django


@click.group("operator")
def operator() -> None:
    """Operatrici: tenerne fuori una subito, da tutti i suoi servizi, e riammetterla.

    \b
    Esempi:
      approdo operator disable anna@asst.example
      approdo operator enable anna@asst.example
    """


@operator.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """Tiene fuori un'operatrice: non entra, non risponde, non viene più avvisata.

    \b
    Esempio:
      approdo operator disable anna@asst.example
    """
    if not _set_active(email, active=False):
        raise click.ClickException("Era già fuori.")
    click.echo("Da adesso non entra e non viene avvisata. I suoi turni restano scoperti: affidali a un'altra persona.")


@operator.command("enable")
@click.argument("email")
def enable(email: str) -> None:
    """Riammette un'operatrice, nei servizi in cui era.

    \b
    Esempio:
      approdo operator enable anna@asst.example
    """
    if not _set_active(email, active=True):
        raise click.ClickException("Era già ammessa.")
    click.echo("Da adesso può entrare di nuovo.")


def _set_active(email: str, *, active: bool) -> bool:
    """Shut out or let in whoever signs in with this address; tell whether that changed anything."""
    set_up_django()
    from approdo.access.rules import SYSTEM
    from approdo.accounts import selectors, services
    from approdo.kit import clock

    found = selectors.operator_by_email(email)
    if found is None:
        raise click.ClickException("Nessuna operatrice entra con questo indirizzo.")
    return services.set_operator_active(actor=SYSTEM, operator_id=found.pk, active=active, now=clock.now())
