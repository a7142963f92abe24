# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from approdo.kit.errors import Refusal
from approdo.kit.words import mark as _
from approdo.recognition.gateways import Bundle, Identifiers, Mapped, digest_of, is_bundle
from approdo.recognition.rules import Fault, HospitalMapping, written_mapping
from approdo.recognition.rules.records import Source, UnreadableFile

_MOST_BYTES = 1_000_000  # beyond what a mapping may have: it is refused by whoever reads it
NO_MAPPING = _("Per questo file serve una mappatura, che dice quale colonna è che cosa.")


class BadMapping(Refusal):
    """A mapping that may not be used; ``faults`` say where and why."""

    status = 422
    code = "bad_mapping"
    sentence = _("La mappatura non va bene.")

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__()
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that is ready to be brought in, and the digests by which it is known again."""

    source: Source
    file_digest: str
    mapping_digest: str


def open_file(*, path: Path, mapping: Path | None, patient: str = "", visit: str = "", now: datetime) -> Opened:
    """Open a file of visits: CSV, XLSX or Parquet with its hospital's mapping, or a FHIR Bundle without one.

    ``patient`` and ``visit`` are the systems of the identifiers by which a Bundle's patients and encounters are known;
    by the ids of the resources where they are empty. Raises ``UnreadableFile``, ``BadMapping``.
    """
    if is_bundle(path):
        return Opened(Bundle(path, Identifiers(patient, visit)), digest_of(path), f"fhir {patient} {visit}")
    if mapping is None:
        raise UnreadableFile(NO_MAPPING)
    return Opened(Mapped(path, read_mapping(mapping), now), digest_of(path), digest_of(mapping))


def read_mapping(path: Path) -> HospitalMapping:
    """Return a hospital's mapping from its file; raises ``BadMapping``."""
    with path.open("rb") as file:
        mapping, faults = written_mapping(file.read(_MOST_BYTES))
    if mapping is None:
        raise BadMapping(tuple(faults))
    return mapping
