# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files of visits as hospitals export them, and years of a whole region in a column engine."""

from approdo.recognition.gateways.bundle import Bundle, Identifiers
from approdo.recognition.gateways.mapped import Mapped
from approdo.recognition.gateways.seen import Seen
from approdo.recognition.gateways.sources import digest_of, is_bundle

__all__ = ["Bundle", "Identifiers", "Mapped", "Seen", "digest_of", "is_bundle"]
