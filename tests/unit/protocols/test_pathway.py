# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a protocol may say of the whole pathway, and what is wrong with it in words that say where."""

from typing import Any

import pytest
from tests.factories.pathway_steps import a_step
from tests.factories.protocols import call, document, parsed, text

from approdo.access.rules import DocumentKind
from approdo.networks.rules import Qualification, ServiceKind
from approdo.protocols.rules import (
    PHASE_LABELS,
    Assessment,
    Phase,
    Tell,
    When,
    WhenClosed,
    errors,
    examine,
    place_of,
    plain,
    problems,
    reach,
    read,
    readable,
    warnings,
    write,
)
from approdo.protocols.rules.composing import (
    moved_pathway_step,
    pathway_of,
    shape_problems,
    with_pathway_step,
    without_pathway_step,
)
from approdo.protocols.rules.pathway import EVERYDAY
from approdo.protocols.selectors import shipped

EVERY_PHASE = [a_step(phase.value, phase.value) for phase in EVERYDAY]


def found(*steps: Any) -> list[str]:
    """The sentences about a document with these steps."""
    return [problem.sentence for problem in problems(document(pathway=list(steps)))]


def test_a_step_says_everything_the_document_says():
    (step,) = parsed(
        pathway=[
            a_step(
                when="children",
                when_closed="next_opening",
                repeat_hours=720,
                ask_again_after_hours=168,
                document="consent_form",
                assessment="child_risk",
                qualification="hearing_children",
                tell="lead",
            )
        ]
    ).pathway
    assert (step.phase, step.kind, step.tell) == (Phase.RECEPTION, ServiceKind.SUPPORT_CENTRE, Tell.LEAD)
    assert (step.when, step.when_closed) == (When.CHILDREN, WhenClosed.NEXT_OPENING)
    assert (step.within_hours, step.escalate_after_hours) == (72, 96)
    assert (step.repeat_hours, step.ask_again_after_hours) == (720, 168)
    assert step.document is DocumentKind.CONSENT_FORM
    assert step.assessment is Assessment.CHILD_RISK
    assert step.qualification is Qualification.HEARING_CHILDREN


def test_what_is_left_out_means_whoever_leads_for_everybody_once():
    (step,) = parsed(pathway=[a_step(kind=None)]).pathway
    assert step.kind is None
    assert (step.when, step.when_closed) == (When.ALWAYS, WhenClosed.ALL_THE_SAME)
    assert (step.repeat_hours, step.ask_again_after_hours) == (None, None)


def test_a_protocol_may_say_nothing_of_the_pathway():
    assert parsed().pathway == ()
    assert problems(document()) == []


@pytest.mark.parametrize("model", sorted(shipped()))
def test_every_shipped_protocol_follows_her_past_the_emergency(model: str) -> None:
    examination = examine(shipped()[model])
    assert examination.problems == []
    assert {step.phase for step in examination.parsed.pathway} >= set(EVERYDAY)


def test_text_and_back_loses_nothing():
    content = document(pathway=[a_step(), a_step("again", "follow_up", repeat_hours=720)])
    assert read(write(content)).document == content


