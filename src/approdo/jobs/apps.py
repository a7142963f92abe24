# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "approdo.jobs"
    label = "jobs"
