# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations

LOOKED_UP = """
ALTER POLICY seen_by ON activations_call USING ((SELECT true FROM activations_activation a WHERE a.id = activation_id));
ALTER POLICY seen_by ON activations_alert USING ((SELECT true FROM activations_call c WHERE c.id = call_id));
"""
UNDO = """
ALTER POLICY seen_by ON activations_alert USING (EXISTS (SELECT FROM activations_call c WHERE c.id = call_id));
ALTER POLICY seen_by ON activations_call
    USING (EXISTS (SELECT FROM activations_activation a WHERE a.id = activation_id));
"""


class Migration(migrations.Migration):
    """What a row belongs to is looked up by its number, as in cases 0005 (ADR 0012)."""

    dependencies = [("activations", "0004_kept_out"), ("cases", "0005_looked_up")]
    operations = [migrations.RunSQL(LOOKED_UP, UNDO)]