BAD: dict[str, tuple[Any, str]] = {
    "no limit": (a_step(within_hours=None), "Manca la voce «within_hours»."),
    "a limit without a consequence": (a_step(tell=None), "Manca la voce «tell»."),
    "a limit of zero": (a_step(within_hours=0), "0 è troppo poco: il minimo è 1."),
    "a limit of ten years": (a_step(within_hours=87_600), "87600 è troppo: il massimo è 8760."),
    "an unknown phase": (a_step(phase="trial"), "«trial» non è una parola conosciuta."),
    "an unknown kind": (a_step(kind="support_center"), "«support_center» non è una parola conosciuta: forse"),
    "who treats the man": (a_step(kind="perpetrator_programme"), "«perpetrator_programme» non è una parola conosciuta"),
    "no words": (a_step(what=""), "Il testo è vuoto."),
    "told before it is late": (a_step(escalate_after_hours=71), "«listen»: si avvisa dopo il termine, non prima."),
    "again before it is due": (
        a_step(repeat_hours=48),
        "«listen» tornerebbe da fare prima del suo termine: allunga l'intervallo.",
    ),
    "a round of an hour": (a_step(within_hours=1, repeat_hours=1), "1 è troppo poco: il minimo è 24."),
    "an unknown entry": (a_step() | {"who": "me"}, "La voce «who» non esiste."),
    "no step at all": ("listen", "Qui ci vuole un gruppo di voci «nome: valore»."),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_said_in_words(case: str) -> None:
    step, sentence = BAD[case]
    assert [one for one in found(*EVERY_PHASE, step) if one.startswith(sentence)], found(*EVERY_PHASE, step)


@pytest.mark.parametrize("case", BAD)
def test_the_place_of_what_is_wrong_is_the_step(case: str) -> None:
    wrong = errors(problems(document(pathway=[*EVERY_PHASE, BAD[case][0]])))
    assert wrong
    assert {place_of(problem).pathway for problem in wrong} == {len(EVERY_PHASE)}


@pytest.mark.parametrize("case", BAD)
def test_one_wrong_step_does_not_hide_another(case: str) -> None:
    late = a_step("late", escalate_after_hours=1)
    assert "«late»: si avvisa dopo il termine, non prima." in found(BAD[case][0], late)


def test_two_steps_of_one_name_are_both_pointed_at():
    wrong = errors(problems(document(pathway=[*EVERY_PHASE, a_step(), a_step(phase="intake")])))
    assert [problem.path for problem in wrong] == ["pathway[4].key", "pathway[5].key"]
    assert {problem.sentence for problem in wrong} == {"Due passi del percorso si chiamano «listen»."}


@pytest.mark.parametrize("phase", EVERYDAY)
def test_a_phase_that_everybody_passes_and_that_asks_nothing_is_said(phase: Phase) -> None:
    steps = [step for step in EVERY_PHASE if step["phase"] != phase]
    (mind,) = problems(document(pathway=steps))
    assert mind in warnings([mind])
    assert mind.path == "pathway"
    assert plain(mind).sentence.startswith(f"Nella fase «{PHASE_LABELS[phase]}»")


def test_no_line_of_a_text_is_blamed_for_another():
    wrong = examine(text(pathway=[*EVERY_PHASE, a_step(within_hours=0)])).problems
    lines = text(pathway=[*EVERY_PHASE, a_step(within_hours=0)]).splitlines()
    assert [lines[problem.line - 1].strip() for problem in wrong] == ["within_hours: 0"]


def test_a_step_for_a_service_that_nobody_is_is_said_of_the_territory():
    made = parsed(pathway=[*EVERY_PHASE, a_step("house", "stay", kind="shelter"), a_step("lead", "stay", kind=None)])
    said = [problem for problem in reach(made, []) if problem.path.startswith("pathway")]
    assert [problem.path for problem in said] == [f"pathway[{n}].kind" for n in range(5)]
    assert said[-1].sentence == "Per il passo «house» manca un servizio «Casa rifugio»."


def test_a_draft_is_written_step_by_step_and_keeps_what_is_still_wrong():
    draft = with_pathway_step(document(), 0, a_step("one", within_hours=None))
    draft = with_pathway_step(draft, 1, a_step("two"))
    assert [step["key"] for step in pathway_of(draft)] == ["one", "two"]
    assert shape_problems(draft) == []
    assert [step.key for step in readable(draft).pathway] == ["two"]
    assert [step["key"] for step in pathway_of(moved_pathway_step(draft, 1, -1))] == ["two", "one"]
    assert [step["key"] for step in pathway_of(moved_pathway_step(draft, 1, 1))] == ["one", "two"]
    assert [step["key"] for step in pathway_of(without_pathway_step(draft, 0))] == ["two"]
    assert "pathway" not in without_pathway_step(without_pathway_step(draft, 0), 0)
    assert pathway_of(document(call())) == []


def test_a_number_in_words_has_no_shape_a_page_could_show():
    assert shape_problems(document(pathway=[a_step(within_hours="presto")]))
