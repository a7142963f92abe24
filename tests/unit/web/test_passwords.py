# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which passwords an operator may choose, asked of the form in which she chooses one."""

import pytest
from allauth.account.forms import ResetPasswordKeyForm

from approdo.accounts.models import Operator


def problems(password: str) -> list[str]:
    """What the form answers to a new password of an operator of ours."""
    operator = Operator(email="operatrice.sette@lago.example", display_name="Ginestra Prova")
    form = ResetPasswordKeyForm({"password1": password, "password2": password}, user=operator, temp_key="x")
    return [error.code or "" for errors in form.errors.as_data().values() for error in errors]


@pytest.mark.parametrize(("password", "refused"), [("mare calmo.", True), ("mare calmo..", False)])
def test_eleven_characters_are_too_few_and_twelve_are_enough(password: str, refused: bool) -> None:
    assert problems(password) == ["password_too_short"] * refused


def test_a_password_that_everybody_uses_is_refused() -> None:
    assert problems("1234567890123") != []
    assert "password_too_common" in problems("qwertyuiop123")


@pytest.mark.parametrize("password", ["operatrice.sette", "Ginestra Prova"])
def test_a_password_is_not_her_own_name_or_address(password: str) -> None:
    assert problems(password) == ["password_too_similar"]


@pytest.mark.parametrize("password", ["una barca rientra in porto", "solo minuscole", "73190264851973", "è" * 200])
def test_kinds_of_characters_are_hers_to_choose_and_no_length_is_too_much(password: str) -> None:
    assert problems(password) == []
