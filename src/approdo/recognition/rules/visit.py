# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One visit to an emergency department as the rules read it: pseudonyms, codes and signs, nobody's name.

What is never here is never used: nationality, language, address, income, age (recognition-and-risk.md, section 3c).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class System(StrEnum):
    """A classification of diagnoses; ICD-10 with and without its clinical modification are read alike."""

    ICD_9_CM = "ICD-9-CM"
    ICD_10 = "ICD-10"


@dataclass(frozen=True, slots=True, order=True)
class Code:
    """One diagnosis or cause, its value without dots and in capitals: ``Code(System.ICD_9_CM, "99580")``."""

    system: System
    value: str


class Sign(StrEnum):
    """What a hospital's own fields say, under whatever name; a mapping per hospital ties them to these."""

    VIOLENCE_BY_OTHERS = "violence_by_others"
    """SDO trauma type 4, or a region's own value in the emergency flow: *violenza altrui*."""
    PSYCHIATRIC_ADMISSION = "psychiatric_admission"
    PREGNANT = "pregnant"
    VAGUE_EXPLANATION = "vague_explanation"
    """The explanation does not fit the injury, as somebody noted."""
    CAUSE_VERIFIED = "cause_verified"
    """The cause of an injury is established otherwise: a road accident with a report, a fall at work with witnesses."""
    KNOWN_TO_NETWORK = "known_to_network"
    """A centre or a pathway of before."""
    SELF_HARM = "self_harm"
    """SDO trauma type 5: *autolesione*."""
    DELAYED_CARE = "delayed_care"
    LEFT_BEFORE_SEEN = "left_before_seen"
    INTRUSIVE_COMPANION = "intrusive_companion"


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit of one woman. ``person`` and ``visit`` are pseudonyms; ``arrived_at`` is an aware instant."""

    person: str
    visit: str
    site: str
    arrived_at: datetime
    codes: frozenset[Code] = frozenset()
    signs: frozenset[Sign] = frozenset()
    note: str = ""
    """What was written, in Italian, as far as the mapping lets it in. It is read and not kept."""
    infant: bool = False
    """Under four years: signs in small children are a rule of their own (TEN-4-FACESp), not a matter of points."""
    child: bool = False
    """From four to thirteen years: only what is said is read, for the points were measured in women."""
