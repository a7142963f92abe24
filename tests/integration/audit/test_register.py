# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The register in a real database: chained as acts commit, and whoever damages it from above is found out."""

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from click.testing import CliRunner, Result
from django.db import InternalError, ProgrammingError, connection, connections, transaction
from pytest_django.fixtures import Settings
from tests.factories.activations import TONIGHT, a_town, an_activation
from tests.factories.observers import observer

from approdo.access.rules import SYSTEM, Actor, Role
from approdo.audit import selectors, services
from approdo.audit.models import Entry, Link
from approdo.audit.rules import NOTHING, examine, linked
from approdo.cli import audit as door
from approdo.cli.audit import audit
from approdo.kit import clock
from approdo.kit.postgres import Urls

NURSE = Actor(7, 3, 11, Role.EMERGENCY_OPERATOR)


@pytest.fixture(autouse=True)
def keys(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.KEYS_DIRECTORY = tmp_path / "keys"
    monkeypatch.setattr(door, "set_up_django", lambda: None)


def write(number: int, *, actor: Actor = NURSE, at: datetime = TONIGHT) -> None:
    with transaction.atomic():
        services.record(
            actor=actor, verb="case.read", subject=f"case:{number}", case_id=uuid4(), now=at, detail={"why": "care"}
        )


def ten_entries() -> None:
    for number in range(10):
        write(number)


def verify(*options: str) -> Result:
    return CliRunner().invoke(audit, ["verify", *options])


def damages(*options: str) -> list[tuple[str, int, int]]:
    found = json.loads(verify("--json", *options).stdout)
    return [(one["harm"], one["first"], one["last"]) for one in found["damages"]]


@pytest.fixture
def superuser(transactional_db: None, database_urls: Urls) -> Iterator[psycopg.Connection]:
    """Who owns the machine: no trigger and no privilege holds her."""
    ten_entries()
    with observer(database_urls, autocommit=True) as above:
        above.execute("SET session_replication_role = replica")
        yield above


def rewrite(above: psycopg.Connection, *, from_position: int = 1) -> None:
    """Chain everything anew, so well that the chain alone shows nothing."""
    above.execute("DELETE FROM audit_link WHERE position >= %s", [from_position])
    last = above.execute("SELECT hash FROM audit_link ORDER BY position DESC LIMIT 1").fetchone()
    previous = bytes(last[0]) if last else NOTHING
    entries = above.execute(
        "SELECT e.id, audit_fields(e) FROM audit_entry e ORDER BY e.id OFFSET %s", [from_position - 1]
    ).fetchall()
    for position, (pk, fields) in enumerate(entries, from_position):
        previous = linked(previous, fields)
        above.execute("INSERT INTO audit_link VALUES (%s, %s, %s)", [position, pk, previous])


@pytest.mark.django_db(transaction=True)
def test_what_commits_is_chained_and_what_does_not_leaves_no_gap() -> None:
    write(1)
    with transaction.atomic():
        services.record(actor=SYSTEM, verb="case.read", subject="case:2", now=TONIGHT)
        transaction.set_rollback(True)
    write(3)
    assert list(Link.objects.order_by("position").values_list("position", flat=True)) == [1, 2]
    with selectors.chain() as links:
        assert list(examine(links)) == []
    assert selectors.unlinked() == []


@pytest.mark.django_db(transaction=True)
def test_python_and_the_database_chain_the_same_bytes() -> None:
    write(1)
    services.record(actor=SYSTEM, verb="a.b", subject='è "|" 7:', now=TONIGHT, detail={"b": 1, "a": True, "è": "x"})
    with selectors.chain() as links:
        found = list(links)
    assert linked(NOTHING, found[0].fields or []) == found[0].hash
    assert linked(found[0].hash, found[1].fields or []) == found[1].hash
    assert None in (found[1].fields or [])


@pytest.mark.django_db(transaction=True)
def test_many_who_write_at_once_make_one_chain() -> None:
    failures: list[Exception] = []

    def writer(start: int) -> None:
        try:
            for number in range(15):
                with transaction.atomic():
                    for actor in (NURSE, SYSTEM, Actor(8, start, 12, Role.ON_CALL_OPERATOR)):
                        services.record(actor=actor, verb="case.read", subject=f"case:{number}", now=TONIGHT)
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=writer, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert selectors.length() == 8 * 15 * 3
    with selectors.chain() as links:
        assert list(examine(links)) == []


@pytest.mark.django_db(transaction=True)
def test_a_press_is_chained_with_everything_it_did() -> None:
    an_activation(a_town())
    written = Entry.objects.count()
    assert written >= 2
    assert selectors.length() == written
    assert verify().exit_code == 0


def test_a_sound_register_says_so_and_what_nobody_else_keeps(superuser: psycopg.Connection) -> None:
    result = verify()
    assert result.exit_code == 0
    assert "Integro: 10 annotazioni" in result.output
    assert "Nessuna impronta di altri" in result.output


def test_an_edited_row_is_named(superuser: psycopg.Connection) -> None:
    superuser.execute("UPDATE audit_entry SET operator_id = 8 WHERE subject = 'case:4'")
    result = verify()
    assert result.exit_code == 1
    assert "riga 5: riscritte" in result.output


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("happened_at", "happened_at + interval '1 microsecond'"),
        ("operator_id", "NULL"),
        ("organisation_id", "4"),
        ("service_id", "12"),
        ("role", "''"),
        ("purpose", "'law'"),
        ("verb", "'case.open'"),
        ("subject", "'case:44'"),
        ("case_id", "NULL"),
        ("detail", "'{}'"),
    ],
)
def test_no_column_can_change_unseen(superuser: psycopg.Connection, column: str, value: str) -> None:
    superuser.execute(f"UPDATE audit_entry SET {column} = {value} WHERE subject = 'case:4'")
    assert damages() == [("edited", 5, 5)]


