# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The product's settings with nothing of the product's pages in them."""

from approdo.config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.floors.page"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
