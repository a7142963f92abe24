# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The three processes that serve: pages (WSGI), live events (ASGI), jobs."""

import asyncio
import os
import sys
import threading

import click

from approdo.cli.environment import home, set_up_django
from approdo.cli.sweep import stand_in, watch_documents

_RESCUE_SECONDS = 2.0  # how often jobs of a dead worker are looked for
_STALLED_SECONDS = 6.0  # a worker silent this long is dead; stack.md section 3 measured 7.4 s to take its job again

_HOST = click.option("--host", default="127.0.0.1", show_default=True, help="Indirizzo su cui ascoltare.")


@click.command("serve")
@_HOST
@click.option("--port", default=8000, show_default=True, help="Porta.")
@click.option("--workers", default=2, show_default=True, help="Processi; di norma uno per CPU.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve le pagine e l'interfaccia per programmi.

    \b
    Esempio:
      approdo serve --host 0.0.0.0 --port 8000 --workers 4
    """
    options = ["--interface", "wsgi", "--workers", str(workers), "--blocking-threads", "2"]
    _become_granian("approdo.config.wsgi:application", host, port, options)


@click.command("live")
@_HOST
@click.option("--port", default=8001, show_default=True, help="Porta.")
def live(host: str, port: int) -> None:
    """Serve gli aggiornamenti in diretta agli schermi aperti.

    \b
    Esempio:
      approdo live --port 8001
    """
    # an open screen is a request that lasts: by default the 1,025th would wait for another to close
    options = ["--interface", "asgi", "--no-ws", "--backpressure", "16384", "--backlog", "4096"]
    _become_granian("approdo.config.live:application", host, port, options)


def _become_granian(application: str, host: str, port: int, options: list[str]) -> None:
    home().complete_environment()
    command = [sys.executable, "-m", "granian", application, "--host", host, "--port", str(port), *options]
    command += ["--log-level", "warning", "--respawn-failed-workers", "--respawn-interval", "0.5"]
    command += ["--workers-kill-timeout", "3"]
    os.execv(sys.executable, command)  # noqa: S606 (no shell wanted)


@click.command("worker")
@click.option("--concurrency", default=4, show_default=True, help="Lavori svolti insieme.")
def worker(concurrency: int) -> None:
    """Svolge i lavori in coda: invii e aggiornamenti. Se lo sweep tace, fa avanzare anche le chiamate.

    \b
    Esempio:
      approdo worker --concurrency 8
    """
    os.environ.setdefault("APPRODO_POOL", str(concurrency))
    set_up_django()
    from procrastinate.exceptions import ConnectorException

    threading.Thread(target=stand_in, name="stand-in sweep", daemon=True).start()
    threading.Thread(target=watch_documents, name="documents", daemon=True).start()
    try:
        asyncio.run(_work(concurrency))
    except ConnectorException as error:  # whoever supervises us starts us again
        raise click.ClickException("La banca dati non risponde.") from error


async def _work(concurrency: int) -> None:
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    connector = app.connector
    assert isinstance(connector, DjangoConnector)
    with app.replace_connector(connector.get_worker_connector()) as working:
        async with working.open_async():
            rescuing = asyncio.create_task(_rescue(working))
            try:
                await working.run_worker_async(
                    concurrency=concurrency,
                    delete_jobs="successful",
                    fetch_job_polling_interval=1.0,
                    update_heartbeat_interval=2.0,
                    stalled_worker_timeout=_STALLED_SECONDS,
                    shutdown_graceful_timeout=4.0,
                )
            finally:
                rescuing.cancel()


async def _rescue(app: object) -> None:
    """Queue again the jobs whose worker died while it held them."""
    from procrastinate import App
    from procrastinate.exceptions import ConnectorException

    assert isinstance(app, App)
    while True:
        await asyncio.sleep(_RESCUE_SECONDS)
        try:
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_SECONDS):
                await app.job_manager.retry_job(job)
        except ConnectorException as error:
            click.echo(f"la banca dati non risponde: {type(error).__name__}", err=True)
