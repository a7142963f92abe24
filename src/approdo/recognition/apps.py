# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.apps import AppConfig


class RecognitionConfig(AppConfig):
    name = "approdo.recognition"
    label = "recognition"
    default_auto_field = "django.db.models.BigAutoField"
