# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.apps import AppConfig


class ActivationsConfig(AppConfig):
    name = "approdo.activations"
    label = "activations"
    default_auto_field = "django.db.models.BigAutoField"
