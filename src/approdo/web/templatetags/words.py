# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The word for a code, in her language; every table of words belongs to the app that owns the code."""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any

from django import template
from django.utils.translation import get_language, gettext, ngettext

from approdo.activations.rules.states import (
    CONSENT_LABELS,
    DECLINE_LABELS,
    STAND_DOWN_LABELS,
    ActivationState,
    DeclineReason,
    StandDownReason,
)
from approdo.cases.rules import ARRIVAL_LABELS, CLOSING_LABELS, EVENT_LABELS, STATE_LABELS, CaseState
from approdo.cases.selectors import EventRow
from approdo.consents.rules import LABELS as CONSENT_WORDS
from approdo.consents.rules import Norm
from approdo.documents.rules import KIND_LABELS as DOCUMENT_LABELS
from approdo.documents.rules import STATE_LABELS as DOCUMENT_STATE_LABELS
from approdo.kit.words import mark
from approdo.networks.rules import Channel, label_of
from approdo.notifications.rules import DRILL_WORDS, FAILURE_WORDS, RING_WORDS, MessageState
from approdo.persons.rules import KIND_LABELS
from approdo.protocols.rules import (
    ASSESSMENT_LABELS,
    LEVEL_LABELS,
    PHASE_LABELS,
    TELL_LABELS,
    WHEN_CLOSED_LABELS,
    WHEN_LABELS,
    PathwayStep,
)
from approdo.protocols.rules import KIND_LABELS as SHELF_LABELS
from approdo.protocols.rules.document import CONTEXT_LABELS, NEED_LABELS, TARGET_LABELS, Target
from approdo.recognition.rules.labels import AGE_LABELS, CITIZENSHIP_LABELS
from approdo.recognition.rules.prompting import ANSWER_LABELS, MODE_LABELS
from approdo.referrals.rules import CODES, CancelReason
from approdo.referrals.rules import LABELS as REFERRAL_WORDS
from approdo.referrals.selectors import Told
from approdo.risk import selectors as risk
from approdo.risk.rules import LOAD_LABELS, OUTCOME_LABELS, PURPOSE_LABELS, TRIGGER_LABELS, WINDOW_LABELS
from approdo.tasks.rules import END_LABELS, SKIP_LABELS, STATUS_LABELS, EndReason, SkipReason
from approdo.usecases.record import REASON_LABELS

register = template.Library()

_OWN: dict[StrEnum, str] = {
    ActivationState.OPEN: mark("aperta"),
    ActivationState.CLOSED: mark("chiusa"),
    ActivationState.UNDONE: mark("annullata"),
    ActivationState.STOOD_DOWN: mark("fermata"),
    MessageState.HELD: mark("in attesa"),
    MessageState.QUEUED: mark("in partenza"),
    MessageState.SENDING: mark("in partenza"),
    MessageState.SENT: mark("inviato"),
    MessageState.DELIVERED: mark("consegnato"),
    MessageState.FAILED: mark("non arrivato"),
    MessageState.CANCELLED: mark("non serviva più"),
    Channel.APP: mark("sullo schermo"),
    Channel.EMAIL: mark("posta"),
    Channel.SMS: mark("SMS"),
    Channel.VOICE: mark("telefono"),
}
_TABLES: tuple[Mapping[Any, str], ...] = (
    CONSENT_LABELS,
    DECLINE_LABELS,
    STAND_DOWN_LABELS,
    EVENT_LABELS,
    STATE_LABELS,
    ARRIVAL_LABELS,
    NEED_LABELS,
    TARGET_LABELS,
    CONTEXT_LABELS,
    FAILURE_WORDS,
    DRILL_WORDS,
    RING_WORDS,
    KIND_LABELS,
    DOCUMENT_LABELS,
    DOCUMENT_STATE_LABELS,
    REASON_LABELS,
    SHELF_LABELS,
    *CONSENT_WORDS.values(),
    *REFERRAL_WORDS.values(),
    CLOSING_LABELS,
    PHASE_LABELS,
    TELL_LABELS,
    WHEN_LABELS,
    WHEN_CLOSED_LABELS,
    ASSESSMENT_LABELS,
    STATUS_LABELS,
    SKIP_LABELS,
    END_LABELS,
    TRIGGER_LABELS,
    LEVEL_LABELS,
    OUTCOME_LABELS,
    PURPOSE_LABELS,
    WINDOW_LABELS,
    AGE_LABELS,
    CITIZENSHIP_LABELS,
    ANSWER_LABELS,
    MODE_LABELS,
    LOAD_LABELS,
)
_WORDS: dict[tuple[type, str], str] = {
    (type(code), str(code)): word for table in (_OWN, *_TABLES) for code, word in table.items()
}


