# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "approdo.referrals"
    label = "referrals"
    default_auto_field = "django.db.models.BigAutoField"
