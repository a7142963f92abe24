# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may be seen of activations: the preview, the board, who is waiting for me, the list."""

from approdo.activations.selectors.boards import Board, BoardAlert, BoardCall, board
from approdo.activations.selectors.conformance import COMPARED_DAYS, Compared, Measured, compared, measured
from approdo.activations.selectors.copies import rules_of
from approdo.activations.selectors.dry_run import DryRun, dry_run
from approdo.activations.selectors.invitations import (
    Invitation,
    alert_answered_by,
    invitation,
    invitation_by_code,
    oldest_unadvanced,
)
from approdo.activations.selectors.lists import (
    ActivationRow,
    AnsweredActivation,
    OpenActivation,
    WaitingCall,
    activations_of,
    ask_answered_by_all,
    ask_takers,
    ask_waiting_for,
    case_of,
    is_busy,
    open_on,
    visible_among,
    waiting_for,
)
from approdo.activations.selectors.locking import locked_activation, locked_call
from approdo.activations.selectors.previewing import Preview, PreviewCall, preview
from approdo.activations.selectors.proof import LONGEST, Proof, ahead, proof, proof_of

__all__ = [
    "COMPARED_DAYS",
    "LONGEST",
    "ActivationRow",
    "AnsweredActivation",
    "Board",
    "BoardAlert",
    "BoardCall",
    "Compared",
    "DryRun",
    "Invitation",
    "Measured",
    "OpenActivation",
    "Preview",
    "PreviewCall",
    "Proof",
    "WaitingCall",
    "activations_of",
    "ahead",
    "alert_answered_by",
    "ask_answered_by_all",
    "ask_takers",
    "ask_waiting_for",
    "board",
    "case_of",
    "compared",
    "dry_run",
    "invitation",
    "invitation_by_code",
    "is_busy",
    "locked_activation",
    "locked_call",
    "measured",
    "oldest_unadvanced",
    "open_on",
    "preview",
    "proof",
    "proof_of",
    "rules_of",
    "visible_among",
    "waiting_for",
]
