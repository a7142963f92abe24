# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations, models

WRITTEN_AFTERWARDS = """
DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'approdo_app') THEN
    GRANT UPDATE (reminded_at) ON consents_breakglass TO approdo_app;
END IF; END $$;
"""


class Migration(migrations.Migration):
    """When somebody was last reminded of a break-glass that nobody reviewed in time."""

    dependencies = [("consents", "0002_terms_never_change")]
    operations = [
        migrations.AddField(model_name="breakglass", name="reminded_at", field=models.DateTimeField(null=True)),
        migrations.RunSQL(WRITTEN_AFTERWARDS, migrations.RunSQL.noop),
    ]
