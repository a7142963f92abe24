# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rotas as people bring them: the encodings and separators of real spreadsheets, and every slip with its sentence."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approdo.networks.rules import (
    FIRST,
    ROME,
    SECOND,
    SHEET_BYTES,
    SHEET_LINES,
    TEMPLATE,
    Column,
    Duty,
    Judged,
    Known,
    Unreadable,
    gaps_between,
    judged,
    lines_of,
)

NOW = datetime(2026, 11, 24, 11, tzinfo=UTC)
ANNA, BRUNA, NORA, OTHER_NORA = 1, 2, 3, 4
PEOPLE = (
    Known(ANNA, "Anna Però", "anna@rete.example"),
    Known(BRUNA, "Bruna Riva", "bruna@rete.example"),
    Known(NORA, "Nora Valli", "nora@rete.example"),
    Known(OTHER_NORA, "Nora Valli", "valli@rete.example"),
)
HEADER = "persona;posizione;inizio;fine"
NIGHT = "Anna Però;1;26/11/2026 20:00;27/11/2026 08:00"
DUTY = Duty(ANNA, FIRST, datetime(2026, 11, 26, 19, tzinfo=UTC), datetime(2026, 11, 27, 7, tzinfo=UTC))


def judge(*lines: str, stored: tuple[Duty, ...] = ()) -> tuple[Judged, ...]:
    return judged(lines_of("\n".join([HEADER, *lines]).encode()), PEOPLE, stored, NOW)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_sheet_is_read_as_every_spreadsheet_saves_it(encoding, separator, newline):
    text = f"{HEADER}{newline}{NIGHT}{newline}".replace(";", separator)
    [line] = judged(lines_of(text.encode(encoding)), PEOPLE, (), NOW)
    assert line == Judged(line.line, DUTY)


@pytest.mark.parametrize(
    "written",
    [
        "anna però;prima;26/11/2026 20:00;27/11/2026 08:00",
        "  ANNA   PERO' ; 1 ;26/11/2026 20.00;27/11/2026 8.00",
        "Anna@rete.example;Prima persona;26-11-2026 20:00:00;27-11-2026 08:00:00",
        "anna@rete.example;1;2026-11-26 20:00;2026-11-27T08:00",
        '"Anna Però";"1";"26.11.2026  20:00";"27.11.2026 8:00"',
    ],
)
def test_names_positions_days_and_hours_are_taken_as_people_write_them(written):
    [line] = judge(written)
    assert (line.duty, line.problems) == (DUTY, ())


def test_columns_are_found_by_their_names_whatever_their_order_and_others_are_left_alone():
    text = "Fine;Note;Inizio;Chi;Posizione\n27/11/2026 08:00;ferie;26/11/2026 20:00;Anna Però;1"
    [line] = judged(lines_of(text.encode()), PEOPLE, (), NOW)
    assert line.duty == DUTY


def test_the_template_is_read_and_says_that_it_is_still_empty():
    assert TEMPLATE.decode("utf-8-sig").strip() == HEADER
    with pytest.raises(Unreadable, match="solo i nomi delle colonne"):
        lines_of(TEMPLATE)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "vuoto"),
        (b"\n\n", "vuoto"),
        (b"PK\x03\x04 a workbook", "non è un file CSV"),
        (b"\xd0\xcf\x11\xe0 an old workbook", "non è un file CSV"),
        ("persona;posizione".encode("utf-16"), "non è un file CSV"),
        (b"persona;\0", "non è un file CSV"),
        (b"\x81\x8d\x8f\x90\x9d\xff", "non si leggono"),
        (b"persona;posizione;inizio\nAnna;1;x", "manca la colonna"),
        (b"Anna;1;26/11/2026 20:00;27/11/2026 08:00", "manca la colonna"),
        (b"persona;chi;posizione;inizio;fine\n1;2;3;4;5", "due volte"),
        (b'persona;posizione;inizio;fine\n"Anna;1;x;y', "virgolette"),
        (b"x" * (SHEET_BYTES + 1), "troppo grande"),
        (HEADER.encode() + b"\na;1;x;y" * (SHEET_LINES + 1), "mille righe"),
        (HEADER.encode() + b"\n;;;\n\n", "solo i nomi"),
    ],
)
def test_what_is_no_rota_at_all_is_refused_with_what_to_do(content, words):
    with pytest.raises(Unreadable, match=words):
        lines_of(content)


