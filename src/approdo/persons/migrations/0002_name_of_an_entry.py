# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations, models

FILL = """
ALTER TABLE persons_nametoken NO FORCE ROW LEVEL SECURITY;
ALTER TABLE persons_entry NO FORCE ROW LEVEL SECURITY;
-- until now the entry written last gave its organisation's beginnings
UPDATE persons_nametoken t SET entry_id = (
    SELECT e.id FROM persons_entry e
     WHERE e.case_id = t.case_id AND e.organisation_id = t.organisation_id AND e.kind = 'identity' AND e.removed_at IS NULL
     ORDER BY e.entered_at DESC LIMIT 1
);
DELETE FROM persons_nametoken WHERE entry_id IS NULL;
ALTER TABLE persons_entry FORCE ROW LEVEL SECURITY;
ALTER TABLE persons_nametoken FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """A name is found by whoever may read the very entry that says it, not by a neighbour of who wrote it."""

    dependencies = [("persons", "0001_initial"), ("cases", "0009_marked_together")]
    operations = [
        migrations.RemoveConstraint("nametoken", "name_token_once"),
        migrations.RemoveIndex("nametoken", "name_token_of_case"),
        migrations.AddField("nametoken", "entry_id", models.UUIDField(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField("nametoken", "entry_id", models.UUIDField()),
        migrations.AddConstraint(
            "nametoken",
            models.UniqueConstraint(
                fields=["organisation_id", "token", "entry_id"], include=["case_id"], name="name_token_once"
            ),
        ),
        migrations.AddIndex("nametoken", models.Index(fields=["entry_id"], name="name_token_of_entry")),
    ]
