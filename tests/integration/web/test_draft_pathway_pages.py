# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pathway in the editor: steps written as people speak, kept with their errors, moved and taken away."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from tests.factories.pages import form_on
from tests.factories.pathway_steps import a_step

from approdo.protocols.models import Draft
from approdo.web.draft_pathway_forms import hours_read, hours_said

DRAFTS = "/rete/protocolli/varese/bozze/"


@pytest.fixture
def coordinator(sign_in) -> Client:
    return sign_in("coordinator")


@pytest.fixture
def page(coordinator) -> str:
    """A draft with two steps of the pathway."""
    coordinator.post(DRAFTS, {"start": ""})
    draft = Draft.objects.latest("pk")
    steps = [a_step("one", when_closed="next_opening"), a_step("two", "intake", kind=None)]
    Draft.objects.filter(pk=draft.pk).update(document=draft.document | {"pathway": steps})
    return f"{DRAFTS}{draft.pk}/"


def steps():
    return Draft.objects.latest("pk").document.get("pathway", [])


def send(browser, page, **changes):
    action, fields = form_on(browser.get(page).content, "counter")
    return browser.post(action or page, fields | changes, follow=True)


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("36", 36),
        ("36 ore", 36),
        ("1 ora", 1),
        ("36h", 36),
        (" 3 Giorni ", 72),
        ("3 g.", 72),
        ("2 settimane", 336),
        ("3 days", 72),
        ("2 weeks", 336),
        ("0", 0),
        ("", None),
        ("presto", None),
        ("3 mesi", None),
        ("-3", None),
        ("3,5 ore", None),
        ("tre giorni", None),
        ("3 giorni e 2 ore", None),
        ("999999", None),
        ("3 _", None),
    ],
)
def test_lengths_of_time_are_read_as_people_write_them(text: str, hours: int | None) -> None:
    assert hours_read(text) == hours


@pytest.mark.parametrize("hours", [*range(1, 200), 719, 720, 721, 8760])
def test_what_is_said_is_read_back(hours: int) -> None:
    assert hours_read(hours_said(hours)) == hours


def test_nothing_is_said_of_nothing() -> None:
    assert hours_said(None) == hours_said("presto") == ""


def test_a_step_is_written_with_what_is_still_wrong_beside_its_field(coordinator, page) -> None:
    answer = send(coordinator, f"{page}percorso/3/", what="Sentire la scuola", within_hours="2 giorni")
    assert "Salvato nella bozza" in words(answer)
    assert steps()[2] == {"key": "sentire-la-scuola", "what": "Sentire la scuola", "within_hours": 48}
    again = coordinator.get(f"{page}percorso/3/")
    for sentence in ("Manca: in quale fase.", "Manca: chi si avvisa.", "Quando non ci sono più punti da correggere"):
        assert sentence in words(again)
    overview = words(coordinator.get(page))
    assert "fase da scegliere" in overview
    assert "entro 2 giorni" in overview
    assert "3 punti da correggere" in overview


def test_a_length_that_is_none_is_refused_and_still_there(coordinator, page) -> None:
    before = steps()
    answer = send(coordinator, f"{page}percorso/1/", within_hours="presto")
    assert answer.status_code == 422
    assert "Scrivi quanto tempo, per esempio: 36 ore, oppure 3 giorni." in words(answer)
    assert 'value="presto"' in answer.content.decode()
    assert steps() == before


def test_a_sound_step_is_read_aloud(coordinator, page) -> None:
    read = words(coordinator.get(f"{page}percorso/1/"))
    for said in (
        "entro 3 giorni",
        "il termine passa alla prima apertura",
        "dopo 4 giorni si avvisa",
        "la coordinatrice",
    ):
        assert said in read
    assert "chi conduce il percorso" in words(coordinator.get(f"{page}percorso/2/"))


@pytest.mark.parametrize(
    ("act", "left"),
    [
        ("up-2", ["two", "one"]),
        ("down-1", ["two", "one"]),
        ("up-1", ["one", "two"]),
        ("remove-1", ["two"]),
    ],
)
def test_steps_are_moved_and_taken_away(coordinator, page, act, left) -> None:
    counter = Draft.objects.latest("pk").counter
    coordinator.post(f"{page}percorso/", {"act": act, "counter": counter})
    assert [step["key"] for step in steps()] == left


@pytest.mark.parametrize("act", ["", "up", "up-0", "up-3", "fly-1", "remove--1", "remove-9999"])
def test_a_place_that_is_not_there_is_not_found(coordinator, page, act) -> None:
    assert coordinator.post(f"{page}percorso/", {"act": act, "counter": 1}).status_code == 404
    assert len(steps()) == 2


@pytest.mark.parametrize("place", [0, 4, 41, 999])
def test_a_step_beyond_the_next_is_not_found(coordinator, page, place) -> None:
    assert coordinator.get(f"{page}percorso/{place}/").status_code == 404


def test_the_second_of_two_is_told_and_loses_nothing(coordinator, page) -> None:
    action, fields = form_on(coordinator.get(f"{page}percorso/1/").content, "counter")
    coordinator.post(f"{page}percorso/", {"act": "up-2", "counter": Draft.objects.latest("pk").counter})
    answer = coordinator.post(action, fields | {"what": "Le mie parole"})
    assert answer.status_code == 409
    assert 'value="Le mie parole"' in answer.content.decode()
    assert "Com'è adesso" in words(answer).replace("&#x27;", "'")
    action, fields = form_on(answer.content, "counter")
    coordinator.post(action, fields)
    assert [step["what"] for step in steps()] == ["Passo two", "Le mie parole"], "hers was found by its name"


def test_a_problem_of_a_step_leads_to_its_page(coordinator, page) -> None:
    send(coordinator, f"{page}percorso/2/", escalate_after_hours="1 ora")
    shown = coordinator.get(page).content.decode()
    assert f'href="{page}percorso/2/"' in shown
    assert "Passo «two»" in shown
    assert "si avvisa dopo il termine, non prima" in shown


def test_a_version_shows_its_pathway_to_whoever_reads_protocols(coordinator, sign_in) -> None:
    from approdo.protocols.models import ProtocolVersion

    newest = ProtocolVersion.objects.get()
    told = newest.document | {"pathway": [a_step("one", repeat_hours=720, document="consent_form", when="children")]}
    ProtocolVersion.objects.create(
        protocol=newest.protocol, number=2, name=newest.name, source="x", document=told, digest="e" * 64,
        municipality_codes=[], contexts=[], effective_from=newest.effective_from + timedelta(microseconds=1),
        published_at=newest.published_at, published_by=newest.published_by,
    )  # fmt: skip
    shown = words(sign_in("centre").get(f"/rete/protocolli/varese/p/{newest.protocol.code}/2/"))
    for sentence in ("Che cosa si fa dopo, fase per fase", "Passo one", "ogni 30 giorni", "se ci sono minori"):
        assert sentence in shown
