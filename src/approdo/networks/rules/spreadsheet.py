# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A rota written in a spreadsheet: its bytes as lines, and each line as a shift or as what is wrong with it."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import StrEnum

from approdo.kit.words import mark as _
from approdo.networks.rules.hours import ROME, Period, instant, without
from approdo.networks.rules.rota import FIRST, LONGEST_SHIFT, SECOND, Duty, overlaps
from approdo.networks.rules.views import folded

SHEET_BYTES = 256 * 1024
SHEET_LINES = 1000
_CELL = 200
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ";\t,"
_WHEN = re.compile(
    r"(?:(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4})|(?P<iso>\d{4}-\d{1,2}-\d{1,2}))"
    r"[ T]+(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.]00(?:\.0+)?)?"
)
_DAY = re.compile(r"\s*(\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d{1,2}-\d{1,2})\b")


class Column(StrEnum):
    """What a column of the sheet says."""

    PERSON = "persona"
    POSITION = "posizione"
    STARTS = "inizio"
    ENDS = "fine"


COLUMNS: Mapping[Column, frozenset[str]] = {
    Column.PERSON: frozenset({"persona", "nome", "chi", "operatrice", "person"}),
    Column.POSITION: frozenset({"posizione", "position"}),
    Column.STARTS: frozenset({"inizio", "dal", "dalle", "start"}),
    Column.ENDS: frozenset({"fine", "al", "alle", "end"}),
}
_POSITION_WORDS = {"1": FIRST, "prima": FIRST, "first": FIRST, "2": SECOND, "seconda": SECOND, "second": SECOND}
TEMPLATE = ("\ufeff" + ";".join(Column) + "\r\n").encode()
"""The sheet to fill: with the mark by which spreadsheets recognise UTF-8, and the separator they expect in Italy."""


