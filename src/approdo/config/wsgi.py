# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages: the WSGI entry point granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "approdo.config.settings")
application = get_wsgi_application()

# what is loaded now stays: looking through it again and again for garbage took a quarter of the time of a page
gc.collect()
gc.freeze()
# every request leaves a hundred objects in a circle: swept up fifty thousand at a time, somebody waited 150 ms for it
gc.set_threshold(2_000, 20, 50)
