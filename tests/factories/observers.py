# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A look at the database from above row-level security, which neither the application nor the owner has."""

from typing import Any

import psycopg

from approdo.kit.postgres import Urls


def observer(urls: Urls, **options: Any) -> psycopg.Connection[Any]:
    """A superuser's connection to the very database that the product works on."""
    return psycopg.connect(
        urls.administrator, dbname=psycopg.conninfo.conninfo_to_dict(urls.owner)["dbname"], **options
    )
