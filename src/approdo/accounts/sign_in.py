# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The two reads that come before every page, her session and herself, through statements written once (ADR 0008);
and what the register keeps of signing in (ASVS 16.3.1).

What signing in means is Django's and the library's; only how the rows are fetched, and what is written down, is ours.
"""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models.functions import Now
from django.dispatch import receiver
from django.http import HttpRequest

from approdo.access.rules import Actor, Purpose
from approdo.accounts.models import Operator
from approdo.audit import services as audit
from approdo.kit import clock
from approdo.kit.rows import Statement

_SESSION = Statement(lambda key: Session.objects.filter(session_key=key, expire_date__gt=Now()), key=str)
_OPERATOR = Statement(lambda operator: Operator.objects.filter(pk=operator), operator=int)


class SessionStore(db.SessionStore):
    """Sessions in the database; one that has expired is absent."""

    def _get_session_from_db(self) -> Session | None:
        """Return the row of this session, or forget its key."""
        found = _SESSION.read(key=self.session_key)
        if found:
            session: Session = found[0]
            return session
        self._session_key = None
        return None


class Backend(AuthenticationBackend):
    """The library's sign-in; who is already signed in is read in one plain statement."""

    def get_user(self, user_id: int) -> Operator | None:
        """Return an operator who may still sign in, or None."""
        found = _OPERATOR.read(operator=user_id)
        return found[0] if found and self.user_can_authenticate(found[0]) else None


def end_over(request: HttpRequest) -> None:
    """Let the register say of the sign-out that follows that nobody pressed it: the session had lasted its time."""
    request.session_is_over = True  # type: ignore[attr-defined]


@receiver(user_logged_in)
def _signed_in(sender: object, user: Operator, **_named: Any) -> None:
    _note("session.begin", user.pk)


@receiver(user_logged_out)
def _signed_out(sender: object, request: HttpRequest, user: Operator | None, **_named: Any) -> None:
    if user is not None:
        _note("session.over" if getattr(request, "session_is_over", False) else "session.end", user.pk)


@receiver(user_login_failed)
def _refused(sender: object, **_typed: Any) -> None:
    """What was typed may be a password in the wrong field: not a letter of it is kept."""
    _note("session.refuse", None)


@receiver(authentication_failed)
def _second_refused(sender: object, user: Operator, **_named: Any) -> None:
    _note("session.refuse_second", user.pk)


@receiver(authenticator_added)
def _factor_added(sender: object, user: Operator, authenticator: Authenticator, **_named: Any) -> None:
    _note("factor.add", user.pk, kind=authenticator.type)


@receiver(authenticator_removed)
def _factor_removed(sender: object, user: Operator, authenticator: Authenticator, **_named: Any) -> None:
    _note("factor.remove", user.pk, kind=authenticator.type)


@receiver(authenticator_reset)
def _factor_made_again(sender: object, user: Operator, authenticator: Authenticator, **_named: Any) -> None:
    _note("factor.make_again", user.pk, kind=authenticator.type)


@receiver(password_changed)
@receiver(password_set)
@receiver(password_reset)
def _password_changed(sender: object, user: Operator, **_named: Any) -> None:
    _note("password.change", user.pk)


def _note(verb: str, operator_id: int | None, **detail: str) -> None:
    """Signing in never waits for the register: an entry that it does not take goes to the spool."""
    actor = Actor(operator_id, None, None, None, Purpose.OPERATION)
    subject = f"operator:{operator_id or 'unknown'}"
    audit.note(actor=actor, verb=verb, subject=subject, now=clock.now(), detail=detail)
