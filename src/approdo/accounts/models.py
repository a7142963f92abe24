# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import uuid

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _


class OperatorManager(BaseUserManager["Operator"]):
    """Create operators by e-mail address; there is no superuser and no admin site."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "Operator":
        """Create an operator; without a password she signs in by passkey only."""
        operator = self.model(email=self.normalize_email(email).lower(), **fields)
        operator.set_password(password)
        operator.save(using=self._db)
        return operator


class Operator(AbstractBaseUser):
    """A person who works for one or more services of a network, and signs in."""

    email = models.EmailField(_("posta elettronica"), unique=True)
    display_name = models.CharField(_("nome"), max_length=120)
    language = models.CharField(_("lingua"), max_length=5, default="it")
    is_active = models.BooleanField(_("attiva"), default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = OperatorManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]

    def __str__(self) -> str:
        return f"operator {self.pk}"


class ServiceToken(models.Model):
    """A bearer token that lets another program act for one service; only its hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    service_id = models.BigIntegerField()
    operator = models.ForeignKey(Operator, on_delete=models.PROTECT)
    label = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(expires_at__gt=models.F("created_at")), name="token_lives"),
        ]
