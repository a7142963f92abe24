# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Found by Django under this name (``ENGINE``)."""

from typing import Any

import psycopg
from django.db.backends.postgresql import base, operations

from approdo.kit import claims


class Operations(operations.DatabaseOperations):
    """PostgreSQL's, which also name a statement that was prepared."""

    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> str:
        """Return the statement as it was sent; without its values when it was prepared."""
        return super().last_executed_query(cursor, sql, params) or str(sql)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose every transaction begins with the claim in force; what it says ends with the transaction."""

    ops_class = Operations

    def _set_autocommit(self, autocommit: bool) -> None:  # Django's own hook: a transaction begins, or has ended
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if not autocommit and claims.current() is not None:
            with self.wrap_database_errors:
                claims.state(self.connection)

    def prepared_cursor(self) -> Any:
        """Return a cursor whose statements this connection keeps planned: planning a page cost more than running it.

        Only for statements that are written once (``kit.rows``); Django's own cursors plan each time, as always.
        """
        self.ensure_connection()
        return self._prepare_cursor(psycopg.Cursor(self.connection))  # type: ignore[attr-defined]
