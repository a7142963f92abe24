# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import logging
import sys
from logging.config import DictConfigurator

import pytest
from django.conf import settings

SECRET = "ab3_-cd9"


def written(message: str, *arguments: object, raised: bool = False) -> str:
    """What the log of the product says of a record."""
    plain = DictConfigurator(settings.LOGGING).configure_formatter(dict(settings.LOGGING["formatters"]["plain"]))
    record = logging.LogRecord(
        "django.request", logging.ERROR, __file__, 1, message, arguments, sys.exc_info() if raised else None
    )
    return plain.format(record)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (f"/r/{SECRET}", "/r/…"),
        (f"/r/{SECRET}/prendo", "/r/…/prendo"),
        (f"/accesso/password/nuova/1a-{SECRET}/", "/accesso/password/nuova/…/"),
        ("/accesso/password/nuova/inviata/", "/accesso/password/nuova/inviata/"),
        (f"/turni/{SECRET}.ics", "/turni/….ics"),
        ("/rete/servizi/3/turni/nuovo/", "/rete/servizi/3/turni/nuovo/"),
        ("/attivazioni/", "/attivazioni/"),
    ],
)
def test_no_line_holds_the_code_of_a_link(address: str, shown: str) -> None:
    assert written("Method Not Allowed (%s): %s", "HEAD", address).endswith(
        f" django.request Method Not Allowed (HEAD): {shown}"
    )


def test_an_exception_is_told_by_where_and_what_never_by_what_it_says() -> None:
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise ValueError(f"Failing row contains ({SECRET})") from error
    except ValueError:
        line = written("it did not work", raised=True)
    assert SECRET not in line
    assert line.index("KeyError") < line.index("ValueError")
    assert "test_logs.py" in line
