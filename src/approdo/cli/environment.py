# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every command needs before Django: where the state lives, the secret, the database."""

import contextlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import click

from approdo.kit.postgres import PostgresFailed, Server

SETTINGS = "approdo.config.settings"


@dataclass(frozen=True)
class Home:
    """The directory (APPRODO_HOME, else `./var`) that holds everything this installation keeps outside its database."""

    path: Path

    @property
    def embedded(self) -> bool:
        """True when the database is our own, because no DATABASE_URL names another."""
        return not os.environ.get("DATABASE_URL")

    @property
    def server(self) -> Server:
        """The embedded database server of this home."""
        return Server(self.path)

    def secret(self, name: str) -> str:
        """A random secret kept in a private file, made at the first call."""
        file = self.path / "secrets" / name
        if not file.exists():
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            partial = file.with_suffix(f".{os.getpid()}")
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
                stream.write(secrets.token_urlsafe(48))
            with contextlib.suppress(FileExistsError):
                os.link(partial, file)  # never over a secret that another process has just made
            partial.unlink()
        return file.read_text()

    def complete_environment(self) -> None:
        """Fill the settings that the environment leaves open from what this home holds."""
        os.environ["APPRODO_HOME"] = str(self.path)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
        if not os.environ.get("APPRODO_SECRET_KEY"):
            os.environ["APPRODO_SECRET_KEY"] = self.secret("django")
        if not os.environ.get("APPRODO_GATEWAY_SECRET"):
            os.environ["APPRODO_GATEWAY_SECRET"] = self.secret("gateway")
        if self.embedded:
            try:
                urls = self.server.urls()
            except PostgresFailed:
                return  # never started here: commands that need the database will say so
            os.environ["DATABASE_URL"] = urls.application
            os.environ["DATABASE_OWNER_URL"] = urls.owner


def home() -> Home:
    """The home that the environment names."""
    return Home(Path(os.environ.get("APPRODO_HOME", "var")).resolve())


def set_up_django(*, as_owner: bool = False) -> None:
    """Load Django for a command that works on the database. Raises click.ClickException when none is known."""
    home().complete_environment()
    needed = "DATABASE_OWNER_URL" if as_owner else "DATABASE_URL"
    if not os.environ.get(needed):
        raise click.ClickException(
            f"Nessuna banca dati: avvia prima «approdo up», oppure indica {needed}=postgresql://…"
        )
    import django

    django.setup()
    from approdo.access.services import system_process

    system_process()
