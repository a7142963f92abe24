# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from approdo.access.rules import Actor, Forbidden
from approdo.kit.rows import read
from approdo.recognition.rules import Code, Sign, System, Visit
from approdo.vault import services as vault


@dataclass(frozen=True, slots=True)
class History:
    """A woman's visits to one organisation, the earliest first, and which words of their notes said something."""

    visits: tuple[Visit, ...]
    said: Mapping[str, tuple[str, ...]]
    """Keys of the lexicon by visit; only of visits that have any."""


_HISTORY = """
SELECT person, visit, service_id, arrived_at, codes, signs, said, infant, child FROM recognition_storedvisit
WHERE organisation_id = %s AND person = %s AND arrived_at <= %s ORDER BY arrived_at, visit
"""


def history(actor: Actor, person: str, until: datetime) -> History:
    """Return what is kept of a woman, by her pseudonym, in the actor's organisation, up to an instant and with it.

    One read, which an index answers. The groups she is counted to are not read.
    """
    found = read(_HISTORY, [actor.organisation_id or 0, person, until])
    return History(tuple(map(_visit, found)), {row[1]: tuple(row[6]) for row in found if row[6]})


def _visit(row: tuple[Any, ...]) -> Visit:
    person, visit, service_id, arrived_at, codes, signs, _said, infant, child = row
    return Visit(
        person=person,
        visit=visit,
        site=str(service_id),
        arrived_at=arrived_at,
        codes=frozenset(map(code_of, codes)),
        signs=frozenset(map(Sign, signs)),
        infant=infant,
        child=child,
    )


def code_of(text: str) -> Code:
    """Return the code that a row keeps as text: ``ICD-9-CM 99581``."""
    system, _space, value = text.partition(" ")
    return Code(System(system), value)


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Makes the tokens of one site: of who comes, the same in all of its organisation, and of the site's own visits."""

    of_text: Callable[[str], str]
    service_id: int

    def person(self, identifier: str) -> str:
        """Return the token of an identifier of a person, whatever it is, and be it a pseudonym already."""
        return self.of_text(f"person {_said(identifier)}")

    def visit(self, identifier: str) -> str:
        """Return the token of the number that this site gave to a visit: two sites may count alike."""
        return self.of_text(f"visit {self.service_id} {_said(identifier)}")


def pseudonyms(organisation_id: int, service_id: int) -> Pseudonyms:
    """Return what makes tokens for a site; its organisation's key is asked for once. Raises ``KeysUnavailable``."""
    return Pseudonyms(vault.pseudonyms(organisation_id=organisation_id), service_id)


def pseudonym(organisation_id: int, identifier: str) -> str:
    """Return the token of one person for one organisation; raises ``KeysUnavailable``."""
    return pseudonyms(organisation_id, 0).person(identifier)


def _said(identifier: str) -> str:
    """Return the identifier without what surrounds it; nothing else is taken for equal, least of all capitals."""
    text = identifier.strip()
    if not text:
        raise ValueError("nothing identifies nobody")  # the doors refuse it before, with a sentence
    return text


def department(actor: Actor) -> tuple[int, int]:
    """Return (organisation, service) for whom the actor acts; raises ``Forbidden`` for whoever acts for none."""
    if actor.organisation_id is None or actor.service_id is None:
        raise Forbidden
    return actor.organisation_id, actor.service_id
