# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Codes of a second factor: guessed at most a few times by account, from wherever, by somebody who has the password.

A limit by account on passwords would let anybody who knows her address lock her out at night; who has her password is
let in no further, and she still has her passkey (ASVS 6.3.1).
"""

from allauth.account.adapter import get_adapter
from allauth.core import context, ratelimit
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm


class _Counted(BaseAuthenticateForm):
    """Counts what was typed wrongly for an account; a right code forgets it (``ACCOUNT_RATE_LIMITS``)."""

    def clean_code(self) -> str:
        """Return a code that is right; refuse any when too many were wrong."""
        if not ratelimit.consume(context.request, action="second_factor", user=self.user):
            raise get_adapter().validation_error("too_many_login_attempts")
        code: str = super().clean_code()
        ratelimit.clear(context.request, action="second_factor", user=self.user)
        return code


class SecondFactor(_Counted, AuthenticateForm):
    """The code that follows the password."""


class SecondFactorAgain(_Counted, ReauthenticateForm):
    """The code that proves once more that it is she."""