P, Q, S, E = Column.PERSON, Column.POSITION, Column.STARTS, Column.ENDS
BAD = {
    "nobody": (";1;26/11/2026 20:00;27/11/2026 08:00", P, "Manca la persona"),
    "unknown": ("Carla Neri;1;26/11/2026 20:00;27/11/2026 08:00", P, "si chiama così"),
    "of another service": ("carla@rete.example;1;26/11/2026 20:00;27/11/2026 08:00", P, "si chiama così"),
    "half a name": ("Anna;1;26/11/2026 20:00;27/11/2026 08:00", P, "si chiama così"),
    "two of that name": ("Nora Valli;1;26/11/2026 20:00;27/11/2026 08:00", P, "si chiamano così"),
    "date for a person": ("26/11/2026 20:00;1;Anna Però;27/11/2026 08:00", P, "colonne sono scambiate"),
    "person for a date": ("Anna Però;1;Bruna Riva;27/11/2026 08:00", S, "colonne sono scambiate"),
    "no position": ("Anna Però;;26/11/2026 20:00;27/11/2026 08:00", Q, "Scrivi 1"),
    "third position": ("Anna Però;3;26/11/2026 20:00;27/11/2026 08:00", Q, "Scrivi 1"),
    "no start": ("Anna Però;1;;27/11/2026 08:00", S, "24/11/2026 20:00"),
    "no hour": ("Anna Però;1;26/11/2026;27/11/2026 08:00", S, "24/11/2026 20:00"),
    "two figures of a year": ("Anna Però;1;26/11/26 20:00;27/11/2026 08:00", S, "24/11/2026 20:00"),
    "a number of a spreadsheet": ("Anna Però;1;46352,83;27/11/2026 08:00", S, "24/11/2026 20:00"),
    "seconds": ("Anna Però;1;26/11/2026 20:00:30;27/11/2026 08:00", S, "24/11/2026 20:00"),
    "no such day": ("Anna Però;1;31/11/2026 20:00;27/11/2026 08:00", S, "non esistono"),
    "no such hour": ("Anna Però;1;26/11/2026 24:00;27/11/2026 08:00", S, "non esistono"),
    "american day": ("Anna Però;1;11/26/2026 20:00;27/11/2026 08:00", S, "non esistono"),
    "year slip": ("Anna Però;1;26/11/2126 20:00;27/11/2126 08:00", S, "controlla l'anno"),
    "starts after it ends": ("Anna Però;1;27/11/2026 08:00;26/11/2026 20:00", E, "colonne sono scambiate"),
    "forgot the next day": ("Anna Però;1;26/11/2026 20:00;26/11/2026 08:00", E, "giorno dopo"),
    "no length": ("Anna Però;1;26/11/2026 20:00;26/11/2026 20:00", E, "colonne sono scambiate"),
    "over": ("Anna Però;1;23/11/2026 20:00;24/11/2026 12:00", E, "già finito"),
    "longer than a week": ("Anna Però;1;26/11/2026 20:00;03/12/2026 22:00", E, "sette giorni"),
    "twice in October": ("Anna Però;1;31/10/2027 02:30;31/10/2027 08:00", S, "due volte"),
    "twice in October, sharp": ("Anna Però;1;30/10/2027 20:00;31/10/2027 02:00", E, "due volte"),
    "never in March": ("Anna Però;1;28/03/2027 02:30;28/03/2027 08:00", S, "non esiste"),
    "never in March, sharp": ("Anna Però;1;27/03/2027 20:00;28/03/2027 02:00", E, "non esiste"),
}


