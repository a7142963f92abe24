# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import models


class WrappedKey(models.Model):
    """The key of a case as one organisation holds it; useless without the key provider.

    A case has one shared key, wrapped for each organisation that holds a grant, and one private key for each
    organisation that keeps notes of its own.
    """

    case_id = models.UUIDField()
    organisation_id = models.BigIntegerField()
    private = models.BooleanField(default=False)
    key_id = models.CharField(max_length=80)
    sealed = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case_id", "organisation_id", "private"], name="key_wrapped_once"),
        ]
        indexes = [models.Index(fields=["organisation_id", "key_id"], name="wrapped_with")]
