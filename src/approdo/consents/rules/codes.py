# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The codes of the room: how consent was given, why it was passed by, why somebody is kept out."""

from enum import StrEnum


class SharingPurpose(StrEnum):
    """What a service needs the slices for (GDPR art. 5.1.b; security.md, P17)."""

    PROTECTION = "protection"
    HEALTH_CARE = "health_care"
    SUPPORT = "support"
    HOUSING = "housing"
    LEGAL_PROTECTION = "legal_protection"
    CHILDREN = "children"
    COORDINATION = "coordination"


class Basis(StrEnum):
    """On what a grant rests: her word, or a norm that does not ask for it."""

    CONSENT = "consent"
    LEGAL = "legal"


class HowGiven(StrEnum):
    """How she said yes."""

    READ_ALOUD = "read_aloud"
    WRITTEN = "written"
    INTERPRETER = "interpreter"


class Proof(StrEnum):
    """Where the proof of her yes is kept; the paper itself stays with the service."""

    SIGNED_FORM = "signed_form"
    NOTED_BY_OPERATOR = "noted_by_operator"
    NOTED_BY_TWO = "noted_by_two"
    INTERPRETER_SIGNED = "interpreter_signed"


class Norm(StrEnum):
    """The norm that lets data be shared without consent.

    Named from knowledge, not read at the source: art. 331 and 334 of the code of criminal procedure (report by public
    officials, medical report), art. 403 of the civil code (urgent protection of a child), an order of the court,
    GDPR art. 6.1.d and 9.2.c (vital interests).
    """

    REPORT_BY_OFFICIALS = "report_by_officials"
    MEDICAL_REPORT = "medical_report"
    CHILD_PROTECTION = "child_protection"
    COURT_ORDER = "court_order"
    VITAL_INTERESTS = "vital_interests"


class LegalReason(StrEnum):
    """Why the norm applied; what is told in words is sealed elsewhere."""

    DUTY = "duty"
    DANGER = "danger"
    CHILD_AT_RISK = "child_at_risk"
    ORDERED = "ordered"
    CANNOT_CONSENT = "cannot_consent"


class NotSharedReason(StrEnum):
    """Why a slice is not shared with a service."""

    SHE_SAID_NO = "she_said_no"
    NOT_ASKED_YET = "not_asked_yet"
    NOT_NEEDED = "not_needed"
    NOT_SAFE = "not_safe"
    OTHER_PERSONS = "other_persons"


class BlockReason(StrEnum):
    """Why an operator is kept out of a case (security.md, P14); it accuses nobody."""

    SHE_ASKED = "she_asked"
    KNOWS_HER = "knows_her"
    KNOWS_HIM = "knows_him"
    PARTY = "party"
    COLLEAGUE = "colleague"


class BreakGlassReason(StrEnum):
    """Why an operator goes past the lack of a grant."""

    DANGER_TO_LIFE = "danger_to_life"
    CHILD_IN_DANGER = "child_in_danger"
    CANNOT_SPEAK = "cannot_speak"
    NOBODY_ANSWERS = "nobody_answers"


class Reading(StrEnum):
    """What is read: a record as it is shown, or one covered entry of it."""

    RECORD = "record"
    UNCOVER = "uncover"


class ReadingReason(StrEnum):
    """Why an operator opens unusually many records."""

    DANGER = "danger"
    HANDOVER = "handover"
    STANDING_IN = "standing_in"
    MEETING = "meeting"
    CHECKING = "checking"


class Outcome(StrEnum):
    """What the reviewer found of a break-glass."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"