@pytest.mark.parametrize("slip", BAD)
def test_every_slip_is_said_in_its_column_and_the_lines_around_it_are_judged_all_the_same(slip):
    written, column, words = BAD[slip]
    before, line, after = judge(
        "Bruna Riva;2;26/11/2026 20:00;27/11/2026 08:00", written, "Bruna Riva;2;28/11/2026 20:00;29/11/2026 08:00"
    )
    assert (before.problems, after.problems) == ((), ())
    assert line.line.number == 3
    assert line.duty is None
    [found] = [one for one in line.problems if one.column is column]
    assert words in found.sentence


def test_the_hours_beside_a_clock_change_are_taken():
    ends = [
        line.duty.ends_at
        for line in judge(
            "Anna Però;1;30/10/2027 20:00;31/10/2027 03:00", "Anna Però;1;27/03/2027 20:00;28/03/2027 03:00"
        )
    ]
    assert ends == [datetime(2027, 10, 31, 2, tzinfo=UTC), datetime(2027, 3, 28, 1, tzinfo=UTC)]


def test_a_line_with_several_slips_says_them_all():
    [line] = judge("Carla;3;ieri;domani")
    assert [one.column for one in line.problems] == [P, Q, S, E]


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ("Bruna Riva;1;27/11/2026 07:00;27/11/2026 20:00", "Si sovrappone alla riga %(number)d"),
        ("Anna Però;2;27/11/2026 07:00;27/11/2026 20:00", "la stessa persona è già di turno"),
        (NIGHT, "Si sovrappone alla riga %(number)d"),
    ],
)
def test_lines_that_overlap_name_each_other_and_only_the_later_one_is_wrong(second, words):
    one, other = judge(NIGHT, second)
    assert one.problems == ()
    [found] = other.problems
    assert words in found.sentence
    assert found.words == {"number": 2}


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        (Duty(BRUNA, FIRST, DUTY.starts_at, DUTY.ends_at, 7), "Si sovrappone a un turno che c'è già"),
        (Duty(ANNA, SECOND, DUTY.starts_at, DUTY.ends_at, 7), "questa persona ha già un altro turno"),
        (Duty(ANNA, FIRST, DUTY.starts_at, DUTY.ends_at + timedelta(hours=1), 7), "Si sovrappone a un turno"),
    ],
)
def test_a_stored_shift_in_the_way_is_named(stored, words):
    [line] = judge(NIGHT, stored=(stored,))
    [found] = line.problems
    assert words in found.sentence
    assert found.words["other"] == stored.period


def test_a_line_that_is_stored_exactly_so_is_there_already_and_not_wrong():
    [line] = judge(NIGHT, stored=(Duty(ANNA, FIRST, DUTY.starts_at, DUTY.ends_at, 7),))
    assert (line.problems, line.there_already) == ((), True)


def test_holes_between_the_lines_of_a_position_are_told_and_those_outside_are_not():
    lines = judge(
        NIGHT, "Bruna Riva;1;27/11/2026 20:00;28/11/2026 08:00", "Bruna Riva;2;26/11/2026 20:00;27/11/2026 08:00"
    )
    [hole] = gaps_between(lines)
    assert (hole.position, hole.starts_at, hole.ends_at) == (FIRST, DUTY.ends_at, DUTY.ends_at + timedelta(hours=12))


@given(st.binary(max_size=300))
def test_whatever_bytes_come_they_are_lines_or_refused_and_never_an_accident(content):
    for whole in (content, HEADER.encode() + b"\n" + content):
        try:
            lines = lines_of(whole)
        except Unreadable:
            continue
        judged(lines, PEOPLE, (), NOW)


@given(st.datetimes(datetime(2026, 11, 25), datetime(2035, 1, 1)), st.integers(1, 9999))
def test_what_is_taken_is_the_instant_that_is_written(wall, minutes):
    wall = wall.replace(second=0, microsecond=0)
    ends = wall + timedelta(minutes=minutes)
    [line] = judge(f"Anna Però;1;{wall:%d/%m/%Y %H:%M};{ends:%d/%m/%Y %H:%M}")
    if line.duty:
        assert line.duty.starts_at.astimezone(ROME).replace(tzinfo=None) == wall
        assert line.duty.ends_at.astimezone(ROME).replace(tzinfo=None) == ends
    else:
        assert line.problems
