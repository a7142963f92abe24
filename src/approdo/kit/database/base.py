# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Found by Django under this name (``ENGINE``)."""

from django.db.backends.postgresql import base

from approdo.kit import claims


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose every transaction begins with the claim in force; what it says ends with the transaction."""

    def _set_autocommit(self, autocommit: bool) -> None:  # Django's own hook: a transaction begins, or has ended
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if not autocommit and claims.current() is not None:
            with self.wrap_database_errors:
                claims.state(self.connection)
