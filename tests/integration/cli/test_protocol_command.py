# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import json

import pytest
from click.testing import CliRunner
from tests.factories import protocols as texts
from tests.factories.region import small_region

from approdo.cli import protocol as door
from approdo.networks.models import ContactPoint
from approdo.protocols.models import Draft, ProtocolVersion
from approdo.protocols.rules import SCHEMA


@pytest.fixture
def run(monkeypatch):
    """Return a function that runs `approdo protocol …` in this process."""
    monkeypatch.setattr(door, "set_up_django", lambda: None)

    def ran(*arguments, typed=None):
        return CliRunner().invoke(door.protocol, list(arguments), input=typed)

    return ran


@pytest.fixture
def region(db):
    return small_region()


def changed(**changes):
    return texts.text(network="varese", code="urgenza", **changes)


def test_a_good_file_is_said_to_be_good(run):
    result = run("validate", "-", typed=texts.text())
    assert result.exit_code == 0
    assert "Va bene: «Attivazione urgente», 1 chiamate." in result.output


def test_a_bad_file_says_where_and_leaves_with_one(run):
    result = run("validate", "-", typed=texts.text(texts.call(kind="hotel")))
    assert result.exit_code == 1
    assert "errore, riga 9: «hotel»" in result.stderr


@pytest.mark.parametrize("typed", [b"", b"\xff\xfe", b"[" * 90_000, b"x" * 400_000, b"a: &x [*x]"])
def test_whatever_the_file_holds_the_answer_is_words(run, typed):
    result = run("validate", "-", "--json", typed=typed)
    assert result.exit_code == 1
    assert json.loads(result.stdout)["problems"][0]["sentence"]


def test_a_missing_file_is_said(run):
    assert run("validate", "/nowhere.yaml").exit_code == 2


@pytest.fixture
def by_two(region):
    """The words of a command that two persons stand behind."""
    texts.another(region.actor("coordinator"))
    second = f"accanto{region.services['coordinator'].pk}@approdo.example"
    return ("--as", "coordinator@lago.example", "--approved-by", second)


def test_one_proposes_and_another_approves_from_the_terminal_and_comments_are_kept(run, region, by_two):
    source = "# perché: la notte siamo in due\n" + changed(name="Nuova")
    result = run("publish", "varese", "-", *by_two, typed=source)
    assert result.exit_code == 0, result.output
    assert "Pubblicata la versione 2 di «urgenza»" in result.output
    version = ProtocolVersion.objects.get(number=2)
    assert version.published_by.email == by_two[-1]
    assert version.draft.proposed_by == region.operators["coordinator"]
    assert version.source == source


def test_after_the_first_version_of_a_network_nobody_publishes_alone_from_the_terminal(run, region):
    alone = ("publish", "varese", "-", "--as", "coordinator@lago.example")
    for command in (alone, (*alone, "--approved-by", alone[-1])):
        result = run(*command, typed=changed(name="Nuova"))
        assert result.exit_code == 1
        assert "serve un'altra persona" in result.output
    assert (ProtocolVersion.objects.count(), Draft.objects.count()) == (1, 0)


def test_who_approves_from_the_terminal_coordinates_the_network(run, region):
    words = ("--as", "coordinator@lago.example", "--approved-by", "ed@lago.example")
    result = run("publish", "varese", "-", *words, typed=changed(name="Nuova"))
    assert "Non è coordinatrice di questa rete" in result.output
    assert ProtocolVersion.objects.count() == 1


def test_publishing_answers_programs_too(run, by_two):
    result = run(
        "publish",
        "varese",
        "-",
        *by_two,
        "--json",
        "--from",
        "2030-01-01T08:00",
        typed=changed(),
    )
    answer = json.loads(result.stdout)
    assert (answer["published"], answer["number"], answer["effective_from"]) == (True, 2, "2030-01-01T08:00:00+01:00")


@pytest.mark.parametrize(
    ("network", "email", "typed", "words"),
    [
        ("varese", "ed@lago.example", changed(), "Non è coordinatrice di questa rete"),
        ("altrove", "coordinator@lago.example", changed(), "Non è coordinatrice di questa rete"),
        ("varese", "nobody@lago.example", changed(), "Nessuna operatrice"),
        ("varese", "coordinator@lago.example", changed(calls=[texts.call(kind="hotel")]), "non si può pubblicare"),
        ("varese", "coordinator@lago.example", texts.text(network="altrove"), "della rete «altrove»"),
    ],
)
def test_what_may_not_be_published_is_refused_in_words(run, by_two, network, email, typed, words):
    result = run("publish", network, "-", "--as", email, *by_two[2:], typed=typed)
    assert result.exit_code == 1
    assert words in result.output
    assert ProtocolVersion.objects.count() == 1


def test_a_moment_that_is_no_moment_is_refused(run, region):
    result = run("publish", "varese", "-", "--as", "coordinator@lago.example", "--from", "domani", typed=changed())
    assert result.exit_code == 1
    assert "2027-01-01T08:00" in result.output


def test_what_is_in_force_is_shown(run, by_two):
    run("publish", "varese", "-", *by_two, "--from", "2030-01-01T08:00", typed=changed())
    lines = run("show", "varese").output.splitlines()
    assert lines[0].startswith("  urgenza  versione 2  dal 01/01/2030 08:00")
    assert lines[1].startswith("→ urgenza  versione 1")
    rows = json.loads(run("show", "varese", "--json").stdout)
    assert [(row["number"], row["in_force"]) for row in rows] == [(2, False), (1, True)]


def test_a_network_without_protocols_says_so(run, region):
    assert "Nessun protocollo" in run("show", "altrove").output


def test_what_is_shown_can_be_validated_and_published_again(run, region):
    source = run("show", "varese", "--code", "urgenza").output
    assert run("validate", "-", typed=source).exit_code == 0
    assert run("show", "varese", "--code", "urgenza", "--number", "1").output == source
    assert run("show", "varese", "--code", "urgenza", "--number", "9").exit_code == 1
    assert run("show", "varese", "--code", "altro").exit_code == 1


def test_the_schema_is_printed_whole(run):
    assert json.loads(run("schema").output) == SCHEMA


@pytest.mark.parametrize("command", ["validate", "publish", "show", "schema"])
def test_every_command_shows_an_example(run, command):
    assert f"approdo protocol {command}" in run(command, "--help").output


def test_a_version_that_leaves_a_call_unheard_is_not_published_unless_she_says_so(run, region, by_two):
    silent = texts.text(
        texts.call("centre", "support_centre", escalation=[{"to": "service_line"}]), network="varese", code="urgenza"
    )
    ContactPoint.objects.filter(operator=None).delete()
    before = ProtocolVersion.objects.count()
    arguments = ("publish", "varese", "-", *by_two)
    refused = run(*arguments, typed=silent)
    assert refused.exit_code == 1
    assert "centre: " in refused.stderr
    assert "--despite-holes" in refused.stderr
    as_json = run(*arguments, "--json", typed=silent)
    assert as_json.exit_code == 1
    told = json.loads(as_json.stdout)
    assert told["published"] is False
    assert {hole["call"] for hole in told["opens"]} == {"centre"}
    assert ProtocolVersion.objects.count() == before
    assert run(*arguments, "--despite-holes", typed=silent).exit_code == 0
    assert ProtocolVersion.objects.count() == before + 1
