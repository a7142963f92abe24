# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A hospital's file brought in: good lines go in, the others say why, nothing comes in twice and nothing is guessed."""

import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings
from tests.factories.networks import NOON
from tests.factories.visits import COLUMNS, Door, a_csv, a_department, a_row

from approdo.access.rules import Actor
from approdo.access.services import entered
from approdo.audit.models import Entry
from approdo.recognition import selectors, services
from approdo.recognition.models import RejectedLine, StoredVisit, VisitImport
from approdo.recognition.rules import Code, Sign, System
from approdo.recognition.rules.importing import COUNTS
from approdo.recognition.services import imports

pytestmark = pytest.mark.django_db


@pytest.fixture
def department() -> Actor:
    return a_department()


@pytest.fixture
def door(tmp_path: Path, department: Actor) -> Door:
    return Door(tmp_path, department)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "accessi.csv"


def stored(actor: Actor) -> list[dict[str, Any]]:
    with entered(actor=actor):
        return list(StoredVisit.objects.order_by("visit").values())


def counts(report: services.Report) -> dict[str, int]:
    return {name: number for name, number in report.counts.items() if number}


def her(door: Door, identifier: str = "P1") -> selectors.History:
    with entered(actor=door.actor):
        return selectors.history(door.actor, selectors.pseudonym(door.actor.organisation_id or 0, identifier), NOON)


def test_a_line_becomes_a_visit_under_her_pseudonym(door: Door, file: Path) -> None:
    report = door.bring_in(a_csv(file, [a_row(trauma="4", anamnesi="dice spinta dal compagno")]))
    assert counts(report) == {"new": 1}
    found = her(door)
    (visit,) = found.visits
    assert visit.codes == {Code(System.ICD_9_CM, "8730"), Code(System.ICD_9_CM, "E888")}
    assert visit.signs == {Sign.VIOLENCE_BY_OTHERS}
    assert visit.arrived_at.isoformat() == "2026-03-02T09:30:00+00:00"
    assert found.said == {visit.visit: ("spinta",)}
    (row,) = stored(door.actor)
    assert (row["age_band"], row["citizenship"], row["birth_year"]) == ("30_44", "italian", 1990)


def test_the_same_file_again_changes_nothing(door: Door, file: Path) -> None:
    a_csv(file, [a_row(number) for number in range(1, 6)] + [a_row(9, diagnosi="?")])
    first = door.bring_in(file)
    before = stored(door.actor)
    entries = Entry.objects.count()
    again = door.bring_in(file)
    assert again.done_before
    assert (again.import_id, counts(again), again.reasons) == (first.import_id, counts(first), first.reasons)
    assert stored(door.actor) == before
    assert Entry.objects.count() == entries


def test_read_again_on_purpose_it_counts_all_as_unchanged(door: Door, file: Path) -> None:
    a_csv(file, [a_row(number) for number in range(1, 6)] + [a_row(9, diagnosi="?")])
    first = door.bring_in(file)
    before = stored(door.actor)
    again = door.bring_in(file, again=True)
    assert again.import_id == first.import_id
    assert counts(again) == {"unchanged": 5, "rejected": 1}
    assert stored(door.actor) == before
    with entered(actor=door.actor):
        assert RejectedLine.objects.count() == 1


def test_a_later_file_replaces_what_it_says_of_the_same_visit(door: Door, file: Path, tmp_path: Path) -> None:
    door.bring_in(a_csv(file, [a_row(1), a_row(2)]))
    report = door.bring_in(a_csv(tmp_path / "dopo.csv", [a_row(1, diagnosi="995.81"), a_row(2), a_row(3)]))
    assert counts(report) == {"new": 1, "replaced": 1, "unchanged": 1}
    assert her(door).visits[0].codes == {Code(System.ICD_9_CM, "99581")}