def test_deleted_rows_are_named_with_and_without_their_links(superuser: psycopg.Connection) -> None:
    superuser.execute("DELETE FROM audit_entry WHERE subject IN ('case:2', 'case:3')")
    assert damages() == [("deleted", 3, 4)]
    superuser.execute("DELETE FROM audit_link WHERE position IN (3, 4)")
    assert damages() == [("missing_links", 3, 4)]


def test_a_row_slipped_in_from_above_is_named(superuser: psycopg.Connection) -> None:
    superuser.execute(
        "INSERT INTO audit_entry (happened_at, role, purpose, verb, subject, detail)"
        " VALUES (now(), '', 'care', 'case.read', 'case:1', '{}')"
    )
    result = verify()
    assert result.exit_code == 1
    assert "aggiunta senza anello" in result.output


def test_a_cut_tail_is_seen_only_with_what_another_organisation_kept(
    superuser: psycopg.Connection, tmp_path: Path
) -> None:
    kept = keep_checkpoint(tmp_path)
    superuser.execute("DELETE FROM audit_entry WHERE subject IN ('case:8', 'case:9')")
    superuser.execute("DELETE FROM audit_link WHERE position > 8")
    superuser.execute("DELETE FROM audit_checkpoint")
    assert verify().exit_code == 0, "the chain alone is whole, and says that it is alone"
    assert damages("--checkpoints", str(kept)) == [("cut_tail", 9, 10)]
    assert "tagliate in fondo" in verify("--checkpoints", str(kept)).output


def test_a_register_rewritten_from_the_beginning_is_seen_only_with_what_another_kept(
    superuser: psycopg.Connection, tmp_path: Path
) -> None:
    kept = keep_checkpoint(tmp_path)
    superuser.execute("UPDATE audit_entry SET operator_id = 8")
    superuser.execute("DELETE FROM audit_checkpoint")
    rewrite(superuser)
    assert verify().exit_code == 0
    assert damages("--checkpoints", str(kept)) == [("rewritten", 1, 10)]


def test_a_register_rewritten_from_some_point_on_is_sound_until_the_last_checkpoint_before(
    superuser: psycopg.Connection, tmp_path: Path
) -> None:
    kept = keep_checkpoint(tmp_path)
    for number in range(10, 14):
        write(number)
    keep_checkpoint(tmp_path)
    superuser.execute("UPDATE audit_entry SET operator_id = 8 WHERE subject = 'case:12'")
    rewrite(superuser, from_position=13)
    assert damages("--checkpoints", str(kept)) == [("rewritten", 11, 14)]


