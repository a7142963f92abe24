# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The account that runs the embedded database server when we are root.

PostgreSQL refuses to run as root, so root hands it to a system account that owns nothing else.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ACCOUNT = "approdo-db"


class NoServiceUser(RuntimeError):
    """Root asked for a service account and the machine has none and cannot make one."""


@dataclass(frozen=True)
class ServiceUser:
    """A system account, by its numbers; `uid` and `gid` are those of ourselves when we are not root."""

    name: str
    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """True when programs must change account to run as this user."""
        return self.uid != os.geteuid()

    def run(self, command: Sequence[str | Path], **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a command as this user, from `/` so that no working directory stands in its way."""
        if self.is_other:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        options.setdefault("env", clean_environment())
        return subprocess.run(  # noqa: S603 (callers name our own binaries)
            [str(part) for part in command], text=True, stdin=subprocess.DEVNULL, cwd="/", check=False, **options
        )

    def can_run(self, program: Path) -> bool:
        """True when the account can traverse to the program and start it (`--version` is asked)."""
        try:
            return self.run([program, "--version"], capture_output=True, timeout=30).returncode == 0
        except (OSError, subprocess.SubprocessError):
            return False

    def can_enter(self, directory: Path) -> bool:
        """True when the account can reach the directory through every one of its parents."""
        return self.run(["/bin/sh", "-c", 'cd "$1"', "sh", directory], capture_output=True, timeout=30).returncode == 0

    def make_directory(self, directory: Path) -> None:
        """Make a directory that only this account (and root) can open."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.own(directory)
        directory.chmod(0o700)

    def own(self, path: Path) -> None:
        """Give a file to the account."""
        if self.is_other:
            os.chown(path, self.uid, self.gid)


def clean_environment() -> dict[str, str]:
    """Environment for a database program: no PG* variable that could redirect it, no mark of our own."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("PG", "APPRODO_", "DATABASE_"))
    } | {"LC_ALL": "C"}


def service_user(existing: Path | None = None) -> ServiceUser:
    """The account for the database: ourselves, or for root the owner of `existing` or a system account.

    Raises NoServiceUser when root has no account to hand over to and `useradd` is not there.
    """
    if os.geteuid() != 0:
        return ServiceUser(str(os.geteuid()), os.geteuid(), os.getegid())
    if existing is not None and existing.exists() and existing.stat().st_uid != 0:
        owner = existing.stat()
        return ServiceUser(str(owner.st_uid), owner.st_uid, owner.st_gid)
    entry = _entry(ACCOUNT) or _entry("postgres") or _created(ACCOUNT)
    return ServiceUser(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _created(name: str) -> pwd.struct_passwd:
    program = shutil.which("useradd", path="/usr/sbin:/sbin:" + os.environ.get("PATH", ""))
    if program is not None:
        shell = "/usr/sbin/nologin"
        command = [program, "--system", "--user-group", "--no-create-home", "--home-dir", "/", "--shell", shell, name]
        subprocess.run(command, check=False, capture_output=True)  # noqa: S603 (no argument comes from outside)
    entry = _entry(name)  # another process may have made it meanwhile: what counts is that it is there
    if entry is None:
        raise NoServiceUser(f"PostgreSQL does not run as root: make a system account named {name!r}, or do not be root")
    return entry