def test_a_dry_run_says_the_same_and_writes_nothing(door: Door, file: Path, tmp_path: Path) -> None:
    door.bring_in(a_csv(file, [a_row(1), a_row(2)]))
    later = a_csv(tmp_path / "dopo.csv", [a_row(1), a_row(2, trauma="4"), a_row(3), a_row(4, arrivo="?"), a_row(3)])
    before, entries = stored(door.actor), Entry.objects.count()
    with entered(actor=door.actor):
        runs = VisitImport.objects.count()
    dry = door.bring_in(later, dry=True)
    rejected = door.rejected
    assert stored(door.actor) == before
    assert Entry.objects.count() == entries
    with entered(actor=door.actor):
        assert (VisitImport.objects.count(), RejectedLine.objects.count()) == (runs, 0)
    real = door.bring_in(later)
    assert asdict(dry) == asdict(real) | {"import_id": None}
    assert rejected == door.rejected
    assert counts(real) == {"new": 1, "replaced": 1, "unchanged": 2, "rejected": 1}


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"diagnosi": "873.0|nessuno"}, "diagnosi"),
        ({"diagnosi": "E950.99"}, "diagnosi"),
        ({"arrivo": "31/02/2026 10:00"}, "arrivo"),
        ({"arrivo": "2026-03-02"}, "arrivo"),
        ({"arrivo": "29/03/2026 02:30"}, "arrivo"),
        ({"arrivo": ""}, "arrivo"),
        ({"arrivo": "25/11/2026 00:00"}, "arrivo"),
        ({"nascita": "04/03/2026"}, "nascita"),
        ({"nascita": "02/05/1790"}, "nascita"),
        ({"paziente": " "}, "paziente"),
        ({"accesso": ""}, "accesso"),
        ({"paziente": "P" * 101}, "paziente"),
    ],
)
def test_a_cell_that_cannot_be_right_costs_its_line_and_says_which(
    door: Door, file: Path, changed: dict[str, str], column: str
) -> None:
    report = door.bring_in(a_csv(file, [a_row(1), a_row(2, **changed), a_row(3)]))
    assert counts(report) == {"new": 2, "rejected": 1}
    assert door.reasons() == [(3, column, "cell")]
    with entered(actor=door.actor):
        (line,) = selectors.rejected_lines(door.actor, report.row)
    assert (line.line, line.column) == (3, column)
    assert line.sentence


def test_everything_wrong_in_a_line_is_told_at_once_and_counted_once(door: Door, file: Path) -> None:
    report = door.bring_in(a_csv(file, [a_row(1, arrivo="ieri", diagnosi="?", paziente="")]))
    assert counts(report) == {"rejected": 1}
    assert sorted(column for _line, column, _reason in door.reasons()) == ["arrivo", "diagnosi", "paziente"]
    with entered(actor=door.actor):
        assert RejectedLine.objects.count() == 3


def test_codes_with_and_without_dots_are_the_same_code(door: Door, file: Path) -> None:
    door.bring_in(a_csv(file, [a_row(1, diagnosi="995.81"), a_row(2, diagnosi="99581"), a_row(3, diagnosi="s00.3")]))
    assert her(door, "P1").visits[0].codes == her(door, "P2").visits[0].codes == {Code(System.ICD_9_CM, "99581")}
    assert her(door, "P3").visits[0].codes == {Code(System.ICD_10, "S003")}


ONE_OF_TWO = [
    [a_row(1), a_row(2, paziente="P1", nascita="02/05/1991")],
    [a_row(1), a_row(2, paziente="P1", sesso="M")],
    [a_row(1, sesso="M"), a_row(2, paziente="P1")],
]


@pytest.mark.parametrize("rows", ONE_OF_TWO)
def test_two_people_under_one_identifier_are_told_apart_and_none_is_guessed(
    door: Door, file: Path, rows: Sequence[dict[str, Any]]
) -> None:
    report = door.bring_in(a_csv(file, [*rows, a_row(3)]))
    assert door.reasons() == [(3, "", "two_people")]
    assert len(stored(door.actor)) == report.counts["new"]
    assert her(door, "P3").visits


def test_a_year_of_birth_that_contradicts_what_is_kept_is_two_people(door: Door, file: Path, tmp_path: Path) -> None:
    door.bring_in(a_csv(file, [a_row(1)]))
    report = door.bring_in(a_csv(tmp_path / "dopo.csv", [a_row(2, paziente="P1", nascita="01/01/1970"), a_row(3)]))
    assert counts(report) == {"new": 1, "rejected": 1}
    assert door.reasons() == [(2, "", "two_people")]


