# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from approdo.recognition.rules.records import UnreadableFile
from approdo.recognition.services.files import BadMapping, Opened, open_file, read_mapping
from approdo.recognition.services.imports import ElsewhereUnderWay, Order, Report, bring_in
from approdo.recognition.services.prompting import Arrival, answer, open_prompt, read_visit
from approdo.recognition.services.retention import delete_expired
from approdo.recognition.services.sites import set_mode
from approdo.recognition.services.visits import Kept, TwoPeople, Written, keep, keep_all

__all__ = [
    "Arrival",
    "BadMapping",
    "ElsewhereUnderWay",
    "Kept",
    "Opened",
    "Order",
    "Report",
    "TwoPeople",
    "UnreadableFile",
    "Written",
    "answer",
    "bring_in",
    "delete_expired",
    "keep",
    "keep_all",
    "open_file",
    "open_prompt",
    "read_mapping",
    "read_visit",
    "set_mode",
]
