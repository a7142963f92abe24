# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('networks', '0002_municipalities'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='membership',
            name='membership_role_known',
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['emergency_operator', 'on_call_operator', 'centre_operator', 'shelter_manager', 'social_worker', 'officer', 'organisation_coordinator', 'network_coordinator', 'project_manager', 'regional_analyst', 'trainer', 'learner', 'system_administrator'])), name='membership_role_known'),
        ),
    ]