def test_a_visit_that_comes_twice_with_another_content_is_rejected_and_with_the_same_is_not(
    door: Door, file: Path
) -> None:
    report = door.bring_in(a_csv(file, [a_row(1), a_row(1), a_row(1, diagnosi="920"), a_row(2)]))
    assert counts(report) == {"new": 2, "unchanged": 1, "rejected": 1}
    assert door.reasons() == [(4, "", "visit_twice")]
    assert Code(System.ICD_9_CM, "920") not in her(door).visits[0].codes


def test_men_are_left_out_and_counted_and_boys_under_four_are_not(door: Door, file: Path) -> None:
    rows = [a_row(1, sesso="M"), a_row(2, sesso="M", nascita="01/01/2025"), a_row(3, sesso="")]
    report = door.bring_in(a_csv(file, rows))
    assert counts(report) == {"a_man": 1, "new": 1, "rejected": 1}
    assert door.reasons() == [(4, "sesso", "missing")]
    assert her(door, "P2").visits[0].infant


def test_visits_older_than_they_are_kept_for_are_left_out(door: Door, file: Path, settings: Settings) -> None:
    settings.VISIT_DAYS = 100
    report = door.bring_in(a_csv(file, [a_row(1), a_row(2, arrivo="20/11/2026 08:00")]))
    assert counts(report) == {"too_old": 1, "new": 1}


def test_lines_of_another_site_are_not_taken_for_this_one_s(door: Door, file: Path, tmp_path: Path) -> None:
    text = door.mapping.read_text().replace("site: PS\n", "").replace("columns:\n", "columns:\n  site: presidio\n")
    door.mapping.write_text(text)
    rows = [a_row(1, presidio="Nord"), a_row(2, presidio="Sud"), a_row(3, presidio="Nord")]
    report = door.bring_in(a_csv(file, rows, [*COLUMNS, "presidio"]))
    assert counts(report) == {"new": 2, "rejected": 1}
    assert door.reasons() == [(3, "", "other_site")]


def test_what_died_in_the_middle_goes_on_where_it_was(door: Door, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "BATCH", 10)
    rows = [a_row(number, diagnosi="?" if number % 7 == 0 else "920") for number in range(1, 96)]
    a_csv(file, [*rows, a_row(1, diagnosi="921"), a_row(95, paziente="P1", nascita="01/01/1950")])
    written = imports._write
    turns = iter(range(100))

    def dies(*arguments: Any) -> Any:
        if next(turns) == 4:
            raise KeyboardInterrupt
        return written(*arguments)

    monkeypatch.setattr(imports, "_write", dies)
    with pytest.raises(KeyboardInterrupt):
        door.bring_in(file)
    assert len(stored(door.actor)) == 35
    monkeypatch.setattr(imports, "_write", written)
    report = door.bring_in(file)
    assert report.resumed_from == 40
    assert report.records == 97
    assert counts(report) == {"new": 82, "rejected": 15}
    assert len(stored(door.actor)) == 82
    with entered(actor=door.actor):
        lines = list(RejectedLine.objects.order_by("line").values_list("line", flat=True))
    assert lines == [*range(8, 96, 7), 97, 98]


