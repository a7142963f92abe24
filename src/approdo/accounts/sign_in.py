# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The two reads that come before every page, her session and herself, through statements written once (ADR 0008).

What they mean is Django's and the sign-in library's; only how the rows are fetched is ours.
"""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models.functions import Now

from approdo.accounts.models import Operator
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
