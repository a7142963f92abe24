# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Honest numbers about recognition: invented histories and notes, by somebody who read neither points nor lexicon."""
