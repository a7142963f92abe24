# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A token of PKCS#11 made of software (SoftHSM 2): what a hardware module answers, this answers."""

import shutil
import subprocess
from pathlib import Path

import pytest

PIN, LABEL = "a PIN for tests", "approdo-tests"
_PLACES = (
    "usr/lib/softhsm",
    "usr/lib/*/softhsm",
    "usr/lib64/pkcs11",
    "usr/local/lib/softhsm",
    "opt/homebrew/lib/softhsm",
)


def module() -> Path:
    """Where the module is; a test that needs it fails without it, never passes in silence."""
    found = [file for place in _PLACES for file in Path("/").glob(f"{place}/libsofthsm2.so")]
    if not found or shutil.which("softhsm2-util") is None:
        pytest.fail("SoftHSM 2 is missing, so the hardware token is not tested: make token (apt-get install softhsm2)")
    return found[0]


def a_token(directory: Path) -> Path:
    """Make a blank token in a directory; return the configuration, for SOFTHSM2_CONF."""
    (directory / "objects").mkdir(parents=True)
    configuration = directory / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {directory / 'objects'}\nlog.level = ERROR\n")
    command = ["softhsm2-util", "--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", PIN]
    command += ["--module", str(module())]
    subprocess.run(command, env={"SOFTHSM2_CONF": str(configuration)}, check=True, capture_output=True)
    return configuration


def a_pin_file(directory: Path, pin: str = PIN) -> Path:
    """Write the private file of a PIN."""
    file = directory / "token.pin"
    file.write_text(f"{pin}\n")
    file.chmod(0o600)
    return file
