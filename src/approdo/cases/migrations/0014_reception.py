# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later

import approdo.cases.rules
import django.db.models.deletion
from django.db import migrations, models


WALLS = """
ALTER TABLE cases_reception ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE persons_keeping ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen_by ON cases_reception
    USING (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id));
-- whoever keeps a piece of evidence is told when its keeping ends; nobody else, whatever she reads of the record
CREATE POLICY seen_by ON persons_keeping USING (
    service_id = ANY (access_services()) AND EXISTS (SELECT FROM cases_case c WHERE c.id = case_id)
);
"""
UNDO = """
DROP POLICY seen_by ON persons_keeping;
DROP POLICY seen_by ON cases_reception;
ALTER TABLE persons_keeping DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
ALTER TABLE cases_reception DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """When a woman arrived and by when she is to be seen; the database says again who sees it (ADR 0012)."""

    dependencies = [
        ('persons', '0003_hospital'),
        ('cases', '0013_assessed'),
        ('networks', '0009_evidence_days'),
    ]

    operations = [
        migrations.CreateModel(
            name='Reception',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='cases.case')),
                ('operator_id', models.BigIntegerField()),
                ('received_at', models.DateTimeField()),
                ('arrived_at', models.DateTimeField()),
                ('see_by', models.DateTimeField()),
                ('seen_at', models.DateTimeField(null=True)),
                ('idempotency_key', models.CharField(max_length=80)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='event',
            name='event_kind_known',
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', [approdo.cases.rules.EventKind['CASE_OPENED'], approdo.cases.rules.EventKind['CASE_MOVED'], approdo.cases.rules.EventKind['ACTIVATED'], approdo.cases.rules.EventKind['CALL_STARTED'], approdo.cases.rules.EventKind['ALERTED'], approdo.cases.rules.EventKind['NOBODY_ON_CALL'], approdo.cases.rules.EventKind['SEEN'], approdo.cases.rules.EventKind['TAKEN'], approdo.cases.rules.EventKind['DECLINED'], approdo.cases.rules.EventKind['RELEASED'], approdo.cases.rules.EventKind['UNREACHED'], approdo.cases.rules.EventKind['UNDONE'], approdo.cases.rules.EventKind['STOOD_DOWN'], approdo.cases.rules.EventKind['ACTIVATION_CLOSED'], approdo.cases.rules.EventKind['LEAD_TAKEN'], approdo.cases.rules.EventKind['LEAD_OFFERED'], approdo.cases.rules.EventKind['LEAD_REFUSED'], approdo.cases.rules.EventKind['CONTACT_PLANNED'], approdo.cases.rules.EventKind['SHARED'], approdo.cases.rules.EventKind['SHARED_BY_LAW'], approdo.cases.rules.EventKind['REVOKED'], approdo.cases.rules.EventKind['REFERRED'], approdo.cases.rules.EventKind['REFERRAL_TAKEN'], approdo.cases.rules.EventKind['REFERRAL_REFUSED'], approdo.cases.rules.EventKind['REFERRAL_MET'], approdo.cases.rules.EventKind['REFERRAL_ENDED'], approdo.cases.rules.EventKind['PHASE_BEGUN'], approdo.cases.rules.EventKind['TASK_DONE'], approdo.cases.rules.EventKind['TASK_NOT_DONE'], approdo.cases.rules.EventKind['ASSESSED'], approdo.cases.rules.EventKind['LEVEL_JUDGED'], approdo.cases.rules.EventKind['HAPPENED'], approdo.cases.rules.EventKind['LEFT']])), name='event_kind_known'),
        ),
        migrations.AddField(
            model_name='reception',
            name='service',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='networks.service'),
        ),
        migrations.AddConstraint(
            model_name='reception',
            constraint=models.UniqueConstraint(fields=('service', 'idempotency_key'), name='received_once_for_a_key'),
        ),
        migrations.AddConstraint(
            model_name='reception',
            constraint=models.CheckConstraint(condition=models.Q(('arrived_at__lte', models.F('received_at'))), name='arrived_before_received'),
        ),
        migrations.AddConstraint(
            model_name='reception',
            constraint=models.CheckConstraint(condition=models.Q(('see_by__gt', models.F('arrived_at'))), name='to_be_seen_after_arriving'),
        ),
        migrations.RunSQL(WALLS, UNDO),
    ]
