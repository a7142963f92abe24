# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Found by Django under this name (``ENGINE``)."""

from datetime import UTC, datetime
from typing import Any

import psycopg
from django.db.backends.postgresql import base, operations
from psycopg.adapt import Loader

from approdo.kit import claims


class Instants(Loader):
    """Instants as PostgreSQL writes them (ISO 8601 in UTC), read by Python's own parser.

    The driver's reads any zone, in Python and by regular expression: twenty times slower, eighty times on a board.
    """

    timezone = UTC
    """What Django asks a loader for, to see that it is of the connection's zone."""

    def load(self, data: Any) -> datetime:
        """Return an instant. Raises ``DataError`` for one that Python does not know (a year of five digits)."""
        try:
            return datetime.fromisoformat(str(data, "ascii"))
        except ValueError:
            raise psycopg.DataError("an instant beyond the year 9999, or not in ISO 8601") from None


class Operations(operations.DatabaseOperations):
    """PostgreSQL's, which also name a statement that was prepared."""

    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> str:
        """Return the statement as it was sent; without its values when it was prepared."""
        return super().last_executed_query(cursor, sql, params) or str(sql)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose every transaction begins with the claim in force; what it says ends with the transaction."""

    ops_class = Operations

    def get_connection_params(self) -> dict[str, Any]:
        """Return Django's parameters, with our reading of instants."""
        found: dict[str, Any] = super().get_connection_params()
        found["context"].register_loader("timestamptz", Instants)
        return found

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
