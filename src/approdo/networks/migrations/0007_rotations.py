# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('networks', '0006_absences'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='shift',
            name='note',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.CreateModel(
            name='Override',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField()),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('removed_at', models.DateTimeField(null=True)),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('service', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='overrides', to='networks.service')),
            ],
        ),
        migrations.AddField(
            model_name='shift',
            name='override',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='shifts', to='networks.override'),
        ),
        migrations.CreateModel(
            name='Rotation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('unit', models.CharField(max_length=10)),
                ('every', models.PositiveSmallIntegerField()),
                ('first_day', models.DateField()),
                ('hand_over', models.TimeField()),
                ('made_until', models.DateTimeField()),
                ('ends_at', models.DateTimeField(null=True)),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rotations', to='networks.service')),
            ],
        ),
        migrations.CreateModel(
            name='OverriddenShift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('note', models.CharField(blank=True, max_length=200)),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('override', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='replaced', to='networks.override')),
                ('rotation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='networks.rotation')),
            ],
        ),
        migrations.AddField(
            model_name='shift',
            name='rotation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='shifts', to='networks.rotation'),
        ),
        migrations.CreateModel(
            name='RotationPerson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveSmallIntegerField()),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('rotation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='turns', to='networks.rotation')),
            ],
        ),
        migrations.AddField(
            model_name='rotation',
            name='people',
            field=models.ManyToManyField(related_name='+', through='networks.RotationPerson', to=settings.AUTH_USER_MODEL),
        ),
        migrations.CreateModel(
            name='LocalHoliday',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.PositiveSmallIntegerField()),
                ('day', models.PositiveSmallIntegerField()),
                ('name', models.CharField(max_length=60)),
                ('service', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='local_holidays', to='networks.service')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('service', 'month', 'day'), name='local_holiday_once_a_year'), models.CheckConstraint(condition=models.Q(('month__range', (1, 12)), ('day__range', (1, 31))), name='local_holiday_is_a_day')],
            },
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='override_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(('position__in', [1, 2])), name='override_position_known'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('removed_at', None)), expressions=[('service', '='), ('position', '='), (models.Func('starts_at', 'ends_at', django.contrib.postgres.fields.ranges.RangeBoundary(), function='TSTZRANGE', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='overridden_once_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='overriddenshift',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='overridden_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='rotationperson',
            constraint=models.UniqueConstraint(fields=('rotation', 'place'), name='rotation_place_of_one'),
        ),
        migrations.AddConstraint(
            model_name='rotationperson',
            constraint=models.UniqueConstraint(fields=('rotation', 'operator'), name='in_a_rotation_once'),
        ),
        migrations.AddConstraint(
            model_name='rotation',
            constraint=models.CheckConstraint(condition=models.Q(('position__in', [1, 2])), name='rotation_position_known'),
        ),
        migrations.AddConstraint(
            model_name='rotation',
            constraint=models.CheckConstraint(condition=models.Q(('unit__in', ['hour', 'day', 'week', 'month'])), name='rotation_unit_known'),
        ),
        migrations.AddConstraint(
            model_name='rotation',
            constraint=models.CheckConstraint(condition=models.Q(('every__gte', 1)), name='rotation_turn_is_long'),
        ),
        migrations.AddConstraint(
            model_name='rotation',
            constraint=models.UniqueConstraint(condition=models.Q(('ends_at', None)), fields=('service', 'position'), name='one_rotation_per_position'),
        ),
    ]
