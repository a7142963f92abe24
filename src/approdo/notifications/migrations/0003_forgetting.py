# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0002_trials'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='message',
            index=models.Index(django.db.models.functions.comparison.Coalesce('closed_at', 'written_at'), condition=models.Q(('state__in', ['sent', 'delivered', 'failed', 'cancelled']), models.Q(('address', ''), _negated=True), models.Q(('closed_at__isnull', False), models.Q(('template', 'alert'), _negated=True), _connector='OR')), name='message_remembered'),
        ),
    ]
