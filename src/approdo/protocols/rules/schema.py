# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The JSON Schema of a protocol document, made from the enums so that the two cannot drift apart.

``data/protocol.schema.json`` is this value as a file; a test holds them equal.
"""

from collections.abc import Iterable
from typing import Any

from approdo.access.rules import DocumentKind
from approdo.networks.rules import Capability, Channel, Qualification
from approdo.protocols.rules.assessing import LONGEST_REVIEW_HOURS, ReviewClock, RiskLevel
from approdo.protocols.rules.document import ALL, CALLABLE_KINDS, FORMAT, Choose, Context, Need, OutOfHours, Target
from approdo.protocols.rules.leaving import EXIT_LEVEL_LABELS, LONGEST_STAY_HOURS, NOT_ASSESSED, ExitOption
from approdo.protocols.rules.pathway import (
    LONGEST_STEP_HOURS,
    LONGEST_TASK,
    MOST_PATHWAY_STEPS,
    SHORTEST_ROUND_HOURS,
    Assessment,
    Phase,
    Tell,
    When,
    WhenClosed,
)
from approdo.protocols.rules.referring import LONGEST_HOURS, Urgency

KEY_PATTERN = r"^[a-z][a-z0-9_-]{0,39}$"
MUNICIPALITY_PATTERN = r"^[0-9]{6}$"
PHONE_PATTERN = r"^\+?[0-9][0-9 ]{1,18}[0-9]$"


def _word(words: Iterable[str], description: str) -> dict[str, Any]:
    return {"enum": [str(word) for word in words], "description": description}


def _words(words: Iterable[str], description: str, *, least: int = 1) -> dict[str, Any]:
    allowed = [str(word) for word in words]
    return {
        "type": "array",
        "items": {"enum": allowed},
        "minItems": least,
        "maxItems": len(allowed),
        "uniqueItems": True,
        "description": description,
    }


def _whole(least: int, most: int, description: str) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": most, "description": description}


def _text(description: str, *, pattern: str | None = None, most: int = 120) -> dict[str, Any]:
    shape = {"pattern": pattern} if pattern else {"minLength": 1, "maxLength": most}
    return {"type": "string", **shape, "description": description}


def _object(required: list[str], properties: dict[str, Any], description: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": False,
        "description": description,
    }


_CHANNELS = _object(
    ["at_once"],
    {
        "at_once": _words(Channel, "Channels used together, as soon as the step begins."),
        "if_unread": _words(Channel, "Channels used next if none of the first was read."),
        "after_seconds": _whole(15, 900, "Seconds to wait before the channels of if_unread are used."),
    },
    "How one person is alerted. At least one of sms and voice must appear.",
) | {"dependentRequired": {"if_unread": ["after_seconds"], "after_seconds": ["if_unread"]}}

_STEP = _object(
    ["to"],
    {
        "to": _word(Target, "Whom this step alerts."),
        "wait_minutes": _whole(
            1,
            240,
            "Minutes this step is given before the next begins. Required on all but the last step.",
        ),
    },
    "One step of the chain: who is alerted, and for how long we wait before going on.",
)

_CALL = _object(
    ["key", "kind", "answer_within_minutes", "channels", "escalation", "repeat_minutes"],
    {
        "key": _text(
            "Short name of the call, unique in the document; other calls name it in 'after'.", pattern=KEY_PATTERN
        ),
        "kind": _word(CALLABLE_KINDS, "Kind of service to call. A programme for perpetrators can never be called."),
        "capability": _word(Capability, "Only services that can do this."),
        "service_code": _text("Only the service shown under this name or code, for instance one shelter.", most=80),
        "choose": _word(Choose, "Call the first service that fits, or all of them. Default: one."),
        "needs": _words(Need, "Make the call only for these needs. Left out: always."),
        "after": _text(
            "Key of another call: start when that one is taken, or at the latest after_minutes later.",
            pattern=KEY_PATTERN,
        ),
        "after_minutes": _whole(1, 60, "The latest start, in minutes, after the call named in 'after' began."),
        "answer_within_minutes": _whole(
            1, 120, "Minutes within which somebody should have taken the call; then it is late."
        ),
        "channels": _CHANNELS,
        "escalation": {
            "type": "array",
            "items": _STEP,
            "minItems": 1,
            "maxItems": 8,
            "description": "The chain, in order. It must end with service_line or coordinator.",
        },
        "repeat_minutes": _whole(
            1, 60, "After the last step the whole chain is alerted again this often, until a person answers."
        ),
        "backup_kind": _word(CALLABLE_KINDS, "Kind of the service that steps in, for the step backup_service."),
        "out_of_hours": _word(
            OutOfHours, "When it is closed: its people all the same, or the backup at once. Default: on_call."
        ),
        "fallback_phone": _text(
            "Number shown to call by voice instead, if not the service's own.", pattern=PHONE_PATTERN
        ),
    },
    "One call: which service, for which needs, how, and what if nobody answers.",
) | {"dependentRequired": {"after": ["after_minutes"], "after_minutes": ["after"]}}

_REFERRAL = _object(
    ["urgency", "answer_within_hours", "remind_after_hours", "escalate_after_hours", "close_after_hours"],
    {
        "urgency": _word(Urgency, "For referrals of this urgency."),
        "answer_within_hours": _whole(1, LONGEST_HOURS, "The limit by which the receiving service answers."),
        "remind_after_hours": _whole(1, LONGEST_HOURS, "When it is reminded. Before the limit."),
        "escalate_after_hours": _whole(1, LONGEST_HOURS, "When its coordinator is told. Not before the limit."),
        "close_after_hours": _whole(1, LONGEST_HOURS, "When the referral ends for want of an answer. Last."),
    },
    "How long a referral may wait for an answer, in hours from its sending.",
)

_REVIEWS = _object(
    [*ReviewClock.__dataclass_fields__],
    {
        "extreme_hours": _whole(1, LONGEST_REVIEW_HOURS, "For how long an extreme risk holds."),
        "high_hours": _whole(1, LONGEST_REVIEW_HOURS, "The same for a high risk."),
        "medium_hours": _whole(1, LONGEST_REVIEW_HOURS, "The same for a medium risk."),
        "low_hours": _whole(1, LONGEST_REVIEW_HOURS, "The same for a low risk."),
        "not_assessable_hours": _whole(1, LONGEST_REVIEW_HOURS, "The same for a risk that could not be assessed."),
        "escalate_after_hours": _whole(0, LONGEST_REVIEW_HOURS, "From the limit until whoever leads is told."),
        "activate_from": _word(RiskLevel, "From this level on, activating the network is proposed."),
    },
    "When an assessment of risk is made again, in hours from the last one.",
)

_EXITS = _object(
    [*EXIT_LEVEL_LABELS],
    {
        **{
            level: _words(
                ExitOption, "While nobody has assessed." if level == NOT_ASSESSED else f"At a risk that is {level}."
            )
            for level in EXIT_LEVEL_LABELS
        },
        "stay_hours": _object(
            ["at_least", "at_most"],
            {
                "at_least": _whole(1, LONGEST_STAY_HOURS, "The fewest hours."),
                "at_most": _whole(1, LONGEST_STAY_HOURS, "The most hours. Not fewer."),
            },
            "For how long the hospital may keep her. Left out: no page says any hours.",
        ),
    },
    "What is proposed first to a woman who leaves the emergency department, in order, by class of risk.",
)

_PATHWAY_STEP = _object(
    ["key", "phase", "what", "within_hours", "escalate_after_hours", "tell"],
    {
        "key": _text("Short name of the step inside the protocol.", pattern=KEY_PATTERN),
        "phase": _word(Phase, "The step is to be done when a case reaches this phase."),
        "what": _text("What is done, in words that are about nobody in particular.", most=LONGEST_TASK),
        "kind": _word(CALLABLE_KINDS, "Kind of the service that does it. Left out: whoever leads the pathway."),
        "when": _word(When, "For every pathway, or only where there are children. Default: always."),
        "within_hours": _whole(1, LONGEST_STEP_HOURS, "Hours from the phase's beginning within which it is done."),
        "when_closed": _word(
            WhenClosed,
            "A limit at which the service is closed stays, or moves to its next opening. Default: all_the_same.",
        ),
        "escalate_after_hours": _whole(
            1, LONGEST_STEP_HOURS, "Hours after which whoever 'tell' names is told that it is not done. Not before."
        ),
        "tell": _word(Tell, "Who is told of it."),
        "repeat_hours": _whole(
            SHORTEST_ROUND_HOURS, LONGEST_STEP_HOURS, "Once done, it is to be done again after so many hours."
        ),
        "ask_again_after_hours": _whole(
            1, LONGEST_STEP_HOURS, "If she says no, she is asked again after so many hours. Left out: her no ends it."
        ),
        "document": _word(DocumentKind, "It is done once a document of this kind is in the record."),
        "assessment": _word(Assessment, "It is done with an assessment; which instrument is said then."),
        "qualification": _word(Qualification, "Only an operator with this training does it."),
    },
    "One thing to do on the pathway: by whom, by when, and what if it is not done.",
)

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:approdo:schema:protocol:1",
    "title": "Approdo protocol",
} | _object(
    ["format", "code", "name", "network", "municipalities", "calls"],
    {
        "format": {"const": FORMAT, "description": "Version of this schema."},
        "code": _text("Short name of the protocol inside its network; a new version keeps it.", pattern=KEY_PATTERN),
        "name": _text("Name that people read."),
        "network": _text("Code of the network that publishes it.", pattern=KEY_PATTERN),
        "municipalities": {
            "anyOf": [
                {"const": ALL},
                {
                    "type": "array",
                    "items": {"type": "string", "pattern": MUNICIPALITY_PATTERN},
                    "minItems": 1,
                    "maxItems": 2000,
                    "uniqueItems": True,
                },
            ],
            "description": "'all' those of the network, or a list of ISTAT codes of six digits. A list beats 'all'.",
        },
        "contexts": {
            "anyOf": [{"const": ALL}, _words(Context, "From where the network is activated.")],
            "description": "'all', or a list of the places the activation comes from. Default: all.",
        },
        "calls": {
            "type": "array",
            "items": _CALL,
            "minItems": 1,
            "maxItems": 20,
            "description": "The calls. They start together, unless one says 'after'.",
        },
        "referrals": {
            "type": "array",
            "items": _REFERRAL,
            "minItems": 1,
            "maxItems": len(Urgency),
            "description": "The hours of referrals, one entry for each urgency. Left out: the usual ones.",
        },
        "pathway": {
            "type": "array",
            "items": _PATHWAY_STEP,
            "minItems": 1,
            "maxItems": MOST_PATHWAY_STEPS,
            "description": "What is done in each phase of the pathway. Left out: only calls and referrals.",
        },
        "reviews": _REVIEWS,
        "exits": _EXITS,
    },
    "Which services are called for which need, by which channels, within how long, and what if nobody answers.",
)
