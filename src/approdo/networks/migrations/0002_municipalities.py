# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import csv
from pathlib import Path

from django.db import migrations

from approdo.networks.rules import folded

SOURCE = Path(__file__).resolve().parent.parent / "data" / "lombardy_municipalities.csv"


def load(apps, schema_editor):
    Municipality = apps.get_model("networks", "Municipality")
    with SOURCE.open(encoding="utf-8", newline="") as file:
        Municipality.objects.using(schema_editor.connection.alias).bulk_create(
            Municipality(
                istat_code=row["istat_code"],
                name=row["name"],
                folded_name=folded(row["name"]),
                province_code=row["province_code"],
                province_name=row["province_name"],
                province_acronym=row["province_acronym"],
                cadastral_code=row["cadastral_code"],
                population_2011=int(row["population_2011"]),
                latitude=float(row["lat"]),
                longitude=float(row["lon"]),
            )
            for row in csv.DictReader(file)
        )


class Migration(migrations.Migration):
    """The 1,503 municipalities of Lombardy, as ISTAT knows them."""

    dependencies = [("networks", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
