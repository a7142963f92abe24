# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from approdo.networks.services.absences import (
    end_absence,
    note_absence,
)
from approdo.networks.services.contacts import set_contact_points, set_own_contact_points
from approdo.networks.services.feed import (
    make_feed,
    revoke_feed,
)
from approdo.networks.services.holidays import set_local_holidays
from approdo.networks.services.installation import create_network, create_organisation, set_lead_organisation
from approdo.networks.services.keeping import set_evidence_days
from approdo.networks.services.members import add_member, end_membership, set_role
from approdo.networks.services.offer import (
    create_service,
    deactivate_service,
    edit_service,
    reactivate_service,
    set_opening_hours,
    set_territory,
)
from approdo.networks.services.overrides import OverrideMade, put_override, remove_override
from approdo.networks.services.qualifications import set_qualifications
from approdo.networks.services.rota import (
    CopyOutcome,
    add_shifts,
    copy_week,
    end_shift_early,
    hand_over_shift,
    note_shift,
    remove_shift,
    swap_shifts,
)
from approdo.networks.services.rotations import RotationMade, end_rotation, extend_rotations, start_rotation
from approdo.networks.services.spreadsheet import SheetOutcome, import_shifts
from approdo.networks.services.swaps import (
    AskedOf,
    accept_swap,
    ask_swap,
    refuse_swap,
    withdraw_swap,
)

__all__ = [
    "AskedOf",
    "CopyOutcome",
    "OverrideMade",
    "RotationMade",
    "SheetOutcome",
    "accept_swap",
    "add_member",
    "add_shifts",
    "ask_swap",
    "copy_week",
    "create_network",
    "create_organisation",
    "create_service",
    "deactivate_service",
    "edit_service",
    "end_absence",
    "end_membership",
    "end_rotation",
    "end_shift_early",
    "extend_rotations",
    "hand_over_shift",
    "import_shifts",
    "make_feed",
    "note_absence",
    "note_shift",
    "put_override",
    "reactivate_service",
    "refuse_swap",
    "remove_override",
    "remove_shift",
    "revoke_feed",
    "set_contact_points",
    "set_evidence_days",
    "set_lead_organisation",
    "set_local_holidays",
    "set_opening_hours",
    "set_own_contact_points",
    "set_qualifications",
    "set_role",
    "set_territory",
    "start_rotation",
    "swap_shifts",
    "withdraw_swap",
]
