# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "approdo.web"
    label = "web"
