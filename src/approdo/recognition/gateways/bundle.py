# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A FHIR R4 Bundle: patients, emergency encounters, and the conditions and observations that were noted in them."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from approdo.kit.words import mark as _
from approdo.recognition.rules import Code, NotACode, Sign, Subgroup, System, Visit, age_band, read_code
from approdo.recognition.rules.importing import Aside, Reason
from approdo.recognition.rules.incoming import Incoming, Item, LeftOut, Sex, Unread
from approdo.recognition.rules.reading import CHILD_BELOW, INFANT_BELOW
from approdo.recognition.rules.records import BROKEN_FILE, NO_BUNDLE, TOO_LARGE, UnreadableFile
from approdo.recognition.rules.subgroup import years_at

BUNDLE_BYTES = 50_000_000
"""It is held whole: one woman's record of a life is a tenth of this."""
_READ = ("Patient", "Encounter", "Condition", "Observation")
SYSTEMS = {
    "http://hl7.org/fhir/sid/icd-9-cm": System.ICD_9_CM,
    "http://hl7.org/fhir/sid/icd-10": System.ICD_10,
    "http://hl7.org/fhir/sid/icd-10-cm": System.ICD_10,
}
"""https://hl7.org/fhir/R4/terminologies-systems.html"""
_NAMES = {"http://snomed.info/sct": "SNOMED CT", "http://loinc.org": "LOINC"}
_PREGNANT = {("http://loinc.org", "LA15173-0"), ("http://snomed.info/sct", "77386006")}
"""What the answer to LOINC 82810-3, pregnancy status, may be (International Patient Summary)."""
_PREGNANCY_STATUS = ("http://loinc.org", "82810-3")
_NEVER_WAS = {"cancelled", "entered-in-error", "planned"}
_NOT_SO = {"refuted", "entered-in-error", "cancelled"}
_OF_ANOTHER = _("È di una persona diversa da quella dell'accesso in cui è scritta.")
_SEXES = {"female": Sex.FEMALE, "male": Sex.MALE}


@dataclass(frozen=True, slots=True)
class Identifiers:
    """By which identifiers patients and encounters are known; without a system, by the id of the resource."""

    patient: str = ""
    encounter: str = ""


@dataclass(slots=True)
class _Noted:
    """What was noted in one encounter."""

    codes: set[Code] = field(default_factory=set)
    signs: set[Sign] = field(default_factory=set)


