# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The protocol copy of an activation: it never changes, so each process reads it once."""

from collections.abc import Mapping
from functools import lru_cache
from uuid import UUID

from approdo.activations.models import Activation
from approdo.protocols.rules import CallRule, parse


@lru_cache(maxsize=512)
def rules_of(activation_id: UUID) -> Mapping[str, CallRule]:
    """Return the rules of an activation's own protocol copy by their key; system-internal.

    Raises ``Activation.DoesNotExist``.
    """
    document = Activation.objects.values_list("protocol_copy", flat=True).get(pk=activation_id)
    return {rule.key: rule for rule in parse(document).calls}
