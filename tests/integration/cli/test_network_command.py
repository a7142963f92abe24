# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From an empty database to the first coordinator, with no demonstration."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from django.core import mail
from django.test import Client

from approdo.accounts import selectors as accounts
from approdo.cli import network as door
from approdo.networks import selectors as networks
from approdo.networks.models import Organisation

Run = Callable[..., Result]
CREATE = ("create", "varese", "Rete di Varese", "--municipality", "012133", "--municipality", "012026")
JOIN = ("join", "varese", "ASST dei Laghi", "--kind", "health_company", "--service", "Coordinamento della rete")
JOIN += ("--service-kind", "network_coordination", "--phone", "+390000000001")
JOIN += ("--coordinator", "anna@asst.example", "--coordinator-name", "Anna Bianchi")


@pytest.fixture
def run(db: None, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `approdo network …` in this process."""
    monkeypatch.setattr(door, "set_up_django", lambda: None)
    return lambda *arguments: CliRunner().invoke(door.network, arguments)


@pytest.mark.parametrize(("extra", "role"), [((), "organisation_coordinator"), (("--lead",), "network_coordinator")])
def test_the_first_coordinator_makes_her_password_by_mail(run: Run, extra: tuple[str, ...], role: str) -> None:
    assert run(*CREATE).exit_code == 0
    joined = run(*JOIN, *extra)
    assert joined.exit_code == 0, joined.output
    operator = accounts.operator_by_email("anna@asst.example")
    assert operator is not None
    (membership,) = networks.memberships_of(operator.pk)
    assert f"il numero {membership.service_id}" in joined.output
    actor = networks.actor_for(operator.pk, membership.id)
    assert actor is not None
    assert actor.role == role
    assert Client().post("/accesso/password/nuova/", {"email": operator.email}).status_code == 302
    assert [message.to for message in mail.outbox] == [[operator.email]]
    assert "/accesso/password/" in mail.outbox[0].body


def test_what_is_refused_is_said_and_nothing_of_it_stays(run: Run) -> None:
    assert "non esiste" in run(*JOIN).stderr
    assert "codici ISTAT" in run("create", "varese", "Rete", "--municipality", "999999").stderr
    assert run(*CREATE).exit_code == 0
    assert "C'è già" in run(*CREATE).stderr
    wrong = [word.replace("+390000000001", "non un numero") for word in JOIN]
    refused = run(*wrong)
    assert (refused.exit_code, Organisation.objects.count()) == (1, 0)
    assert "Traceback" not in refused.output
