# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files of visits as an invented hospital exports them, and who brings them in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from tests.factories.networks import NOON, a_service

from approdo.access.rules import Actor, Purpose
from approdo.networks.rules import ServiceKind
from approdo.recognition import services
from approdo.recognition.rules.incoming import Unread

MAPPING: dict[str, Any] = {
    "format": 1,
    "title": "Ospedale inventato",
    "site": "PS",
    "usual_system": "ICD-9-CM",
    "columns": {
        "person": "paziente",
        "visit": "accesso",
        "arrived_at": {"column": "arrivo", "form": "DD/MM/YYYY hh:mm"},
        "born": {"column": "nascita", "form": "DD/MM/YYYY"},
        "women": {"column": "sesso", "values": ["F"]},
        "codes": [{"column": "diagnosi", "separator": "|"}],
        "signs": {"violence_by_others": [{"column": "trauma", "values": ["4"]}]},
        "italian": {"column": "cittadinanza", "values": ["ITA"]},
        "note": "anamnesi",
    },
}
COLUMNS = ("accesso", "paziente", "arrivo", "nascita", "sesso", "diagnosi", "trauma", "cittadinanza", "anamnesi")


def a_department() -> Actor:
    """Return the host acting for an emergency department."""
    service = a_service(kind=ServiceKind.EMERGENCY_DEPARTMENT)
    return Actor(None, service.organisation_id, service.pk, None, Purpose.OPERATION)


def a_row(number: int = 1, **changed: Any) -> dict[str, Any]:
    """Return a good row of a woman's visit; another number is another woman."""
    return {
        "accesso": f"A{number}",
        "paziente": f"P{number}",
        "arrivo": f"{1 + number % 28:02d}/03/2026 10:30",
        "nascita": "02/05/1990",
        "sesso": "F",
        "diagnosi": "873.0|E888",
        "trauma": "",
        "cittadinanza": "ITA",
        "anamnesi": "",
    } | changed


def a_csv(path: Path, rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = COLUMNS) -> Path:
    """Write rows as they are, without quotes of its own, so that a test breaks what it likes."""
    lines = [";".join(columns), *(";".join(str(row[name]) for name in columns) for row in rows)]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def a_mapping(directory: Path, **changed: Any) -> Path:
    """Write the mapping of the invented hospital."""
    path = directory / "ospedale.yaml"
    path.write_text(yaml.safe_dump(MAPPING | changed), encoding="utf-8")
    return path


class Door:
    """Brings files in, as the command does, and remembers which lines were rejected."""

    def __init__(self, directory: Path, actor: Actor, now: datetime = NOON) -> None:
        self.actor, self.now, self.mapping = actor, now, a_mapping(directory)
        self.rejected: list[Unread] = []
        self.told: list[float] = []

    def bring_in(self, path: Path, *, dry: bool = False, again: bool = False) -> services.Report:
        """Bring a file in; the words of a note are the keys it says."""
        self.rejected, self.told = [], []
        opened = services.open_file(path=path, mapping=self.mapping, now=self.now)

        def tell(done: float, rejected: Sequence[Unread]) -> None:
            self.told.append(done)
            self.rejected += rejected

        return services.bring_in(
            actor=self.actor,
            source=opened.source,
            order=services.Order(opened.file_digest, opened.mapping_digest, dry=dry, again=again),
            reading=lambda note: [word for word in note.split() if word == "spinta"],
            now=self.now,
            tell=tell,
        )

    def reasons(self) -> list[tuple[int, str, str]]:
        """Return where and why lines were rejected."""
        return [(one.line, one.column, one.reason.value) for whole in self.rejected for one in (whole, *whole.more)]
