# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later

import datetime
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('networks', '0003_organisation_coordinator'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Block',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case_id', models.UUIDField()),
                ('reason', models.CharField(max_length=20)),
                ('blocked_at', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(null=True)),
                ('blocked_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lifted_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('operator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('lifted_at', None)), fields=['case_id'], name='block_of_case')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('operator', 'case_id'), name='blocked_once'), models.CheckConstraint(condition=models.Q(('reason__in', ['she_asked', 'knows_her', 'knows_him', 'party', 'colleague'])), name='block_reason_known'), models.CheckConstraint(condition=models.Q(models.Q(('lifted_at', None), ('lifted_by', None)), models.Q(('lifted_at__gte', models.F('blocked_at')), ('lifted_by__isnull', False)), _connector='OR'), name='block_lifted_when_and_by_whom'), models.CheckConstraint(condition=models.Q(('lifted_by', None), models.Q(('lifted_by', models.F('operator')), _negated=True), _connector='OR'), name='nobody_lifts_her_own_block')],
            },
        ),
        migrations.CreateModel(
            name='BreakGlass',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('case_id', models.UUIDField()),
                ('reason', models.CharField(max_length=20)),
                ('opened_at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('manager_told_at', models.DateTimeField(null=True)),
                ('reviewer_told_at', models.DateTimeField(null=True)),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, max_length=20)),
                ('operator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='networks.organisation')),
                ('reviewed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('service', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='networks.service')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('reviewed_at', None)), fields=['opened_at'], name='break_glass_to_review'), models.Index(fields=['operator', 'case_id', 'until'], name='break_glass_of_operator')],
                'constraints': [models.CheckConstraint(condition=models.Q(('reason__in', ['danger_to_life', 'child_in_danger', 'cannot_speak', 'nobody_answers'])), name='break_glass_reason_known'), models.CheckConstraint(condition=models.Q(('until__gte', models.F('opened_at')), ('until__lte', django.db.models.expressions.CombinedExpression(models.F('opened_at'), '+', models.Value(datetime.timedelta(seconds=3600))))), name='break_glass_lasts_an_hour_at_most'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', ''), ('reviewed_at', None), ('reviewed_by', None)), models.Q(('outcome__in', ['justified', 'not_justified']), ('reviewed_at__gte', models.F('until')), ('reviewed_by__isnull', False)), _connector='OR'), name='break_glass_reviewed_when_and_by_whom'), models.CheckConstraint(condition=models.Q(('reviewed_by', None), models.Q(('reviewed_by', models.F('operator')), _negated=True), _connector='OR'), name='nobody_reviews_herself'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('operator', '='), ('case_id', '='), (models.Func('opened_at', 'until', function='TSTZRANGE', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='broken_once_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('case_id', models.UUIDField()),
                ('slices', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), size=None)),
                ('purpose', models.CharField(max_length=20)),
                ('basis', models.CharField(max_length=10)),
                ('valid_from', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('language', models.CharField(blank=True, max_length=3)),
                ('how', models.CharField(blank=True, max_length=20)),
                ('proof', models.CharField(blank=True, max_length=20)),
                ('norm', models.CharField(blank=True, max_length=30)),
                ('reason', models.CharField(blank=True, max_length=20)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('decided_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recorded_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('renews', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consents.grant')),
                ('revoked_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('service', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='networks.service')),
            ],
            options={
                'indexes': [models.Index(fields=['service', 'case_id'], name='grant_of_service_on_case'), models.Index(fields=['case_id'], name='grant_of_case'), models.Index(condition=models.Q(('revoked_at', None)), fields=['until', 'service'], name='grant_by_expiry')],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__gt', models.F('valid_from'))), name='grant_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(('until__lte', django.db.models.expressions.CombinedExpression(models.F('valid_from'), '+', models.Value(datetime.timedelta(days=732))))), name='grant_lasts_two_years_at_most'), models.CheckConstraint(condition=models.Q(('valid_from__gte', models.F('recorded_at'))), name='grant_is_not_backdated'), models.CheckConstraint(condition=models.Q(('slices__len__gte', 1), ('slices__contained_by', ['identity', 'contacts', 'location', 'risk', 'health', 'legal', 'children', 'plan', 'chronology'])), name='grant_slices_known'), models.CheckConstraint(condition=models.Q(('purpose__in', ['protection', 'health_care', 'support', 'housing', 'legal_protection', 'children', 'coordination'])), name='grant_purpose_known'), models.CheckConstraint(condition=models.Q(models.Q(('basis', 'consent'), ('decided_by', None), ('how__in', ['read_aloud', 'written', 'interpreter']), ('norm', ''), ('proof__in', ['signed_form', 'noted_by_operator', 'noted_by_two', 'interpreter_signed']), ('reason', ''), models.Q(('language', ''), _negated=True)), models.Q(('basis', 'legal'), ('decided_by__isnull', False), ('how', ''), ('language', ''), ('norm__in', ['report_by_officials', 'medical_report', 'child_protection', 'court_order', 'vital_interests']), ('proof', ''), ('reason__in', ['duty', 'danger', 'child_at_risk', 'ordered', 'cannot_consent'])), _connector='OR'), name='grant_rests_on_her_word_or_on_a_norm'), models.CheckConstraint(condition=models.Q(models.Q(('revoked_at', None), ('revoked_by', None)), models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False)), _connector='OR'), name='grant_revoked_when_and_by_whom')],
            },
        ),
        migrations.CreateModel(
            name='Masking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case_id', models.UUIDField()),
                ('slice', models.CharField(blank=True, max_length=20)),
                ('entry_id', models.UUIDField(null=True)),
                ('masked_at', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(null=True)),
                ('lifted_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('masked_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('service', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='networks.service')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('case_id', 'service', 'slice', 'entry_id'), name='masked_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('entry_id__isnull', False), ('slice', '')), models.Q(('entry_id', None), ('slice__in', ['identity', 'contacts', 'location', 'risk', 'health', 'legal', 'children', 'plan', 'chronology'])), _connector='OR'), name='masking_hides_a_slice_or_an_entry'), models.CheckConstraint(condition=models.Q(models.Q(('lifted_at', None), ('lifted_by', None)), models.Q(('lifted_at__gte', models.F('masked_at')), ('lifted_by__isnull', False)), _connector='OR'), name='masking_lifted_when_and_by_whom')],
            },
        ),
        migrations.CreateModel(
            name='NotShared',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case_id', models.UUIDField()),
                ('slice', models.CharField(max_length=20)),
                ('reason', models.CharField(max_length=20)),
                ('recorded_at', models.DateTimeField()),
                ('recorded_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('service', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='networks.service')),
            ],
            options={
                'indexes': [models.Index(fields=['case_id', 'recorded_at'], name='not_shared_of_case')],
                'constraints': [models.CheckConstraint(condition=models.Q(('slice__in', ['identity', 'contacts', 'location', 'risk', 'health', 'legal', 'children', 'plan', 'chronology'])), name='not_shared_slice_known'), models.CheckConstraint(condition=models.Q(('reason__in', ['she_said_no', 'not_asked_yet', 'not_needed', 'not_safe', 'other_persons'])), name='not_shared_reason_known')],
            },
        ),
    ]
