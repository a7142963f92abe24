# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations, models


class Migration(migrations.Migration):
    """A message may say that there is something to see, without an answer (security.md, P16)."""

    dependencies = [("notifications", "0003_forgetting")]
    operations = [
        migrations.RemoveConstraint(model_name="message", name="message_template_known"),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("template__in", ["alert", "closed", "trial", "notice"])),
                name="message_template_known",
            ),
        ),
    ]
