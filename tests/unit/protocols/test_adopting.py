# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Another network's protocol as a draft of one's own: what does not fit is left out and said."""

import pytest
from tests.factories.protocols import call, document

from approdo.networks.rules import ServiceKind
from approdo.protocols.rules import adopted, examine_document, problems
from approdo.protocols.rules.document import CALLABLE_KINDS

EVERY = frozenset(ServiceKind)
THEIRS = document(
    call(service_code="Casa del Lago", fallback_phone="+39 0000 000001"),
    call("shelter", "shelter", backup_kind="social_emergency", needs=["safe_place"]),
    network="river",
    municipalities=["016024"],
)


def test_what_fits_comes_as_it_is_and_nothing_is_said() -> None:
    made, said = adopted(document(network="river"), "lake", EVERY)
    assert made == document(network="lake")
    assert said == []


def test_places_services_and_numbers_of_the_other_network_stay_there() -> None:
    made, said = adopted(THEIRS, "lake", EVERY)
    assert (made["network"], made["municipalities"]) == ("lake", "all")
    assert [one.path for one in said] == ["municipalities", "calls[0].service_code", "calls[0].fallback_phone"]
    assert not any(theirs in str(made) for theirs in ("Casa del Lago", "000001", "016024", "river"))
    assert examine_document(made).parsed is not None


def test_the_other_networks_document_is_not_changed() -> None:
    before = str(THEIRS)
    adopted(THEIRS, "lake", ())
    assert str(THEIRS) == before


@pytest.mark.parametrize("missing", sorted(CALLABLE_KINDS))
def test_a_kind_of_service_that_the_network_has_not_must_be_chosen_again_before_anything_else(
    missing: ServiceKind,
) -> None:
    theirs = document(call(), call("other", str(missing), needs=["children"]), network="river")
    made, said = adopted(theirs, "lake", EVERY - {missing})
    calls = [0, 1] if missing is ServiceKind.SUPPORT_CENTRE else [1]
    assert [one.path for one in said] == [f"calls[{place}].kind" for place in calls]
    assert all("manca un servizio" in one.sentence for one in said)
    wrong = {one.path for one in problems(made)}
    assert {f"calls[{place}]" for place in calls} <= wrong


def test_a_backup_that_the_network_has_not_is_asked_for_by_the_checks() -> None:
    theirs = document(
        call(
            backup_kind="shelter",
            escalation=[
                {"to": "first_on_call", "wait_minutes": 5},
                {"to": "backup_service", "wait_minutes": 5},
                {"to": "coordinator"},
            ],
        )
    )
    made, said = adopted(theirs, "lake", {ServiceKind.SUPPORT_CENTRE})
    assert [one.path for one in said] == ["calls[0].backup_kind"]
    assert any("servizio di riserva" in one.sentence for one in problems(made))
