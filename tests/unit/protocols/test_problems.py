# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories.protocols import call, document

from approdo.networks.rules import Channel, ServiceKind
from approdo.protocols.rules import LOUD, Context, Need, Severity, Target, errors, parse, problems

CHAIN = [{"to": "first_on_call", "wait_minutes": 10}, {"to": "coordinator"}]


def only(found):
    assert len(found) == 1, [str(problem) for problem in found]
    return found[0]


def test_the_documents_of_the_factory_are_valid():
    assert problems(document()) == []


# (what is wrong, the document, where it is said, words of the sentence)
REFUSED = {
    "an unknown need": (document(call(), call("b", needs=["hotel"])), "calls[1].needs[0]", "safe_place, talk_now"),
    "a misspelt kind": (document(call(kind="support_centr")), "calls[0].kind", "forse «support_centre»"),
    "an unknown context": (document(contexts=["school"]), "contexts[0]", "emergency_department, clinic"),
    "an unknown channel": (
        document(call(channels={"at_once": ["sms", "fax"]})),
        "calls[0].channels.at_once[1]",
        "voice",
    ),
    "an unknown target": (
        document(call(escalation=[{"to": "mayor", "wait_minutes": 5}, {"to": "coordinator"}])),
        "calls[0].escalation[0].to",
        "service_line",
    ),
    "who treats the perpetrator": (document(call(kind="perpetrator_programme")), "calls[0].kind", "Parole ammesse"),
    "an entry that does not exist": (document(call(urgency=3)), "calls[0].urgency", "Voci ammesse: key"),
    "an entry that is missing": (document(call(repeat_minutes=None)), "calls[0]", "«repeat_minutes»"),
    "no calls": (document(calls=[]), "calls", "vuoto"),
    "too many calls": (document(*[call(f"c{n}") for n in range(21)]), "calls", "al massimo 20"),
    "a wait of zero": (
        document(call(escalation=[{"to": "first_on_call", "wait_minutes": 0}, {"to": "coordinator"}])),
        "calls[0].escalation[0].wait_minutes",
        "il minimo è 1",
    ),
    "a wait of ten years": (
        document(call(escalation=[{"to": "first_on_call", "wait_minutes": 5_256_000}, {"to": "coordinator"}])),
        "calls[0].escalation[0].wait_minutes",
        "il massimo è 240",
    ),
    "a wait in words": (
        document(call(escalation=[{"to": "first_on_call", "wait_minutes": "ten"}, {"to": "coordinator"}])),
        "calls[0].escalation[0].wait_minutes",
        "numero intero",
    ),
    "a true wait": (document(call(repeat_minutes=True)), "calls[0].repeat_minutes", "numero intero"),
    "a text instead of a list": (document(calls="all"), "calls", "un elenco"),
    "a list instead of a group": (document(call(channels=["sms"])), "calls[0].channels", "nome: valore"),
    "a municipality that is no code": (document(municipalities=["12133"]), "municipalities[0]", "sei cifre"),
    "a municipality twice": (document(municipalities=["012133", "012133"]), "municipalities", "ripetuta"),
    "a municipality in words": (document(municipalities="Varese"), "municipalities", "«all» oppure un elenco"),
    "a capital in a short name": (document(code="Urgent"), "code", "lettere minuscole"),
    "a telephone number in words": (document(call(fallback_phone="call me")), "calls[0].fallback_phone", "telefono"),
    "an empty name": (document(name=""), "name", "vuoto"),
    "an endless name": (document(name="x" * 121), "name", "120 caratteri"),
    "another format": (document(format=2), "format", "qui si scrive 1"),
    "two calls of one name": (document(call(), call()), "calls[1].key", "Due chiamate si chiamano «centre»"),
    "a chain that may end at nobody": (
        document(call(escalation=[{"to": "first_on_call", "wait_minutes": 5}, {"to": "second_on_call"}])),
        "calls[0].escalation[1].to",
        "service_line",
    ),
    "a chain that circles": (
        document(
            call(
                escalation=[
                    {"to": "first_on_call", "wait_minutes": 5},
                    {"to": "second_on_call", "wait_minutes": 5},
                    {"to": "first_on_call", "wait_minutes": 5},
                    {"to": "coordinator"},
                ]
            )
        ),
        "calls[0].escalation[2].to",
        "già in questa catena",
    ),
    "a step that waits without limit": (
        document(call(escalation=[{"to": "first_on_call"}, {"to": "coordinator"}])),
        "calls[0].escalation[0]",
        "wait_minutes",
    ),
    "a limit without a consequence": (
        document(call(answer_within_minutes=5)),
        "calls[0].answer_within_minutes",
        "non succederebbe nulla",
    ),
    "a call that makes no sound": (
        document(call(channels={"at_once": ["app", "email"]})),
        "calls[0].channels",
        "sms o voice",
    ),
    "one channel in both waves": (
        document(call(channels={"at_once": ["sms"], "if_unread": ["sms"], "after_seconds": 60})),
        "calls[0].channels.if_unread",
        "già tra i canali",
    ),
    "a second wave after the step is over": (
        document(
            call(
                channels={"at_once": ["sms"], "if_unread": ["voice"], "after_seconds": 300},
                escalation=[{"to": "first_on_call", "wait_minutes": 5}, {"to": "coordinator"}],
            )
        ),
        "calls[0].channels.after_seconds",
        "300 secondi",
    ),
    "a second wave at no time": (
        document(call(channels={"at_once": ["sms"], "if_unread": ["voice"]})),
        "calls[0].channels.if_unread",
        "after_seconds",
    ),
    "a backup without a kind": (
        document(call(escalation=[{"to": "backup_service", "wait_minutes": 5}, {"to": "coordinator"}])),
        "calls[0]",
        "backup_kind",
    ),
    "a backup out of hours that the chain never calls": (
        document(call(out_of_hours="backup", escalation=CHAIN)),
        "calls[0].out_of_hours",
        "backup_service",
    ),
    "a closed service at the end of the chain": (
        document(
            call(
                out_of_hours="backup",
                backup_kind="social_emergency",
                escalation=[{"to": "backup_service", "wait_minutes": 10}, {"to": "service_line"}],
            )
        ),
        "calls[0].out_of_hours",
        "deve finire con coordinator",
    ),
    "a backup of the same kind": (
        document(
            call(
                backup_kind="support_centre",
                escalation=[{"to": "backup_service", "wait_minutes": 10}, {"to": "coordinator"}],
            )
        ),
        "calls[0].backup_kind",
        "un altro tipo",
    ),
    "waiting for a call that does not exist": (
        document(call(), call("b", after="x", after_minutes=5)),
        "calls[1].after",
        "Chiamate del documento: b, centre",
    ),
    "waiting for another call without limit": (
        document(call(), call("b", after="centre")),
        "calls[1].after",
        "nessuna attesa può essere senza limite",
    ),
    "a call that waits for itself": (document(call(after="centre", after_minutes=5)), "calls[0].after", "sé stessa"),
    "a last step after more than two hours": (
        document(
            call(
                answer_within_minutes=120,
                escalation=[
                    {"to": "first_on_call", "wait_minutes": 61},
                    {"to": "second_on_call", "wait_minutes": 60},
                    {"to": "coordinator"},
                ],
            )
        ),
        "calls[0].escalation",
        "dopo 121 minuti",
    ),
    "a need that nobody answers": (
        document(call(needs=["safe_place", "talk_now", "children"])),
        "calls",
        "«call_back»",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_dangerous_or_mistaken_document_is_refused_in_words(case):
    made, path, words = REFUSED[case]
    problem = only(problems(made))
    assert problem.path == path
    assert words in problem.sentence
    assert problem.severity is Severity.ERROR


def test_a_circle_of_three_is_said_on_each_call_of_it_and_not_on_who_waits_for_it():
    made = document(
        call("a", after="c", after_minutes=5),
        call("b", after="a", after_minutes=5),
        call("c", after="b", after_minutes=5),
        call("d", after="a", after_minutes=5),
    )
    assert [problem.path for problem in problems(made)] == ["calls[0].after", "calls[1].after", "calls[2].after"]


def test_the_wait_for_other_calls_counts_towards_the_last_step():
    chain = [
        {"to": "first_on_call", "wait_minutes": 15},
        {"to": "second_on_call", "wait_minutes": 60},
        {"to": "coordinator"},
    ]
    made = document(call("a"), call("b", after="a", after_minutes=46, escalation=chain))
    assert "dopo 121 minuti" in only(problems(made)).sentence
    made["calls"][1]["after_minutes"] = 45
    assert problems(made) == []


@pytest.mark.parametrize(("limit", "refused"), [(19, True), (20, False), (500, False)])
def test_the_limit_to_the_last_step_can_be_lowered(limit, refused):
    assert bool(problems(document(), last_step_minutes=limit)) is refused


def test_the_limit_to_the_last_step_cannot_be_raised():
    made = document(REFUSED["a last step after more than two hours"][0]["calls"][0])
    assert problems(made, last_step_minutes=1000)


def test_a_backup_that_is_never_called_is_a_warning():
    problem = only(problems(document(call(backup_kind="social_emergency"))))
    assert problem.severity is Severity.WARNING
    assert errors([problem]) == []


def test_one_bad_call_does_not_hide_the_problems_of_another():
    made = document(call("a", kind="hotel"), call("b", channels={"at_once": ["app"]}))
    assert [problem.path for problem in problems(made)] == ["calls[0].kind", "calls[1].channels"]


def test_a_call_may_wait_for_one_that_has_a_problem_of_its_own():
    made = document(call("a", kind="hotel"), call("b", after="a", after_minutes=5))
    assert only(problems(made)).path == "calls[0].kind"


def test_a_long_wrong_value_is_not_shown_whole():
    assert len(only(problems(document(call(kind="x" * 5000)))).sentence) < 500


@pytest.mark.parametrize("words", [Need, Context, Target, Channel, ServiceKind])
def test_no_word_of_the_document_needs_quotes(words):
    assert all(word.isidentifier() for word in words)


def test_a_key_that_is_a_list_is_refused_in_words():
    assert only(problems(document(call(key=["a"])))).path == "calls[0].key"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.sampled_from(list(Target)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(ANYTHING)
def test_whatever_the_document_is_problems_answers(made):
    assert isinstance(problems(made), list)


@given(st.data())
def test_a_document_broken_anywhere_has_problems_or_can_be_parsed(data):
    """Replace any one value, at any depth, by anything: never a crash, never a silent acceptance."""
    made = deepcopy(document(call(), call("b", after="centre", after_minutes=5, needs=["children"])))
    place = made
    while True:
        key = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(ANYTHING)
    if not errors(problems(made)):
        parse(made)


@st.composite
def sound_calls(draw):
    targets = draw(st.permutations([t for t in Target if t not in {Target.COORDINATOR, Target.BACKUP_SERVICE}]))
    waits = draw(st.lists(st.integers(2, 40), min_size=len(targets), max_size=len(targets)))
    chain = [{"to": str(to), "wait_minutes": wait} for to, wait in zip(targets, waits, strict=True)]
    loud = draw(st.sampled_from(sorted(LOUD)))
    return call(
        escalation=[*chain, {"to": "coordinator"}],
        answer_within_minutes=draw(st.integers(40, 120)),
        channels={"at_once": [str(loud)]},
        repeat_minutes=draw(st.integers(1, 60)),
    )


@given(sound_calls())
def test_every_sound_chain_ends_within_two_hours_at_somebody_who_always_exists(made):
    assert problems(document(made)) == []
    (rule,) = parse(document(made)).calls
    assert rule.timetable()[-1][0] <= 120
    assert rule.timetable()[-1][1] in {Target.COORDINATOR, Target.SERVICE_LINE}
    assert list(rule.timetable()) == sorted(rule.timetable(), key=lambda step: step[0])
