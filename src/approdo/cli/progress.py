# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person at the terminal sees while something long is done."""

import contextlib
import time
from collections.abc import Iterator

import click


def say(sentence: str) -> None:
    """Print one line of progress."""
    click.secho(f"· {sentence}", bold=True)


@contextlib.contextmanager
def step(sentence: str) -> Iterator[None]:
    """Print one line for what is being done, completed with how long it took."""
    click.secho(f"· {sentence} … ", bold=True, nl=False)
    started = time.monotonic()
    try:
        yield
    except BaseException:
        click.secho("non riuscito", bold=True)
        raise
    click.secho(f"{time.monotonic() - started:.1f} s", bold=True)
