# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.urls import include, path, re_path

from approdo.api.threshold import nowhere

urlpatterns = [
    path("", include("approdo.web.urls")),
    path("api/v1/", include("approdo.api.urls")),
    re_path(r"^api(?:/|$)", nowhere),
]
handler400 = "approdo.web.errors.bad_request"
handler403 = "approdo.web.errors.forbidden"
handler404 = "approdo.web.errors.not_found"
handler500 = "approdo.web.errors.server_error"
