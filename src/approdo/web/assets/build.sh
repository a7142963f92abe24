#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
# Rebuild the committed style sheet, icons and htmx. Needs npm once, on a developer's machine; never at run time.
# Usage: src/approdo/web/assets/build.sh [scratch directory]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
static=$(dirname "$here")/static
scratch=${1:-$(mktemp -d)}
mkdir -p "$scratch" "$static/web" "$static/vendor"
cd "$scratch"
[ -f package.json ] || npm init -y >/dev/null
npm install --no-audit --no-fund --ignore-scripts --silent \
    bootstrap-italia@2.18.3 sass@1.108.2 htmx.org@2.0.11
npx sass --load-path=node_modules --quiet --style=compressed --no-source-map "$here/app.scss" app.css
{
    printf '/*! SPDX-FileCopyrightText: 2026 The Approdo founders; Presidenza del Consiglio dei Ministri; The Bootstrap Authors\n'
    printf ' SPDX-License-Identifier: AGPL-3.0-or-later AND BSD-3-Clause AND MIT */\n'
    cat app.css
} >"$static/web/app.css"
cp node_modules/htmx.org/dist/htmx.min.js "$static/vendor/htmx.min.js"
python3 "$here/icons.py" node_modules/bootstrap-italia/dist/svg/sprites.svg >"$static/web/icons.svg"
ls -l "$static/web" "$static/vendor"
