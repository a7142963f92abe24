# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write the icon sprite: the few symbols of Bootstrap Italia that are used, and our own state shapes."""

import re
import sys
from pathlib import Path

USED = {
    "today": "it-calendar",
    "cases": "it-folder",
    "sign-out": "it-logout",
    "phone": "it-telephone",
    "clock": "it-clock",
    "done": "it-check-circle",
    "warning": "it-warning-circle",
    "info": "it-info-circle",
    "key": "it-key",
    "person": "it-user",
    "search": "it-search",
    "add": "it-plus-circle",
    "place": "it-map-marker-circle",
    "edit": "it-pencil",
    "change": "it-exchange-circle",
    "lock": "it-lock",
    "print": "it-print",
}
RING = '<circle cx="12" cy="12" r="9" fill="none" stroke="currentColor" stroke-width="2"/>'
OWN = {
    "network": (
        '<g fill="none" stroke="currentColor" stroke-width="1.5"><path d="M12 9.5V14m-1.8 2.6-4 1.6m7.6-1.6 4 1.6"/>'
        '<circle cx="12" cy="6.5" r="3"/><circle cx="12" cy="16" r="2"/><circle cx="4.5" cy="19" r="2"/>'
        '<circle cx="19.5" cy="19" r="2"/></g>'
    ),
    "activate": (
        '<path d="M10.5 10h3l2 11h-7z"/><circle cx="12" cy="6.5" r="2.5"/>'
        '<g fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round">'
        '<path d="M7.5 10.5a6 6 0 0 1 0-8m9 8a6 6 0 0 0 0-8M4.7 12.8a9.5 9.5 0 0 1 0-12.6"/>'
        '<path d="M19.3 12.8a9.5 9.5 0 0 0 0-12.6"/>'
        "</g>"
    ),
    "state-waiting": RING,
    "state-alerted": RING + '<path d="M12 12V3a9 9 0 0 1 9 9z"/>',
    "state-read": RING + '<path d="M12 3a9 9 0 0 1 0 18z"/>',
    "state-taken": '<circle cx="12" cy="12" r="10"/>',
    "state-declined": '<path fill="none" stroke="currentColor" stroke-width="2" d="m12 2.5 9.5 9.5-9.5 9.5L2.5 12z"/>',
    "state-late": '<path d="M12 2.5 22.5 21h-21z"/>',
    "state-stopped": '<path fill="none" stroke="currentColor" stroke-width="2" d="M4 4h16v16H4z"/>',
}


def main() -> None:
    """Write the sprite to standard output."""
    source = Path(sys.argv[1]).read_text()
    lines = [
        "<!-- SPDX-FileCopyrightText: 2026 The Approdo founders; Presidenza del Consiglio dei Ministri",
        "     SPDX-License-Identifier: AGPL-3.0-or-later AND BSD-3-Clause -->",
        '<svg xmlns="http://www.w3.org/2000/svg">',
    ]
    for name, original in USED.items():
        found = re.search(rf'<symbol[^>]*id="{original}"[^>]*>(.*?)</symbol>', source, re.S)
        if found is None:
            sys.exit(f"{original} is not in the sprite")
        lines.append(f'<symbol id="{name}" viewBox="0 0 24 24">{found.group(1).strip()}</symbol>')
    lines += [f'<symbol id="{name}" viewBox="0 0 24 24">{drawing}</symbol>' for name, drawing in OWN.items()]
    sys.stdout.write("\n".join([*lines, "</svg>", ""]))


main()
