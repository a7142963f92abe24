# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='InstrumentVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40)),
                ('version', models.CharField(max_length=40)),
                ('digest', models.CharField(help_text='SHA-256 of the document in canonical JSON', max_length=64, unique=True)),
                ('document', models.JSONField()),
                ('kept_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Happening',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('case_id', models.UUIDField()),
                ('slice', models.CharField(max_length=20)),
                ('child_id', models.UUIDField(help_text='the entry of the child it is about; none: her, or all children', null=True)),
                ('organisation_id', models.BigIntegerField()),
                ('service_id', models.BigIntegerField()),
                ('operator_id', models.BigIntegerField()),
                ('sealed', models.BinaryField()),
                ('happened_at', models.DateTimeField()),
                ('noted_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['case_id', 'happened_at'], name='happening_of_case')],
                'constraints': [models.CheckConstraint(condition=models.Q(('slice__in', ['risk', 'children'])), name='happening_slice_known'), models.CheckConstraint(condition=models.Q(('noted_at__gte', models.F('happened_at'))), name='happening_is_not_to_come')],
            },
        ),
        migrations.CreateModel(
            name='Assessment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('case_id', models.UUIDField()),
                ('slice', models.CharField(max_length=20)),
                ('child_id', models.UUIDField(help_text='the entry of the child it is about; none: her, or all children', null=True)),
                ('organisation_id', models.BigIntegerField()),
                ('service_id', models.BigIntegerField()),
                ('operator_id', models.BigIntegerField()),
                ('sealed', models.BinaryField()),
                ('assessed_at', models.DateTimeField()),
                ('instrument', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='risk.instrumentversion')),
            ],
        ),
        migrations.CreateModel(
            name='Judgement',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('case_id', models.UUIDField()),
                ('slice', models.CharField(max_length=20)),
                ('child_id', models.UUIDField(help_text='the entry of the child it is about; none: her, or all children', null=True)),
                ('organisation_id', models.BigIntegerField()),
                ('service_id', models.BigIntegerField()),
                ('operator_id', models.BigIntegerField()),
                ('sealed', models.BinaryField()),
                ('made_at', models.DateTimeField()),
                ('needs_reader', models.BooleanField()),
                ('reader_id', models.BigIntegerField(null=True)),
                ('read_at', models.DateTimeField(null=True)),
                ('assessment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='judgements', to='risk.assessment')),
            ],
        ),
        migrations.AddIndex(
            model_name='assessment',
            index=models.Index(fields=['case_id', 'assessed_at'], name='assessment_of_case'),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=models.CheckConstraint(condition=models.Q(('slice__in', ['risk', 'children'])), name='assessment_slice_known'),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=models.CheckConstraint(condition=models.Q(('child_id', None), ('slice', 'children'), _connector='OR'), name='assessment_of_a_child_is_hers'),
        ),
        migrations.AddIndex(
            model_name='judgement',
            index=models.Index(fields=['case_id', 'made_at'], name='judgement_of_case'),
        ),
        migrations.AddConstraint(
            model_name='judgement',
            constraint=models.CheckConstraint(condition=models.Q(('slice__in', ['risk', 'children'])), name='judgement_slice_known'),
        ),
        migrations.AddConstraint(
            model_name='judgement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('read_at', None), ('reader_id', None)), models.Q(('needs_reader', True), ('read_at__gte', models.F('made_at')), ('reader_id__isnull', False)), _connector='OR'), name='judgement_read_with_its_instant'),
        ),
        migrations.AddConstraint(
            model_name='judgement',
            constraint=models.CheckConstraint(condition=models.Q(('reader_id', None), models.Q(('reader_id', models.F('operator_id')), _negated=True), _connector='OR'), name='judgement_read_by_another'),
        ),
        migrations.AddConstraint(
            model_name='judgement',
            constraint=models.CheckConstraint(condition=models.Q(('assessment__isnull', False), ('needs_reader', True), _connector='OR'), name='closing_is_always_read'),
        ),
    ]