_DETAILS: dict[str, StrEnum] = {
    code: code for codes in (CaseState, StandDownReason, DeclineReason, Target) for code in codes
}


@register.filter
def word(code: StrEnum) -> str:
    """Return the word for a code of any app."""
    return _said(code, get_language())


@lru_cache(maxsize=2_048, typed=True)  # codes of different apps may be the same letters
def _said(code: StrEnum, _language: str | None) -> str:
    found = _WORDS.get((type(code), str(code)))
    return gettext(found if found is not None else label_of(code))


@register.filter
def words(codes: "frozenset[StrEnum]") -> str:
    """Return the words for several codes, in the order in which their enum lists them."""
    if not codes:
        return ""
    return " · ".join(word(code) for code in type(next(iter(codes))) if code in codes)


@register.filter
def instrument_title(code: str) -> str:
    """Return what an instrument is called; its code when nothing says."""
    return risk.title_of(code)


@register.filter
def step_words(step: PathwayStep) -> str:
    """Return what a step of the pathway is: as its protocol writes it, or in her language when the product wrote it."""
    return gettext(step.what) if step.key.startswith(":") else step.what


@register.filter
def at_key(mapping: dict, key: object) -> object:
    """Return what a mapping holds for a key, or an empty string."""
    return mapping.get(key, "")


@register.simple_tag
def told(event: EventRow, labels: Mapping[int, str]) -> str:
    """Tell an event of a chronology: what, which service, and the code it carries (a target, a reason, a state)."""
    label = "" if event.service_id is None else labels.get(event.service_id, "")
    code = _DETAILS.get(event.detail)
    return " · ".join(filter(None, (word(event.kind), label, word(code) if code else "")))


@register.filter
def missing_answers(count: int) -> str:
    """Say how many answers of an activation are missing."""
    return ngettext("manca %(n)s risposta", "mancano %(n)s risposte", count) % {"n": count}


@register.filter
def last_joined(cases: list) -> str:
    """Return the cursor of a list of cases: the instant at which the service joined the last of them."""
    return cases[-1].joined_at.isoformat() if cases else ""


@register.filter
def told_code(step: Told) -> str:
    """Return the word for the code that an act on a referral carries; the clock's end has that of a withdrawal."""
    codes = CODES.get(step.act, CancelReason)
    return word(codes(step.code)) if step.code in set(codes) else ""


@register.filter
def word_of_norm(norm: str) -> str:
    """Return the word for the norm by which something is shared, or nothing."""
    return word(Norm(norm)) if norm in set(Norm) else ""


@register.filter
def end_word(reason: str) -> str:
    """Return the word for the reason an activation was stopped, or nothing."""
    return word(StandDownReason(reason)) if reason in set(StandDownReason) else ""


@register.filter
def end_of_task(reason: str) -> str:
    """Return the word for why a task was not done."""
    return word(EndReason(reason) if reason in set(EndReason) else SkipReason(reason))


_BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"))


@register.filter
def browser(agent: str) -> str:
    """Return what a person would call the browser that sent this header."""
    name = next((name for mark_, name in _BROWSERS if mark_ in agent), gettext("un altro programma"))
    system = next((name for mark_, name in _SYSTEMS if mark_ in agent), "Linux" if "Linux" in agent else "")
    return f"{name}, {system}" if system else name
