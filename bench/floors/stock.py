# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The floor of a first visit: our words on stock Bootstrap Italia, whole style sheet, bundle, sprite and web fonts.

The package is fetched into the scratch directory of the run, compressed and served by the same two programs that serve
our own files (whitenoise, granian); its documents are made beforehand and cost no time, which is in its favour.
"""

import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from whitenoise import WhiteNoise

PACKAGE = "bootstrap-italia@2.18.3"
_PLACE = "BENCH_STOCK"
_KEPT = re.compile(
    r"package/dist/(css/bootstrap-italia\.min\.css|js/bootstrap-italia\.bundle\.min\.js|svg/sprites\.svg|fonts/Titillium_Web/.*\.woff2)"
)
_ICON = re.compile(r'<use href="[^"]*"')

# as the library's own introduction says: style sheet in the head, bundle before </body>, then its fonts
_PAGE = """<!doctype html>
<html lang="it">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, shrink-to-fit=no">
<title>Pagina</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/dist/css/bootstrap-italia.min.css">
</head>
<body>
<header class="it-header-wrapper">
<div class="it-header-slim-wrapper"><div class="container"><div class="it-header-slim-wrapper-content">
<span class="navbar-brand">Rete antiviolenza</span>
<div class="it-header-slim-right-zone"><a class="btn btn-primary btn-icon btn-full" href="#">
<svg class="icon icon-white" aria-hidden="true"><use href="/dist/svg/sprites.svg#it-user"></use></svg><span>Esci</span>
</a></div></div></div></div>
<div class="it-nav-wrapper">
<div class="it-header-center-wrapper"><div class="container"><div class="it-header-center-content-wrapper">
<div class="it-brand-wrapper"><a href="#">
<svg class="icon" aria-hidden="true"><use href="/dist/svg/sprites.svg#it-pa"></use></svg>
<span class="it-brand-text"><span class="it-brand-title">Approdo</span></span></a></div></div></div></div>
<div class="it-header-navbar-wrapper"><div class="container"><nav class="navbar navbar-expand-lg">
<button class="custom-navbar-toggler" type="button" aria-label="Menu" data-bs-toggle="navbarcollapsible"
 data-bs-target="#menu"><svg class="icon" aria-hidden="true"><use href="/dist/svg/sprites.svg#it-burger"></use></svg>
</button>
<div class="navbar-collapsable" id="menu"><div class="overlay"></div><div class="menu-wrapper"><ul class="navbar-nav">
<li class="nav-item"><a class="nav-link" href="#"><span>Oggi</span></a></li>
<li class="nav-item"><a class="nav-link" href="#"><span>Casi</span></a></li>
<li class="nav-item"><a class="nav-link" href="#"><span>Attiva</span></a></li>
<li class="nav-item"><a class="nav-link" href="#"><span>Rete</span></a></li>
</ul></div></div></nav></div></div></div>
</header>
<main class="container my-4">{words}</main>
<footer class="it-footer"><div class="it-footer-small-prints"><div class="container">
<ul class="it-footer-small-prints-list list-inline mb-0"><li class="list-inline-item"><a href="tel:112">112</a></li>
<li class="list-inline-item"><a href="tel:1522">1522</a></li></ul></div></div></footer>
<script src="/dist/js/bootstrap-italia.bundle.min.js"></script>
<script>bootstrap.loadFonts('/dist/fonts')</script>
</body>
</html>
"""


def build(place: Path, documents: dict[str, str]) -> None:
    """Fetch the package and write each of our documents again in its frame, everything compressed."""
    place.mkdir()
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm")
    packed = subprocess.run([npm, "pack", "--silent", PACKAGE], cwd=place, check=True, capture_output=True, text=True)
    archive = place / packed.stdout.split()[-1]
    with tarfile.open(archive) as package:
        for member in package.getmembers():
            content = package.extractfile(member) if _KEPT.fullmatch(member.name) else None
            if content is not None:
                file = place / member.name.removeprefix("package/")
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content.read())
    archive.unlink()
    for name, document in documents.items():
        (place / f"{name}.html").write_text(page(document))
    subprocess.run([sys.executable, "-m", "whitenoise.compress", "--quiet", str(place)], check=True)
    os.environ[_PLACE] = str(place)


def page(document: str) -> str:
    """What one of our pages says, in the frame of the stock library and with its icons."""
    found = re.search(r"<main[^>]*>(.*)</main>", document, re.DOTALL)
    if found is None:
        raise ValueError("the page has no main part")
    return _PAGE.replace("{words}", _ICON.sub('<use href="/dist/svg/sprites.svg#it-info-circle"', found[1]))


def _absent(_environ: dict, start_response) -> list[bytes]:  # type: ignore[no-untyped-def]
    start_response("404 Not Found", [])
    return []


application = WhiteNoise(_absent, root=os.environ[_PLACE]) if _PLACE in os.environ else None
