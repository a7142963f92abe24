# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0012_pathway'),
        ('networks', '0008_qualifications'),
        ('tasks', '0002_walls'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='task',
            name='task_instrument_known',
        ),
        migrations.AlterField(
            model_name='task',
            name='instrument',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('instrument', ''), ('status', 'completed'), _connector='OR'), name='task_done_with_an_instrument'),
        ),
    ]
