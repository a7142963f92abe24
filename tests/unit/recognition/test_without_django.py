# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whoever scores a file on her own machine has no installation: no settings, no secret, no database."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    "asked",
    [
        "from approdo.recognition.selectors import table, lexicon; table(), lexicon()",
        "import approdo.recognition.rules, approdo.recognition.gateways.batch",
    ],
)
def test_tables_words_and_the_column_engine_need_no_settings(asked: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO", "APPRODO"))}
    environment["PYTHONPATH"] = str(Path(__file__).parents[3] / "src")
    ran = subprocess.run([sys.executable, "-c", asked], env=environment, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
