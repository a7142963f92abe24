# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an operator was trained for beyond her role; a protocol may ask for one of them."""

from enum import StrEnum


class Qualification(StrEnum):
    """A training that her coordinator vouches for."""

    SUPPORT_CENTRE_TRAINING = "support_centre_training"
    RISK_ASSESSMENT = "risk_assessment"
    EVIDENCE_COLLECTION = "evidence_collection"
    HEARING_CHILDREN = "hearing_children"
    SEXUAL_VIOLENCE_CARE = "sexual_violence_care"
