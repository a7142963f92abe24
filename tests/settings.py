# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The settings of the product, in a test's environment; tests/conftest.py fills in the database."""

import atexit
import os
import shutil
import tempfile

os.environ["APPRODO_TEST"] = "1"
for _name in ("DATABASE_URL", "DATABASE_OWNER_URL", "APPRODO_DEMO", "APPRODO_PUBLIC_URL", "APPRODO_SCANNER"):
    os.environ.pop(_name, None)
os.environ["APPRODO_KEYS"] = tempfile.mkdtemp(prefix="approdo-keys-")  # each test process has a keyring of its own
atexit.register(shutil.rmtree, os.environ["APPRODO_KEYS"], ignore_errors=True)
os.environ["APPRODO_KEYS_COPY"] = os.path.join(os.environ["APPRODO_KEYS"], "copy")
os.environ["APPRODO_SPOOL"] = os.path.join(os.environ["APPRODO_KEYS"], "spool")
os.environ["APPRODO_MEDIA"] = os.path.join(os.environ["APPRODO_KEYS"], "media")
os.environ["APPRODO_SECRET_KEY"] = "only-for-tests"  # processes that tests start sign their claims alike

from tests.undefined import Undefined  # noqa: E402

from approdo.config.settings import *  # noqa: E402, F403
from approdo.config.settings import DATABASES, TEMPLATES  # noqa: E402

# One connection per thread that a test can close: the pool itself is met by the tests that start real processes.
DATABASES["default"]["OPTIONS"].pop("pool")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a real one costs half a second per operator
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = Undefined("%s")
