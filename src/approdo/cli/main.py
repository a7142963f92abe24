# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command `approdo`. Each command lives in its own module and is loaded only when it is asked for."""

import importlib
import keyword

import click

_COMMANDS = {
    "up": "up",
    "demo": "up",
    "database": "up",
    "prepare": "prepare",
    "serve": "serve",
    "live": "serve",
    "worker": "serve",
    "sweep": "sweep",
    "watchdog": "watchdog",
    "migrate": "migrate",
    "network": "network",
    "operator": "operator",
    "token": "token",
    "keys": "keys",
    "audit": "audit",
    "import": "imports",
    "protocol": "protocol",
    "instrument": "instrument",
    "coverage": "coverage",
    "recognise": "recognise",
    "diagnose": "diagnose",
    "local-gateway": "local_gateway",
}


class _Lazy(click.Group):
    """A group that imports a command's module when the command is used, so that `--help` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"approdo.cli.{_COMMANDS[cmd_name]}")
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(module, f"{name}_" if keyword.iskeyword(name) else name)
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="approdo")
def main() -> None:
    """Approdo: un solo percorso, condiviso da organizzazioni indipendenti.

    Lo stato vive in APPRODO_HOME (di norma ./var). Ogni comando spiega sé stesso con --help.

    \b
    Esempi:
      approdo demo        prova con dati inventati
      approdo up          avvia tutto su questa macchina
    """


if __name__ == "__main__":
    main()
