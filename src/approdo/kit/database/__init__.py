# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The database engine of the settings: PostgreSQL, told at the start of every transaction who is asking."""