class Unreadable(Exception):
    """A file that is not a rota at all; the sentence says why and what to do."""

    def __init__(self, sentence: str, **words: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.words = words


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the sheet as it was written, with the number that the spreadsheet gives it."""

    number: int
    cells: Mapping[Column, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a line: in which column, and a sentence with the words it needs."""

    column: Column | None
    sentence: str
    words: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judged:
    """A line as it was judged: a shift, perhaps one that is there already, or what is wrong."""

    line: Line
    duty: Duty | None
    problems: tuple[Problem, ...] = ()
    there_already: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who may be named in a sheet: by her displayed name, or by her e-mail address."""

    operator_id: int
    name: str
    email: str


def lines_of(content: bytes) -> list[Line]:
    """Return the lines of a sheet; raises ``Unreadable`` for what is none."""
    if len(content) > SHEET_BYTES:
        raise Unreadable(_("Il file è troppo grande: al massimo 256 KB. Dividilo in più file."))
    if content.startswith(_WORKBOOKS) or b"\0" in content:
        raise Unreadable(_("Questo non è un file CSV. Nel foglio di calcolo scegli «Salva con nome», «CSV UTF-8»."))
    text = _text(content)
    first, _newline, _rest = text.partition("\n")
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise Unreadable(_("Nel file ci sono virgolette aperte e mai chiuse: toglile.")) from error
    if not rows or not any(rows[0]):
        raise Unreadable(_("Il file è vuoto: la prima riga deve avere i nomi delle colonne, come nel modello."))
    return list(_lines(rows))


def judged(lines: Iterable[Line], people: Sequence[Known], stored: Sequence[Duty], now: datetime) -> tuple[Judged, ...]:
    """Judge every line alone, then beside the lines before it and the shifts that are stored."""
    names = _by_name(people)
    result: list[Judged] = []
    seen: list[tuple[Line, Duty]] = []
    there = {_key(one) for one in stored}
    for line in lines:
        duty, problems = _alone(line, names, now)
        if duty is None:
            result.append(Judged(line, None, tuple(problems)))
            continue
        clash = _clash_between_lines(duty, seen)
        already = _key(duty) in there
        if clash is None and not already:
            clash = _clash_with_stored(duty, stored)
        seen.append((line, duty))
        result.append(Judged(line, duty, (clash,) if clash else (), there_already=already and clash is None))
    return tuple(result)


def gaps_between(lines: Sequence[Judged]) -> list[Duty]:
    """Return the holes that the lines of each position leave between the first and the last, as shifts of nobody."""
    holes = []
    for position in (FIRST, SECOND):
        periods = [one.duty.period for one in lines if one.duty and one.duty.position == position]
        if periods:
            whole = Period(min(one.starts_at for one in periods), max(one.ends_at for one in periods))
            holes += [Duty(0, position, hole.starts_at, hole.ends_at) for hole in without(whole, periods)]
    return holes


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(_("Le lettere di questo file non si leggono: nel foglio di calcolo salvalo come «CSV UTF-8»."))


def _lines(rows: Sequence[Sequence[str]]) -> Iterator[Line]:
    place = _columns(rows[0])
    filled = [(number, row) for number, row in enumerate(rows[1:], 2) if any(cell.strip() for cell in row)]
    if not filled:
        raise Unreadable(_("Nel file ci sono solo i nomi delle colonne: scrivi un turno per riga."))
    if len(filled) > SHEET_LINES:
        raise Unreadable(_("Il file ha più di mille righe: dividilo in più file."))
    for number, row in filled:
        yield Line(number, {one: row[at].strip()[:_CELL] if at < len(row) else "" for one, at in place.items()})


def _columns(header: Sequence[str]) -> dict[Column, int]:
    """Return where each column is, by its name: their order is hers to choose."""
    named = [folded(cell) for cell in header]
    place: dict[Column, int] = {}
    for column, words in COLUMNS.items():
        found = [at for at, name in enumerate(named) if name in words]
        if not found:
            sentence = _("Nella prima riga manca la colonna «%(column)s»: i nomi sono quelli del modello.")
            raise Unreadable(sentence, column=column.value)
        if len(found) > 1:
            sentence = _("La colonna «%(column)s» c'è due volte: lasciane una sola.")
            raise Unreadable(sentence, column=column.value)
        place[column] = found[0]
    return place


def _by_name(people: Sequence[Known]) -> dict[str, list[Known]]:
    names: dict[str, list[Known]] = {}
    for one in people:
        for word in {folded(one.name), one.email.lower()} - {""}:
            names.setdefault(word, []).append(one)
    return names


def _alone(line: Line, names: Mapping[str, Sequence[Known]], now: datetime) -> tuple[Duty | None, list[Problem]]:
    problems: list[Problem] = []
    person = _person(line.cells[Column.PERSON], names)
    position = _position(line.cells[Column.POSITION])
    starts, ends = _when(line, Column.STARTS), _when(line, Column.ENDS)
    problems += [one for one in (person, position, starts, ends) if isinstance(one, Problem)]
    if isinstance(starts, datetime) and isinstance(ends, datetime) and (wrong := _order(starts, ends, now)):
        problems.append(wrong)
    if problems or not (
        isinstance(person, int)
        and isinstance(position, int)
        and isinstance(starts, datetime)
        and isinstance(ends, datetime)
    ):
        return None, problems
    return Duty(person, position, starts, ends), []


def _person(text: str, names: Mapping[str, Sequence[Known]]) -> int | Problem:
    if not text:
        return Problem(Column.PERSON, _("Manca la persona: scrivi il nome com'è nella pagina Persone."))
    if _DAY.match(text):
        return Problem(Column.PERSON, _("Qui c'è una data al posto di un nome: forse le colonne sono scambiate."))
    found = names.get(text.lower()) or names.get(folded(text)) or ()
    if not found:
        return Problem(
            Column.PERSON,
            _("Nessuno in questo servizio si chiama così: scrivi il nome com'è nella pagina Persone, o la sua posta."),
        )
    if len(found) > 1:
        return Problem(Column.PERSON, _("Due persone di questo servizio si chiamano così: scrivi la posta."))
    return found[0].operator_id


def _position(text: str) -> int | Problem:
    first, _space, rest = folded(text).partition(" ")
    known = _POSITION_WORDS.get(first) if rest in {"", "persona", "person"} else None
    return known or Problem(Column.POSITION, _("Scrivi 1 per la prima persona, 2 per la seconda."))


def _when(line: Line, column: Column) -> datetime | Problem:
    text = line.cells[column]
    found = _WHEN.fullmatch(text)
    if found is None:
        if text and not _DAY.match(text) and any(letter.isalpha() for letter in text):
            return Problem(column, _("Qui ci sono parole al posto di giorno e ora: forse le colonne sono scambiate."))
        return Problem(column, _("Scrivi giorno e ora così: 24/11/2026 20:00."))
    try:
        day = _day(found)
        at = time(int(found["hour"]), int(found["minute"]))
    except ValueError:
        return Problem(column, _("Questo giorno o quest'ora non esistono nel calendario: controlla i numeri."))
    if not 2000 <= day.year < 2100:
        return Problem(column, _("Questo giorno è troppo lontano: controlla l'anno."))
    return _unambiguous(column, datetime.combine(day, at))


def _day(found: re.Match[str]) -> date:
    if iso := found["iso"]:
        year, month, day = map(int, iso.split("-"))
        return date(year, month, day)
    return date(int(found["y"]), int(found["m"]), int(found["d"]))


def _unambiguous(column: Column, wall: datetime) -> datetime | Problem:
    """Return the instant of an hour that occurs once: in a file nobody can be asked which one was meant."""
    first, second = (wall.replace(tzinfo=ROME, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return instant(wall.date(), wall.time())
    if first.astimezone(ROME).replace(tzinfo=None) == wall:
        sentence = _("Quella notte quest'ora viene due volte: scrivi un'ora prima delle 2:00, o dalle 3:00.")
        return Problem(column, sentence)
    return Problem(column, _("Quella notte l'orologio salta dalle 2 alle 3 e quest'ora non esiste: scrivi 03:00."))


def _order(starts: datetime, ends: datetime, now: datetime) -> Problem | None:
    if ends <= starts:
        sentence = _("La fine non viene dopo l'inizio: forse le due colonne sono scambiate, o manca il giorno dopo.")
        return Problem(Column.ENDS, sentence)
    if ends - starts > LONGEST_SHIFT:
        return Problem(Column.ENDS, _("Un turno dura al massimo sette giorni: dividilo in più turni."))
    if ends <= now:
        return Problem(Column.ENDS, _("Questo turno è già finito, e il passato non si riscrive: togli la riga."))
    return None


def _clash_between_lines(duty: Duty, seen: Iterable[tuple[Line, Duty]]) -> Problem | None:
    for line, other in seen:
        if overlaps(duty, other):
            words = {"number": line.number}
            if duty.position == other.position:
                return Problem(None, _("Si sovrappone alla riga %(number)d, nella stessa posizione."), words)
            return Problem(None, _("Nella riga %(number)d la stessa persona è già di turno in quelle ore."), words)
    return None


def _clash_with_stored(duty: Duty, stored: Iterable[Duty]) -> Problem | None:
    hit = [other for other in stored if overlaps(duty, other)]
    if not hit:
        return None
    other = min(hit, key=lambda one: one.starts_at)
    words = {"other": other.period}
    if duty.position == other.position:
        return Problem(None, _("Si sovrappone a un turno che c'è già: %(other)s. Togli la riga, o quel turno."), words)
    return Problem(None, _("In quelle ore questa persona ha già un altro turno: %(other)s."), words)


def _key(duty: Duty) -> tuple[int, int, datetime, datetime]:
    return duty.operator_id, duty.position, duty.starts_at, duty.ends_at
