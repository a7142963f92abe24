# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One look at everything an installation depends on, for the person who is called when it does not work."""

import json
import os
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import click

from approdo.cli.environment import home, set_up_django
from approdo.cli.sweep import direct_connection

_FREE_BYTES = 1_000_000_000


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is sound, and what was seen, without secrets or personal data."""

    name: str
    sound: bool
    seen: str


def _finding(name: str, look: Callable[[], tuple[bool, str]]) -> Finding:
    try:
        sound, seen = look()
    except Exception as error:  # the purpose of the command is to say so
        return Finding(name, False, type(error).__name__)
    return Finding(name, sound, seen)


def _machine() -> tuple[bool, str]:
    return sys.version_info >= (3, 11), f"Python {platform.python_version()}, {platform.platform(terse=True)}"


def _disk() -> tuple[bool, str]:
    free = shutil.disk_usage(home().path).free
    return free > _FREE_BYTES, f"{free / 1e9:.1f} GB liberi in {home().path}"


def _database() -> tuple[bool, str]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version')")
        return True, f"risponde, PostgreSQL {cursor.fetchone()[0]}"


def _safety() -> tuple[bool, str]:
    from django.db import connection

    from approdo.access.services import is_believed

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, current_setting('fsync'), current_setting('synchronous_commit'),"
            " (SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole)"
        )
        role, fsync, commit, owned = cursor.fetchone()
    believed = is_believed()
    safe = fsync == "on" and commit != "off" and owned == 0 and believed
    secret = "lo stesso segreto" if believed else "un altro segreto: approdo migrate"
    return safe, f"ruolo {role}, possiede {owned} tabelle, fsync {fsync}, commit {commit}, {secret}"


def _clocks() -> tuple[bool, str]:
    from approdo.kit import clock

    skew = abs((clock.now() - datetime.now(UTC)).total_seconds())
    return skew < 2, f"scarto tra i due orologi {skew:.2f} s"


def _migrations() -> tuple[bool, str]:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    return waiting == 0, "aggiornata" if waiting == 0 else f"{waiting} migrazioni da fare: approdo migrate"


def _queue() -> tuple[bool, str]:
    from approdo.kit.queue import backlog

    waiting = backlog()
    return (
        waiting.oldest_seconds < 60,
        f"{waiting.jobs} lavori in attesa, il più vecchio da {waiting.oldest_seconds:.0f} s",
    )


def _sweep() -> tuple[bool, str]:
    from approdo.cli.watchdog import Limits, observe

    seen = observe()
    if seen.sweep is None:
        return False, "mai vista"
    late = max(seen.sweep, seen.call or 0.0, seen.message or 0.0)
    calls, messages = seen.call or 0.0, seen.message or 0.0
    text = f"battito {seen.sweep:.1f} s fa; chiamata più in ritardo {calls:.0f} s; messaggio {messages:.0f} s"
    return late < Limits.silence, text


def _watchdog() -> tuple[bool, str]:
    from approdo.cli.watchdog import read_state

    state = read_state(home().path)
    if state is None:
        return False, "mai vista su questa macchina"
    age = (datetime.now(UTC) - datetime.fromisoformat(str(state["looked_at"]))).total_seconds()
    problems = state["problems"]
    return age < 30 and not problems, f"ultimo controllo {age:.0f} s fa, guasti: {problems or 'nessuno'}"


def _channels() -> tuple[bool, str]:
    known = {"posta": "APPRODO_SMTP_URL", "SMS e voce": "APPRODO_GATEWAY_URL", "allarmi": "APPRODO_WATCHDOG_URL"}
    missing = [name for name, variable in known.items() if not os.environ.get(variable)]
    if "allarmi" in missing and os.environ.get("APPRODO_WATCHDOG_EMAIL"):
        missing.remove("allarmi")
    return not missing, "tutti indicati" if not missing else f"da indicare: {', '.join(missing)}"


_LOOKS: dict[str, Callable[[], tuple[bool, str]]] = {
    "macchina": _machine,
    "disco": _disk,
    "guardia": _watchdog,
    "canali": _channels,
    "banca dati": _database,
}
_LOOKS_INTO_DATABASE: dict[str, Callable[[], tuple[bool, str]]] = {
    "sicurezza": _safety,
    "orologi": _clocks,
    "schema": _migrations,
    "coda": _queue,
    "scadenze": _sweep,
}


@click.command("diagnose")
@click.option("--json", "as_json", is_flag=True, help="Risposta per programmi.")
def diagnose(as_json: bool) -> None:
    """Guarda tutto ciò da cui dipende un'installazione e dice che cosa non va; esce con 1 se qualcosa non va.

    \b
    Esempio:
      approdo diagnose --json
    """
    set_up_django()
    direct_connection()
    findings = [_finding(name, look) for name, look in _LOOKS.items()]
    if findings[-1].sound:  # else each of these would wait in vain for the same answer
        findings += [_finding(name, look) for name, look in _LOOKS_INTO_DATABASE.items()]
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(f"{'bene' if finding.sound else 'MALE'}  {finding.name:<12} {finding.seen}")
    raise SystemExit(0 if all(finding.sound for finding in findings) else 1)
