# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Document → forms → document loses nothing: whatever may be published comes back as it was when nobody touches it."""

from copy import deepcopy

import pytest
from django.forms import BooleanField
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factories.protocols import call, document

from approdo.networks.rules import Capability, Channel, MunicipalityView, ServiceKind
from approdo.protocols import selectors
from approdo.protocols.rules import (
    ALL,
    CALLABLE_KINDS,
    Choose,
    Context,
    Need,
    OutOfHours,
    Target,
    Urgency,
    in_order,
    read,
    write,
)
from approdo.protocols.rules.composing import with_call
from approdo.protocols.rules.structure import structural_problems
from approdo.web.draft_forms import HOURS, CallForm, HeadingForm, hours_forms, hours_written, step_forms

TERRITORY = tuple(MunicipalityView(code, code, "VA") for code in ("012133", "012092"))
OFFERED = ((ServiceKind.SUPPORT_CENTRE, "Centro"), (ServiceKind.SHELTER, "R-07"))


def as_sent(*forms):
    """What a browser sends of forms that nobody touched."""
    sent = QueryDict(mutable=True)
    for bound in (bound for form in forms for bound in form):
        value = bound.field.widget.format_value(bound.value())
        if isinstance(value, list):
            many = getattr(bound.field.widget, "allow_multiple_selected", False)
            sent.setlist(bound.html_name, [one for one in map(str, value) if one or not many])
        elif isinstance(bound.field, BooleanField):
            if bound.value():
                sent[bound.html_name] = "on"
        else:
            sent[bound.html_name] = "" if value is None else value
    return sent


def untouched(made):
    """The document after every page of the editor was opened and sent as it was."""
    form = HeadingForm(made, TERRITORY, as_sent(HeadingForm(made, TERRITORY)))
    assert form.is_valid(), form.errors
    made = form.written()
    sent = as_sent(*hours_forms(made))
    hours = hours_forms(made, sent)
    assert all([one.is_valid() for one in hours])
    made = hours_written(made, hours)
    for number, one in enumerate(made["calls"]):
        others = [(other["key"], other["key"]) for n, other in enumerate(made["calls"]) if n != number]
        shown, steps = CallForm(one, others, OFFERED), step_forms(one)
        sent = as_sent(shown, *steps.forms, steps.management_form)
        form, steps = CallForm(one, others, OFFERED, sent), step_forms(one, sent)
        assert form.is_valid(), form.errors
        assert steps.is_valid(), steps.errors
        made = with_call(made, number, form.written([step.step() for step in steps.forms]))
    return made


def words(enum, **more):
    return st.lists(st.sampled_from([str(word) for word in enum]), unique=True, **more)


PRINTED = st.text(st.characters(min_codepoint=32, exclude_categories=["Cc", "Cs"]), min_size=1)
KEY = st.from_regex(r"[a-z][a-z0-9_-]{0,39}", fullmatch=True)
MINUTES = st.integers(1, 60)
KIND = st.sampled_from([str(kind) for kind in CALLABLE_KINDS])


@st.composite
def channels(draw):
    made = {"at_once": draw(words(Channel, min_size=1))}
    if draw(st.booleans()):
        made |= {"if_unread": draw(words(Channel, min_size=1)), "after_seconds": draw(st.integers(15, 900))}
    return made


def steps():
    wait = st.fixed_dictionaries({"to": st.sampled_from(list(map(str, Target)))}, optional={"wait_minutes": MINUTES})
    return st.lists(wait, min_size=1, max_size=8)


@st.composite
def calls(draw, key, others):
    optional = {
        "capability": st.sampled_from(list(map(str, Capability))),
        "service_code": PRINTED.filter(lambda text: len(text) <= 80),
        "choose": st.sampled_from(list(map(str, Choose))),
        "needs": words(Need, min_size=1),
        "backup_kind": KIND,
        "out_of_hours": st.sampled_from(list(map(str, OutOfHours))),
        "fallback_phone": st.from_regex(r"\+?[0-9][0-9 ]{1,17}[0-9]", fullmatch=True),
    }
    always = {
        "key": st.just(key),
        "kind": KIND,
        "answer_within_minutes": MINUTES,
        "channels": channels(),
        "escalation": steps(),
        "repeat_minutes": MINUTES,
    }
    made = draw(st.fixed_dictionaries(always, optional=optional))
    if others and draw(st.booleans()):
        made |= {"after": draw(st.sampled_from(others)), "after_minutes": draw(MINUTES)}
    return made


@st.composite
def documents(draw):
    keys = draw(st.lists(KEY, min_size=1, max_size=3, unique=True))
    hours = {name: st.integers(1, 1440) for name in HOURS}
    urgencies = draw(words(Urgency))
    made = {
        "format": 1,
        "code": draw(KEY),
        "name": draw(PRINTED.filter(lambda text: len(text.strip()) > 0 and len(text) <= 120)),
        "network": "lake",
        "municipalities": draw(
            st.just(ALL) | st.lists(st.sampled_from(["012133", "012092", "016024"]), min_size=1, unique=True)
        ),
        "calls": [draw(calls(key, [other for other in keys if other != key])) for key in keys],
    }
    if draw(st.booleans()):
        made["contexts"] = draw(st.just(ALL) | words(Context, min_size=1))
    if urgencies:
        made["referrals"] = [{"urgency": urgency, **draw(st.fixed_dictionaries(hours))} for urgency in urgencies]
    return made


@settings(max_examples=60, deadline=None)
@given(documents())
def test_a_document_that_nobody_touches_is_the_same_after_every_page(made):
    assert structural_problems(made) == []
    before = deepcopy(made)
    assert untouched(made) == before == made


@settings(max_examples=100, deadline=None)
@given(documents())
def test_what_is_downloaded_is_read_back_the_same(made):
    assert read(write(in_order(made))).document == made


@pytest.mark.parametrize("model", sorted(selectors.shipped()))
def test_a_shipped_protocol_is_the_same_after_every_page(model):
    made = read(selectors.shipped()[model]).document
    assert untouched(made) == made


def test_a_municipality_of_elsewhere_and_a_service_that_is_gone_stay_written():
    made = document(call(service_code="Chiuso"), municipalities=["999999", "012133"])
    assert untouched(made) == made