def test_two_processes_with_the_same_file_never_count_a_record_twice(
    door: Door, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BATCH", 2)
    a_csv(file, [a_row(number) for number in range(1, 7)])
    opened = services.open_file(path=file, mapping=door.mapping, now=NOON)
    order = services.Order(opened.file_digest, opened.mapping_digest)

    def meanwhile(done: float, _rejected: object) -> None:
        if done < 0.5:
            with entered(actor=door.actor):
                VisitImport.objects.update(records=4, new=4)

    with pytest.raises(services.ElsewhereUnderWay):
        services.bring_in(
            actor=door.actor, source=opened.source, order=order, reading=lambda _note: [], now=NOON, tell=meanwhile
        )


def test_the_register_holds_counts_and_nothing_else(door: Door, file: Path) -> None:
    report = door.bring_in(a_csv(file, [a_row(1), a_row(2, diagnosi="?")]))
    began, ended = Entry.objects.filter(verb__startswith="visits.").order_by("id")
    assert (began.verb, began.subject, began.detail) == ("visits.import", f"import:{report.row}", {"resumed_from": 0})
    none = dict.fromkeys(COUNTS, 0)
    assert (ended.verb, ended.detail) == ("visits.imported", none | {"new": 1, "rejected": 1})
    assert ended.service_id == door.actor.service_id


def test_how_much_is_done_is_told_to_the_end(door: Door, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "BATCH", 3)
    door.bring_in(a_csv(file, [a_row(number) for number in range(1, 11)]))
    assert door.told == sorted(door.told)
    assert len(door.told) == 4
    assert door.told[-1] == 1.0


def test_the_page_for_hospitals_shows_a_mapping_and_a_file_that_go_in(door: Door, file: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "importare-accessi.md").read_text()
    (mapping,), (lines,) = (re.findall(rf"```{kind}\n(.+?)```", page, re.DOTALL) for kind in ("yaml", "text"))
    door.mapping.write_text(mapping)
    file.write_text(lines)
    assert counts(door.bring_in(file)) == {"new": 1}
    (visit,) = her(door, "7f3a91").visits
    assert visit.codes == {Code(System.ICD_9_CM, value) for value in ("8730", "920", "E888")}
    file.write_text(lines.replace(";11;", ";30;"))
    assert counts(door.bring_in(file)) == {"replaced": 1}
    assert her(door, "7f3a91").visits[0].signs == {Sign.VIOLENCE_BY_OTHERS}


def test_another_organisation_sees_no_import_and_no_rejected_line(door: Door, file: Path) -> None:
    report = door.bring_in(a_csv(file, [a_row(1, diagnosi="?")]))
    other = a_department()
    with entered(actor=other):
        assert (VisitImport.objects.count(), RejectedLine.objects.count()) == (0, 0)
        assert selectors.recent_imports(door.actor) == ()
    colleague = replace(other, organisation_id=door.actor.organisation_id)
    with entered(actor=colleague):
        assert selectors.recent_imports(colleague) == ()
        assert list(selectors.rejected_lines(colleague, report.row)) == []


def test_imports_are_listed_the_latest_first(door: Door, file: Path, tmp_path: Path) -> None:
    first = door.bring_in(a_csv(file, [a_row(1)]))
    door.now = NOON + timedelta(hours=1)
    second = door.bring_in(a_csv(tmp_path / "dopo.csv", [a_row(2), a_row(3, diagnosi="?")]))
    with entered(actor=door.actor):
        found = selectors.recent_imports(door.actor)
    assert [one.id for one in found] == [second.row, first.row]
    assert (found[0].finished, found[0].records, found[0].counts["rejected"]) == (True, 2, 1)


def test_an_unknown_column_is_told_by_its_place_and_never_by_its_name(door: Door, file: Path) -> None:
    a_csv(file, [a_row(1, Zelmirella="Canarinotti")], ["Zelmirella", *COLUMNS])
    opened = services.open_file(path=file, mapping=door.mapping, now=NOON)
    assert opened.source.unnamed == (1,)
    assert counts(door.bring_in(file)) == {"new": 1}


@pytest.mark.parametrize("content", [b"", b" \n\n"])
def test_an_empty_file_is_refused_with_a_sentence(door: Door, file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(services.UnreadableFile) as refused:
        door.bring_in(file)
    assert "vuoto" in refused.value.sentence


def test_a_file_with_its_header_alone_is_an_import_of_nothing(door: Door, file: Path) -> None:
    report = door.bring_in(a_csv(file, []))
    assert (report.records, counts(report)) == (0, {})


# nine lists of nine aliases each: written out, some hundred million words, and half a kilobyte in the file
BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))


@pytest.mark.parametrize(
    "text", [BOMB, "columns: [", "format: 1", "format: 1\ntitle: x\ncolumns: {}\n", "x" * 300_000, "\0", "- 1"]
)
def test_a_mapping_that_is_wrong_is_refused_before_the_file_is_read(door: Door, file: Path, text: str) -> None:
    a_csv(file, [a_row(1)])
    door.mapping.write_text(text)
    with pytest.raises(services.BadMapping):
        door.bring_in(file)
