# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Is there always somebody? The coverage proof of a network, from a terminal."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from approdo.cli.environment import set_up_django

if TYPE_CHECKING:  # needs Django, which needs the environment
    from approdo.activations.rules.proof import Place
    from approdo.activations.selectors import Proof
    from approdo.networks.rules import Period

_ROME = ZoneInfo("Europe/Rome")
_PLACES_NAMED = 5


@click.command("coverage")
@click.argument("network")
@click.option("--days", type=click.IntRange(1, 90), default=30, show_default=True, help="Quanti giorni da adesso.")
@click.option("--steps", is_flag=True, help="Elenca anche i passi vuoti di chiamate a cui qualcuno risponde.")
@click.option("--json", "as_json", is_flag=True, help="Risposta per programmi.")
def coverage(network: str, days: int, steps: bool, as_json: bool) -> None:
    """Prova che ogni chiamata del protocollo raggiunga qualcuno: in ogni comune, a ogni ora, a ogni passo.

    Chi ha solo la pagina, senza SMS né voce, non conta: di notte una pagina non sveglia nessuno. Esce con 1 se c'è
    una chiamata che nessuno sentirebbe.

    \b
    Esempi:
      approdo coverage laghi --days 30
      approdo coverage laghi --days 14 --steps
      approdo coverage laghi --json
    """
    set_up_django()
    from approdo.activations import selectors
    from approdo.kit import clock
    from approdo.networks import selectors as networks
    from approdo.usecases import drills

    known = {one.code: one.name for one in networks.networks()}
    if network not in known:
        raise click.ClickException(f"Non c'è nessuna rete «{network}». Reti: {', '.join(sorted(known)) or 'nessuna'}.")
    found = selectors.proof_of(network, known[network], selectors.ahead(clock.now(), days))
    unheard = networks.name_plates(drills.unheard_in(network))
    if as_json:
        click.echo(json.dumps(_plain(found) | {"unheard_at_last_drill": sorted(unheard)}))
    else:
        _say(found, days, steps=steps)
        if unheard:
            names = ", ".join(sorted(plate.label for plate in unheard.values()))
            click.echo(f"· All'ultima prova di reperibilità non ha risposto nessuno: {names}.")
    if not found.complete:
        raise click.exceptions.Exit(1)


def _say(found: "Proof", days: int, *, steps: bool) -> None:
    number = f"{found.steps:,}".replace(",", ".")
    click.echo(f"{found.network_name}, {days} giorni: {len(found.municipalities)} comuni, {number} passi guardati.")
    for period, codes in found.unruled.items():
        click.echo(f"✗ {when(period)}  nessun protocollo in vigore: {_places(found, codes)}")
    for place in found.silent:
        click.echo(f"✗ {_line(found, place)}")
    if steps:
        for place in found.passed_by:
            click.echo(f"· {_line(found, place)}")
    elif found.passed_by:
        click.echo(
            f"· {len(found.passed_by)} passi vuoti di chiamate a cui un altro passo risponde (--steps li elenca)."
        )
    if found.complete:
        click.echo("Ogni chiamata raggiunge qualcuno, in ogni comune e a ogni ora.")


def _line(found: "Proof", place: "Place") -> str:
    from approdo.protocols.rules import TARGET_LABELS

    miss = place.hole.miss
    step = TARGET_LABELS[miss.target] if miss.target else "nessuno, a nessun passo"
    fill = ", ".join(found.services[one].label for one in miss.fillers) or "nessun servizio di questa rete"
    return (
        f"{when(place.hole.period)}  {miss.call}: {step}. Può coprire: {fill}. {_places(found, place.municipalities)}"
    )


def _places(found: "Proof", codes: Iterable[str]) -> str:
    names = sorted(found.municipalities[code] for code in codes)
    if len(names) == len(found.municipalities):
        return "In tutti i comuni"
    more = f" e altri {len(names) - _PLACES_NAMED}" if len(names) > _PLACES_NAMED else ""
    return f"In: {', '.join(names[:_PLACES_NAMED])}{more}"


def when(period: "Period") -> str:
    """Say a stretch of time by Rome's clock."""
    starts, ends = period.starts_at.astimezone(_ROME), period.ends_at.astimezone(_ROME)
    return f"{starts:%d/%m/%Y %H:%M} → {ends:%d/%m/%Y %H:%M}"


def _plain(found: "Proof") -> dict[str, Any]:
    return {
        "network": found.network_code,
        "from": found.whole.starts_at.isoformat(),
        "until": found.whole.ends_at.isoformat(),
        "municipalities": len(found.municipalities),
        "steps": found.steps,
        "complete": found.complete,
        "holes": [_hole(found, place) for place in (*found.silent, *found.passed_by)],
        "without_protocol": [
            {"from": period.starts_at.isoformat(), "until": period.ends_at.isoformat(), "municipalities": list(codes)}
            for period, codes in found.unruled.items()
        ],
    }


def _hole(found: "Proof", place: "Place") -> dict[str, Any]:
    miss, period = place.hole.miss, place.hole.period
    return {
        "from": period.starts_at.isoformat(),
        "until": period.ends_at.isoformat(),
        "call": miss.call,
        "service": miss.service_id,
        "step": miss.target,
        "can_fill": list(miss.fillers),
        "municipalities": list(place.municipalities),
    }
