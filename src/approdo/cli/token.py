# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bearer tokens, with which a service's own program speaks to the interface for programs."""

import json
from uuid import UUID

import click

from approdo.cli.environment import set_up_django

_LABEL_LENGTH = 80


@click.group("token")
def token() -> None:
    """Chiavi con cui un programma parla per conto di un servizio.

    \b
    Esempi:
      approdo token create --service 12 --operator anna@asst.example --label "Cartella di pronto soccorso"
      approdo token list --service 12
    """


@token.command("create")
@click.option("--service", type=int, required=True, help="Numero del servizio.")
@click.option("--operator", "email", required=True, help="Indirizzo di chi ne risponde, che sia attiva nel servizio.")
@click.option("--label", required=True, help="A che cosa serve.")
@click.option("--days", type=click.IntRange(1, 730), default=365, show_default=True, help="Giorni di validità.")
@click.option("--json", "as_json", is_flag=True, help="Risposta per programmi.")
def create(service: int, email: str, label: str, days: int, as_json: bool) -> None:
    """Crea una chiave e la mostra una volta sola.

    \b
    Esempio:
      approdo token create --service 12 --operator anna@asst.example --label "Cartella di pronto soccorso"
    """
    if not 0 < len(label.strip()) <= _LABEL_LENGTH:
        raise click.ClickException(f"In --label scrivi a che cosa serve, con al massimo {_LABEL_LENGTH} caratteri.")
    set_up_django()
    from approdo.access.rules import SYSTEM
    from approdo.accounts import selectors, services
    from approdo.kit import clock
    from approdo.networks import selectors as networks

    operator = selectors.operator_by_email(email)
    if operator is None:
        raise click.ClickException("Nessuna operatrice entra con questo indirizzo.")
    if service not in {membership.service_id for membership in networks.memberships_of(operator.pk)}:
        raise click.ClickException("Non è attiva in questo servizio: aggiungila prima, oppure scegline un altro.")
    secret = services.create_token(
        actor=SYSTEM, operator_id=operator.pk, service_id=service, label=label, now=clock.now(), days=days
    )
    if as_json:
        click.echo(json.dumps({"token": secret, "service": service, "days": days}))
        return
    click.echo(secret)
    click.echo("Conservala ora: non si potrà rivedere.", err=True)


@token.command("list")
@click.option("--service", type=int, required=True, help="Numero del servizio.")
@click.option("--json", "as_json", is_flag=True, help="Risposta per programmi.")
def list_tokens(service: int, as_json: bool) -> None:
    """Elenca le chiavi di un servizio, anche quelle finite, e quando sono state usate (al minuto).

    \b
    Esempio:
      approdo token list --service 12 --json
    """
    set_up_django()
    from approdo.accounts import selectors

    rows = [
        {
            "id": str(row.pk),
            "label": row.label,
            "created_at": row.created_at.isoformat(),
            "expires_at": row.expires_at.isoformat(),
            "revoked_at": row.revoked_at.isoformat() if row.revoked_at else None,
            "last_used_at": row.last_used_at.isoformat() if row.last_used_at else None,
        }
        for row in selectors.tokens_of(service)
    ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        end = f"revocata {row['revoked_at']}" if row["revoked_at"] else f"vale fino a {row['expires_at']}"
        used = f"usata {row['last_used_at']}" if row["last_used_at"] else "mai usata"
        click.echo(f"{row['id']}  {row['label']}  {end}  {used}")
    if not rows:
        click.echo("Nessuna chiave.")


@token.command("revoke")
@click.argument("token_id", type=click.UUID)
def revoke(token_id: UUID) -> None:
    """Chiude una chiave, da subito.

    \b
    Esempio:
      approdo token revoke 3f2b6c1e-0000-4000-8000-000000000000
    """
    set_up_django()
    from approdo.access.rules import SYSTEM
    from approdo.accounts import services
    from approdo.kit import clock
    from approdo.kit.errors import NotFound

    try:
        services.revoke_token(actor=SYSTEM, token_id=token_id, now=clock.now())
    except NotFound as error:
        raise click.ClickException("Nessuna chiave aperta con questo numero.") from error
    click.echo("Chiave chiusa.")