class Bundle:
    """One Bundle in JSON; its entries are counted from 1. A resource that is wrong is one entry lost, no more."""

    unnamed: tuple[int, ...] = ()

    def __init__(self, path: Path, identifiers: Identifiers) -> None:
        if path.stat().st_size > BUNDLE_BYTES:
            raise UnreadableFile(TOO_LARGE)
        self._identifiers = identifiers
        self._entries = _entries(path)
        self.not_read: Mapping[str, int] = {}
        """Codes of classifications that are not read, by the name of the classification, nothing for an unknown one."""

    def __iter__(self) -> Iterator[tuple[Item, float]]:
        """Yield what could not be read, then every encounter."""
        self._not_read: Counter[str] = Counter()
        self.not_read = self._not_read
        found, unread = self._resources()
        links = _Links(found)
        noted: dict[int, _Noted] = defaultdict(_Noted)
        for one in found:
            unread += self._note(one, links, noted)
        total = max(len(self._entries), 1)
        for problem in sorted(unread, key=lambda problem: problem.line):
            yield problem, problem.line / total
        for one in found:
            if one.kind == "Encounter":
                yield self._visit(one, links, noted[one.line]), one.line / total

    def _resources(self) -> tuple[list["_Resource"], list[Unread]]:
        found: list[_Resource] = []
        unread: list[Unread] = []
        for line, entry in enumerate(self._entries, 1):
            resource = entry.get("resource") if isinstance(entry, dict) else None
            kind = resource.get("resourceType") if isinstance(resource, dict) else None
            if kind not in _READ:
                continue
            read = _validated(kind, resource)
            if read is None:
                unread.append(Unread(line, Reason.NOT_FHIR, kind))
            else:
                found.append(_Resource(line, kind, read, str(entry.get("fullUrl") or "")))
        return found, unread

    def _note(self, one: "_Resource", links: "_Links", noted: dict[int, _Noted]) -> list[Unread]:
        """Note in its encounters what a resource says of them; return what of it could not be read."""
        encounters = links.encounters_of(one)
        verified = {code for _system, code in _codings(getattr(one.read, "verificationStatus", None))}
        if _NOT_SO & {getattr(one.read, "status", None), *verified}:
            return []
        codes, unread = self._codes(one)
        signs = {Sign.PREGNANT} if _says_pregnant(one) else set()
        if (codes or signs) and not encounters:
            return [*unread, Unread(one.line, Reason.NO_SUCH_RESOURCE, f"{one.kind}.encounter")]
        if (codes or signs) and not all(links.is_of_same(one, encounter) for encounter in encounters):
            return [*unread, Unread(one.line, Reason.NO_SUCH_RESOURCE, f"{one.kind}.subject", _OF_ANOTHER)]
        for encounter in encounters:
            noted[encounter.line].codes |= codes
            noted[encounter.line].signs |= signs
        return unread

    def _codes(self, one: "_Resource") -> tuple[set[Code], list[Unread]]:
        codes: set[Code] = set()
        unread: list[Unread] = []
        for system, value in [coding for concept in one.concepts() for coding in _codings(concept)]:
            if system not in SYSTEMS:
                self._not_read[_NAMES.get(system, "")] += 1
                continue
            try:
                codes.add(read_code(value, SYSTEMS[system]))
            except NotACode:
                unread.append(Unread(one.line, Reason.UNKNOWN_CODE, one.kind))
        return codes, unread

    def _visit(self, one: "_Resource", links: "_Links", noted: _Noted) -> Item:
        if one.read.status in _NEVER_WAS or not _is_emergency(one.read):
            return LeftOut(one.line, Aside.NOT_EMERGENCY)
        patient = links.named(one.read.subject)
        if patient is None or patient.kind != "Patient":
            why = Reason.TWO_PEOPLE if links.is_ambiguous(one.read.subject) else Reason.NO_SUCH_RESOURCE
            return Unread(one.line, why, "Encounter.subject")
        arrived_at = one.read.period.start if one.read.period else None
        if arrived_at is None:
            return Unread(one.line, Reason.MISSING, "Encounter.period.start")
        if not isinstance(arrived_at, datetime) or arrived_at.tzinfo is None:
            return Unread(one.line, Reason.BAD_DATE, "Encounter.period.start")
        person, visit = patient.known_by(self._identifiers.patient), one.known_by(self._identifiers.encounter)
        if not person or not visit:
            return Unread(one.line, Reason.MISSING, "Patient.identifier" if not person else "Encounter.identifier")
        said, shown = frozenset(noted.codes), frozenset(noted.signs)
        return _incoming(one.line, Visit(person, visit, "", arrived_at, said, shown), patient)


def _incoming(line: int, visit: Visit, patient: "_Resource") -> Incoming:
    """Return the visit of a woman or of a child, or of a man only that he was there."""
    sex = _SEXES.get(patient.read.gender or "", Sex.UNKNOWN)
    birth, day = _birth(patient.read.birthDate), visit.arrived_at.date()
    years = years_at(birth, day)
    infant = years is not None and years < INFANT_BELOW
    child = years is not None and INFANT_BELOW <= years < CHILD_BELOW
    kept = replace(visit, infant=infant, child=child) if sex is not Sex.MALE or infant else None
    year = birth.year if isinstance(birth, date) else birth
    return Incoming(line, visit.person, kept, sex, Subgroup(age_band(birth, day), birth_year=year), birth)


@dataclass(frozen=True, slots=True)
class _Resource:
    line: int
    kind: str
    read: Any
    url: str

    @property
    def who(self) -> tuple[Any, ...]:
        """Return what tells one person from another; nothing of what is no person."""
        return (self.read.gender, self.read.birthDate) if self.kind == "Patient" else ()

    def concepts(self) -> list[Any]:
        """Return where this kind of resource says with codes what was found."""
        if self.kind == "Encounter":
            return list(self.read.reasonCode or ())
        return [getattr(self.read, name, None) for name in ("code", "valueCodeableConcept")]

    def known_by(self, system: str) -> str:
        """Return its id, or its only identifier of a system; nothing when there is none, or more than one."""
        if not system:
            return self.read.id or self.url
        values = {one.value for one in self.read.identifier or () if one.system == system and one.value}
        return values.pop() if len(values) == 1 else ""


