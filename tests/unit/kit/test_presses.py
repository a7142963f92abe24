# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One press keeps one thing: which identifiers are the same, and which never are."""

from uuid import UUID

import pytest

from approdo.kit.presses import KeptAlready, identifier

CASE, OTHER = UUID(int=1), UUID(int=2)
KEY = "una-chiave-della-pagina"


def test_the_same_press_with_the_same_content_is_the_same_thing() -> None:
    assert identifier(CASE, KEY, "sheet", {"a": "yes", "b": "no"}) == identifier(
        CASE, KEY, "sheet", {"b": "no", "a": "yes"}
    )


@pytest.mark.parametrize(
    ("scope", "key", "said"),
    [
        (OTHER, KEY, ("sheet", {"a": "yes"})),
        (CASE, "un'altra-pagina", ("sheet", {"a": "yes"})),
        (CASE, KEY, ("sheet", {"a": "no"})),
        (CASE, KEY, ("level", {"a": "yes"})),
        (CASE, KEY, ("sheet",)),
        (CASE, KEY, ("sheet", {"a": "yes"}, 7)),
    ],
)
def test_another_case_another_page_another_content_is_another_thing(
    scope: UUID, key: str, said: tuple[object, ...]
) -> None:
    assert identifier(scope, key, *said) != identifier(CASE, KEY, "sheet", {"a": "yes"})


def test_what_no_page_sent_is_new_each_time() -> None:
    assert identifier(CASE, "", "sheet") != identifier(CASE, "", "sheet")


def test_who_pressed_twice_is_told_what_is_there() -> None:
    refusal = KeptAlready(CASE)
    assert (refusal.id, refusal.code, refusal.status) == (CASE, "kept_already", 409)
