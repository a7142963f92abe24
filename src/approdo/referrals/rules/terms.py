# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is typed when a woman is referred, and when a referral is answered, and what is wrong with it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from approdo.kit.errors import Invalid
from approdo.kit.words import mark as _
from approdo.protocols.rules import Urgency
from approdo.referrals.rules.states import CODES, WORDED, Act, Reason, choices

LONGEST_WORDS = 1000
Code = TypeVar("Code", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a service is asked for, as codes, and how soon."""

    reason: str
    urgency: str

    def read(self) -> tuple[Reason, Urgency]:
        """Return the codes; raises ``Invalid`` with a sentence for each field."""
        problems, found = {}, []
        for name, codes, written, sentence in (
            ("reason", Reason, self.reason, _("Scegli che cosa chiedi.")),
            ("urgency", Urgency, self.urgency, _("Scegli entro quando serve una risposta.")),
        ):
            if written in set(codes):
                found.append(codes(written))
            else:
                problems[name] = sentence
        if problems:
            raise Invalid(problems)
        return Reason(found[0]), Urgency(found[1])


class SheSaid(StrEnum):
    """What she answered when it was proposed to her."""

    YES = "yes"
    LATER = "later"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes with an act: a code, and words of one's own."""

    code: str = ""
    words: str = ""


def read_code(act: Act, written: str) -> str:
    """Return the code that goes with an act, empty for an act without one; raises ``Invalid``."""
    if act not in CODES:
        return ""
    if written not in choices(act):
        raise Invalid({"code": _("Scegli una voce dall'elenco.")})
    return written


def read_words(act: Act, written: str) -> str:
    """Return the words that go with an act, trimmed; raises ``Invalid`` for too many, or for an act that takes none."""
    words = written.strip()
    if words and act not in WORDED:
        raise Invalid({"words": _("Qui non si scrive altro.")})
    if len(words) > LONGEST_WORDS or any(ord(sign) < 32 and sign not in "\r\n\t" for sign in words):
        raise Invalid({"words": _("Scrivi meno di mille caratteri, senza segni che non si stampano.")})
    return words
