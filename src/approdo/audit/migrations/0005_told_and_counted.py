# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations, models


class Migration(migrations.Migration):
    """What the reading budget counts, and what somebody is told of, are found without walking the register."""

    dependencies = [("audit", "0004_chain")]
    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["operator_id", "happened_at"],
                include=["case_id", "verb"],
                condition=models.Q(verb__in=("record.read", "record.reveal", "record.go_on"))
                & ~models.Q(detail__has_key="free"),
                name="entry_of_reader",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["happened_at"],
                condition=models.Q(verb__in=("block.attempt", "block.tell", "reading.report")),
                name="entry_to_tell",
            ),
        ),
    ]
