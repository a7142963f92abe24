# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later

import approdo.cases.rules
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0012_pathway'),
        ('networks', '0008_qualifications'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='event',
            name='event_kind_known',
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', [approdo.cases.rules.EventKind['CASE_OPENED'], approdo.cases.rules.EventKind['CASE_MOVED'], approdo.cases.rules.EventKind['ACTIVATED'], approdo.cases.rules.EventKind['CALL_STARTED'], approdo.cases.rules.EventKind['ALERTED'], approdo.cases.rules.EventKind['NOBODY_ON_CALL'], approdo.cases.rules.EventKind['SEEN'], approdo.cases.rules.EventKind['TAKEN'], approdo.cases.rules.EventKind['DECLINED'], approdo.cases.rules.EventKind['RELEASED'], approdo.cases.rules.EventKind['UNREACHED'], approdo.cases.rules.EventKind['UNDONE'], approdo.cases.rules.EventKind['STOOD_DOWN'], approdo.cases.rules.EventKind['ACTIVATION_CLOSED'], approdo.cases.rules.EventKind['LEAD_TAKEN'], approdo.cases.rules.EventKind['LEAD_OFFERED'], approdo.cases.rules.EventKind['LEAD_REFUSED'], approdo.cases.rules.EventKind['CONTACT_PLANNED'], approdo.cases.rules.EventKind['SHARED'], approdo.cases.rules.EventKind['SHARED_BY_LAW'], approdo.cases.rules.EventKind['REVOKED'], approdo.cases.rules.EventKind['REFERRED'], approdo.cases.rules.EventKind['REFERRAL_TAKEN'], approdo.cases.rules.EventKind['REFERRAL_REFUSED'], approdo.cases.rules.EventKind['REFERRAL_MET'], approdo.cases.rules.EventKind['REFERRAL_ENDED'], approdo.cases.rules.EventKind['PHASE_BEGUN'], approdo.cases.rules.EventKind['TASK_DONE'], approdo.cases.rules.EventKind['TASK_NOT_DONE'], approdo.cases.rules.EventKind['ASSESSED'], approdo.cases.rules.EventKind['LEVEL_JUDGED'], approdo.cases.rules.EventKind['HAPPENED']])), name='event_kind_known'),
        ),
    ]
