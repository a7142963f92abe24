#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
#
# The two roles and the database, on a new PostgreSQL: run once as a superuser, with the two passwords in the
# environment. `approdo migrate` grants the rest.
set -eu
psql --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" \
    --set owner_password="$OWNER_PASSWORD" --set application_password="$APPLICATION_PASSWORD" <<'SQL'
CREATE ROLE approdo_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE approdo_app LOGIN PASSWORD :'application_password';
CREATE DATABASE approdo OWNER approdo_owner TEMPLATE template0 ENCODING 'UTF8';
SQL
