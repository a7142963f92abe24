# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What somebody wrote in an entry: checked, then a document that is sealed as a whole."""

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from approdo.kit.errors import Invalid
from approdo.kit.words import mark as _
from approdo.persons.rules.kinds import SHAPES, Field, Form, Kind

LONGEST_LINE = 200
LONGEST_TEXT = 8_000
YES, NO = "yes", "no"

_A_DAY = Field("at", "", Form.PAST_DAY)

Answer = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered, by field, and what she preferred not to say; what is in neither is not known."""

    given: Mapping[str, Answer]
    declined: frozenset[str] = frozenset()

    def document(self) -> bytes:
        """Return the document that is sealed: JSON in UTF-8, keys in order."""
        plain = {
            "given": {name: _plain(answer) for name, answer in self.given.items()},
            "declined": sorted(self.declined),
        }
        return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def read(cls, document: bytes) -> "Answers":
        """Return the answers of a document that was opened."""
        plain = json.loads(document)
        given = {name: tuple(one) if isinstance(one, list) else str(one) for name, one in plain["given"].items()}
        return cls(given, frozenset(plain["declined"]))


def _plain(answer: Answer) -> str | list[str]:
    return list(answer) if isinstance(answer, tuple) else answer


def check(kind: Kind, written: Mapping[str, str | Iterable[str]], declined: Iterable[str], today: date) -> Answers:
    """Return the answers among what was written, without what was left empty.

    Raises ``Invalid`` with a sentence for each field that cannot be: unknown, not in its list, too long, with control
    characters, a day that does not exist or has not come yet; or answered and declined at once.
    """
    shape, refused = SHAPES[kind], frozenset(declined)
    given: dict[str, Answer] = {}
    problems: dict[str, str] = {}
    for name in [*written, *refused]:
        field = shape.field(name)
        if field is None:
            problems[""] = _("Questo modulo non è completo: ricarica la pagina.")
            continue
        answer, problem = _answer(field, written.get(name, ""), today)
        if answer and name in refused:
            problem = _("O la risposta, oppure «preferisce non rispondere».")
        if problem:
            problems[name] = problem
        elif answer:
            given[name] = answer
    if not problems and not given and not refused:
        problems[""] = _("Non c'è ancora niente di scritto.")
    if problems:
        raise Invalid(problems)
    return Answers(given, refused)


def _answer(field: Field, written: str | Iterable[str], today: date) -> tuple[Answer, str]:
    """Return (answer, problem): one of them is empty, or both when nothing was written."""
    if field.form is Form.CODES:
        chosen = tuple(
            dict.fromkeys(one for one in ([written] if isinstance(written, str) else written) if one.strip())
        )
        known = field.choices() if field.choices else {}
        return (chosen, "") if all(one in known for one in chosen) else ((), _("Scegli dall'elenco."))
    if not isinstance(written, str):
        return "", _("Una risposta sola.")
    text = unicodedata.normalize("NFC", written).replace("\r\n", "\n").strip()
    if not text:
        return "", ""
    return (text, "") if not (problem := _problem(field, text, today)) else ("", problem)


def _problem(field: Field, text: str, today: date) -> str:
    longest = LONGEST_TEXT if field.form is Form.TEXT else LONGEST_LINE
    if len(text) > longest:
        return _("È troppo lungo: accorcialo un poco.")
    allowed = "\n\t" if field.form is Form.TEXT else ""
    if any(unicodedata.category(sign) in {"Cc", "Cs"} and sign not in allowed for sign in text):
        return _("Ci sono segni che non si possono scrivere.")
    if field.form is Form.YES_NO and text not in {YES, NO}:
        return _("Scegli sì o no, oppure lascia in bianco.")
    if field.form is Form.CODE and text not in (field.choices() if field.choices else {}):
        return _("Scegli dall'elenco.")
    if field.form in {Form.DAY, Form.PAST_DAY}:
        return _day_problem(field, text, today)
    return _moment_problem(text, today) if field.form is Form.MOMENT else ""


def _moment_problem(text: str, today: date) -> str:
    day, _between, hour = text.partition("T")
    try:
        datetime.fromisoformat(text)
        well_written = len(hour) == len("03:20")
    except ValueError:
        well_written = False
    return _day_problem(_A_DAY, day, today) if well_written else _("Scrivi giorno e ora, come 2026-11-27T03:20.")


def _day_problem(field: Field, text: str, today: date) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _("Questo giorno non esiste: scrivilo come 2026-11-27.")
    if field.form is Form.PAST_DAY and day > today:
        return _("Questo giorno deve ancora venire.")
    if day.year < 1900:
        return _("Questo giorno è troppo lontano nel passato.")
    return ""