class _Links:
    """Which resource a reference names, and in which encounters something was noted."""

    def __init__(self, found: list[_Resource]) -> None:
        self._named: dict[str, _Resource] = {}
        self._ambiguous: set[str] = set()
        for one in found:
            for name in (one.url, f"{one.kind}/{one.read.id}" if one.read.id else ""):
                if self._named.setdefault(name, one).who != one.who:
                    self._ambiguous.add(name)
        self._named.pop("", None)
        self._reasons: dict[int, list[_Resource]] = defaultdict(list)
        for one in found:
            if one.kind == "Encounter":
                reasons = [diagnosis.condition for diagnosis in one.read.diagnosis or ()]
                for named in map(self.named, [*reasons, *(one.read.reasonReference or ())]):
                    if named is not None:
                        self._reasons[named.line].append(one)

    def named(self, reference: Any) -> _Resource | None:
        """Return what a reference names inside this bundle, whatever version of it; nothing where it names two."""
        return None if self.is_ambiguous(reference) else self._named.get(_name(reference))

    def is_ambiguous(self, reference: Any) -> bool:
        """Tell whether a reference names two people of this bundle."""
        return _name(reference) in self._ambiguous

    def is_of_same(self, one: _Resource, encounter: _Resource) -> bool:
        """Tell whether a resource is of who came in an encounter; one that does not say of whom is of that one."""
        whose, hers = _name(getattr(one.read, "subject", None)), _name(encounter.read.subject)
        if whose in {"", hers}:
            return True
        return self._named.get(whose) is not None and self._named.get(whose) is self._named.get(hers)

    def encounters_of(self, one: _Resource) -> list[_Resource]:
        """Return the encounters in which a resource was noted; an encounter is its own."""
        if one.kind == "Encounter":
            return [one]
        own = self.named(getattr(one.read, "encounter", None))
        return [*self._reasons[one.line], *([own] if own is not None and own.kind == "Encounter" else [])]


def _name(reference: Any) -> str:
    text: str = getattr(reference, "reference", None) or ""
    return text.partition("/_history/")[0]


def _entries(path: Path) -> list[Any]:
    try:
        read = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(BROKEN_FILE) from error
    if not isinstance(read, dict) or read.get("resourceType") != "Bundle" or not isinstance(read.get("entry"), list):
        raise UnreadableFile(NO_BUNDLE)
    entries: list[Any] = read["entry"]
    return entries


def _validated(kind: str, resource: Any) -> Any:
    """Return the resource as its R4B model reads it, or None; what the model says against it quotes it, and is lost."""
    from fhir.resources.R4B import get_fhir_model_class
    from pydantic import ValidationError

    try:
        return get_fhir_model_class(kind).model_validate(resource)
    except (ValidationError, ValueError, TypeError, RecursionError):
        return None


def _codings(concept: Any) -> list[tuple[str, str]]:
    return [(one.system or "", one.code) for one in getattr(concept, "coding", None) or () if one.code]


def _is_emergency(encounter: Any) -> bool:
    """Tell whether she came through the emergency department, also when she was admitted afterwards."""
    classes = [encounter.class_fhir, *(one.class_fhir for one in encounter.classHistory or ())]
    return any(one is not None and one.code == "EMER" for one in classes)


def _says_pregnant(one: _Resource) -> bool:
    asked = _codings(getattr(one.read, "code", None))
    answered = _codings(getattr(one.read, "valueCodeableConcept", None))
    return one.kind == "Observation" and _PREGNANCY_STATUS in asked and bool(_PREGNANT & set(answered))


def _birth(value: Any) -> date | int | None:
    """Return a day of birth, or a year when no more is known."""
    if isinstance(value, date) or value is None:
        return value
    return int(str(value)[:4])
