# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The addresses under /api/v1; every one of them, and every other one, crosses the threshold."""

from django.urls import URLPattern, URLResolver, path, re_path

from approdo.api.contract import api
from approdo.api.threshold import nowhere, threshold

urlpatterns: list[URLPattern | URLResolver] = [
    path(route, threshold(route.replace("<", "{").replace(">", "}"), view)) for route, view in api.views().items()
]
urlpatterns.append(re_path("", nowhere))