def keep_checkpoint(directory: Path) -> Path:
    """Another organisation keeps today's checkpoint, after those of the days before."""
    result = CliRunner().invoke(audit, ["checkpoint"])
    assert result.exit_code == 0, result.output
    with (directory / "kept.jsonl").open("a") as kept:
        kept.write(result.stdout)
    return directory / "kept.jsonl"


def test_a_forged_checkpoint_is_refused_before_anything_is_checked(
    superuser: psycopg.Connection, tmp_path: Path
) -> None:
    kept = keep_checkpoint(tmp_path)
    kept.write_text(kept.read_text().replace('"position": 10', '"position": 12'))
    result = verify("--checkpoints", str(kept))
    assert result.exit_code == 1
    assert "non è un'impronta firmata" in result.output


@pytest.mark.django_db
def test_an_empty_register_has_nothing_to_sign_and_nothing_wrong() -> None:
    assert services.checkpoint(now=TONIGHT) is None
    assert "vuoto" in CliRunner().invoke(audit, ["checkpoint"]).output
    assert verify().exit_code == 0


@pytest.mark.django_db(transaction=True)
def test_a_checkpoint_is_signed_once_an_hour_with_a_private_key_that_stays(settings: Settings) -> None:
    write(1)
    now = clock.now()
    assert [services.checkpoint_due(now=now), services.checkpoint_due(now=now + timedelta(minutes=59))] == [1, 0]
    write(2)
    assert services.checkpoint_due(now=now + timedelta(minutes=61)) == 1
    first, second = selectors.checkpoints()
    assert (first.position, second.position) == (1, 2)
    assert first.is_genuine
    assert second.is_genuine
    assert first.key == second.key
    assert (settings.KEYS_DIRECTORY / "checkpoints.pem").stat().st_mode & 0o777 == 0o600
    assert CliRunner().invoke(audit, ["export"]).stdout.count("\n") == 2


@pytest.mark.django_db(transaction=True)
def test_without_the_signing_key_the_sweep_goes_on(settings: Settings, tmp_path: Path) -> None:
    write(1)
    settings.KEYS_DIRECTORY = tmp_path / "file" / "keys"
    (tmp_path / "file").write_text("no directory")
    assert services.checkpoint_due(now=TONIGHT) == 0
    settings.KEYS_DIRECTORY = tmp_path
    (tmp_path / "checkpoints.pem").write_text("damaged")
    assert services.checkpoint_due(now=TONIGHT) == 0
    assert "non si raggiunge" in CliRunner().invoke(audit, ["checkpoint"]).output


STATEMENTS = [
    "UPDATE audit_entry SET verb = 'x'",
    "DELETE FROM audit_entry",
    "TRUNCATE audit_entry",
    "INSERT INTO audit_link VALUES (99, 1, '')",
    "UPDATE audit_link SET hash = ''",
    "DELETE FROM audit_link",
    "TRUNCATE audit_link",
    "UPDATE audit_checkpoint SET hash = ''",
    "DELETE FROM audit_checkpoint",
    "ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_chained",
    "SET session_replication_role = replica",
]


@pytest.mark.django_db
@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_application_can_only_append(statement: str) -> None:
    with pytest.raises((ProgrammingError, InternalError)), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET verb = 'x'", "DELETE FROM audit_link"])
def test_nor_does_the_owner_change_what_was_written(database_urls: Urls, statement: str) -> None:
    write(1)
    with psycopg.connect(database_urls.owner) as owner, pytest.raises(psycopg.Error, match="append-only"):
        owner.execute(statement)


@pytest.mark.django_db
def test_words_about_a_person_never_enter_the_register() -> None:
    words = {"note": "ha paura del marito"}
    with pytest.raises(AssertionError, match="never words"):
        services.record(actor=NURSE, verb="case.read", subject="case:1", now=TONIGHT, detail=words)
    assert not Entry.objects.exists()
