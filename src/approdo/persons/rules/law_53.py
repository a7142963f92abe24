# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The five data of law 53/2022, art. 4, as the record says them: a row of codes, and a FHIR R4 document; no name.

They stand once, in the episodes of violence: who he is to her, which kinds of violence, whether there were children,
whether there was stalking; the indicators of revictimisation come from the assessment and are handed in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from approdo.persons.rules.answers import NO, YES, Answers
from approdo.persons.rules.codes import relations, violence_types

UNKNOWN = "unknown"
"""What nobody answered, or she preferred not to say; never «no»."""
SYSTEM = "urn:approdo:law-53-2022"


@dataclass(frozen=True, slots=True)
class FiveData:
    """The five data of one episode; codes, with ``unknown`` where nobody said."""

    day: str
    relation: str
    types: tuple[str, ...]
    children_present: str
    stalking: str
    indicators: tuple[tuple[str, str], ...]
    """(item of the DA5, yes, no or unknown), in the order of the instrument."""

    @property
    def complete(self) -> bool:
        """Tell whether nothing of the five is unknown."""
        values = (self.relation, self.children_present, self.stalking, *(said for _item, said in self.indicators))
        return UNKNOWN not in values and bool(self.types) and bool(self.indicators)


def five_data(episode: Answers, items: Iterable[str], indicators: Mapping[str, str]) -> FiveData:
    """Return the five data of an episode; ``items`` of the DA5, and what was answered to some of them."""
    given = episode.given

    def said(name: str) -> str:
        return str(given.get(name, UNKNOWN))

    types = given.get("types", ())
    return FiveData(
        day=str(given.get("day", "")),
        relation=said("relation"),
        types=types if isinstance(types, tuple) else (types,),
        children_present=said("children_present"),
        stalking=said("stalking"),
        indicators=tuple((item, one if (one := indicators.get(item)) in {YES, NO} else UNKNOWN) for item in items),
    )


def table(alias: str, rows: Sequence[FiveData]) -> list[list[str]]:
    """Return a table of codes with its head: one row for each episode, the types of violence joined by commas."""
    items = [f"da5_{item}" for item, _said in rows[0].indicators] if rows else []
    head = ["alias", "day", "relation", "violence_types", "children_present", "stalking", *items]
    return [
        head,
        *(
            [
                alias,
                row.day,
                row.relation,
                ",".join(row.types) or UNKNOWN,
                row.children_present,
                row.stalking,
                *(said for _item, said in row.indicators),
            ]
            for row in rows
        ),
    ]


def fhir(alias: str, rows: Sequence[FiveData], at: datetime) -> dict[str, Any]:
    """Return a FHIR R4 Bundle (collection) with a QuestionnaireResponse for each episode.

    The woman is an identifier of ours, the alias; an item without an answer is not known (HL7 FHIR R4, 4.0.1).
    """
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": at.isoformat(),
        "entry": [
            {"fullUrl": f"{SYSTEM}:episode:{number}", "resource": _response(alias, row, at)}
            for number, row in enumerate(rows, start=1)
        ],
    }


def _response(alias: str, row: FiveData, at: datetime) -> dict[str, Any]:
    known_relations, known_types = relations(), violence_types()
    day = [{"valueDate": row.day}] if row.day else []
    relation = [] if row.relation == UNKNOWN else [_coding("relation", row.relation, known_relations)]
    answered = [
        ("day", day),
        ("relation", relation),
        ("violence_types", [_coding("violence-type", one, known_types) for one in row.types]),
        ("children_present", _boolean(row.children_present)),
        ("stalking", _boolean(row.stalking)),
        *((f"da5_{item}", _boolean(said)) for item, said in row.indicators),
    ]
    return {
        "resourceType": "QuestionnaireResponse",
        "status": "completed" if row.complete else "in-progress",
        "subject": {"type": "Patient", "identifier": {"system": f"{SYSTEM}:alias", "value": alias}},
        "authored": at.isoformat(),
        "item": [{"linkId": link, **({"answer": answer} if answer else {})} for link, answer in answered],
    }


def _coding(system: str, code: str, labels: Mapping[str, str]) -> dict[str, Any]:
    return {"valueCoding": {"system": f"{SYSTEM}:{system}", "code": code, "display": labels[code]}}


def _boolean(said: str) -> list[dict[str, Any]]:
    return [] if said == UNKNOWN else [{"valueBoolean": said == YES}]
