# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an installation with an https address promises to browsers, and one without cannot."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from tests.factories.region import Region, prove_two_factors

from approdo.kit.postgres import Urls

_ASK = """
import json
from approdo.cli.environment import set_up_django; set_up_django()
from django.conf import settings
from django.contrib.messages import INFO
from django.contrib.messages.storage import default_storage
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpResponse
from django.test import Client, RequestFactory
address = "{address}"
host, secure = address.split("/")[2], address.startswith("https")
client = Client(headers={{"Host": host}})
asked = client.get("/accesso/", secure=secure)
request = RequestFactory().get("/")
request.session = SessionStore()
request.session["seen"] = 1
said = default_storage(request)
said.add(INFO, "Fatto.")
left = SessionMiddleware(HttpResponse).process_response(request, HttpResponse())
said.update(left)
cookies = [*asked.cookies.values(), *left.cookies.values()]
print(json.dumps({{
    "cookies": {{one.key: {{name: value for name, value in one.items() if value}} for one in cookies}},
    "hsts": asked.headers.get("Strict-Transport-Security"),
    "file": dict(client.get("/static/web/app.js", secure=secure).headers),
    "plain": client.get("/accesso/").headers.get("Location"),
}}))
"""
HTTPS, HTTP = "https://approdo.example", "http://localhost:8000"
Answer = dict[str, Any]


def asked(address: str, urls: Urls, home: Path) -> Answer:
    environment = os.environ | {"APPRODO_PUBLIC_URL": address, "APPRODO_HOME": str(home), "APPRODO_TEST": "1"}
    environment |= {"DATABASE_URL": urls.application, "DJANGO_SETTINGS_MODULE": "approdo.config.settings"}
    command = [sys.executable, "-c", _ASK.format(address=address)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def over_https(database_urls: Urls, tmp_path_factory: pytest.TempPathFactory) -> Answer:
    return asked(HTTPS, database_urls, tmp_path_factory.mktemp("home"))


@pytest.mark.process
@pytest.mark.parametrize(("name", "same_site"), [("approdo", "Lax"), ("csrftoken", "Strict"), ("messages", "Lax")])
def test_a_cookie_belongs_to_this_host_and_never_travels_in_clear(
    over_https: Answer, name: str, same_site: str
) -> None:
    kept = over_https["cookies"][f"__Host-{name}"]
    assert (kept["secure"], kept["httponly"], kept["path"], kept["samesite"]) == (True, True, "/", same_site)
    assert "domain" not in kept, "a browser refuses __Host- with a domain"


@pytest.mark.process
def test_there_is_no_cookie_without_the_prefix(over_https: Answer) -> None:
    assert len(over_https["cookies"]) == 3
    assert [name for name in over_https["cookies"] if not name.startswith("__Host-")] == []


@pytest.mark.process
def test_a_browser_comes_by_https_for_a_year_and_is_led_there(over_https: Answer) -> None:
    assert over_https["hsts"] == "max-age=31536000; includeSubDomains; preload"
    assert over_https["plain"] == f"{HTTPS}/accesso/"


@pytest.mark.process
def test_a_file_is_what_it_says_too(over_https: Answer) -> None:
    assert "javascript" in over_https["file"]["Content-Type"]
    assert over_https["file"]["X-Content-Type-Options"] == "nosniff"


@pytest.mark.process
def test_without_https_nothing_is_promised_that_a_browser_would_refuse(database_urls: Urls, tmp_path: Path) -> None:
    plain = asked(HTTP, database_urls, tmp_path)
    assert set(plain["cookies"]) == {"approdo", "csrftoken", "messages"}
    assert not any("secure" in one for one in plain["cookies"].values())
    assert all(one["httponly"] for one in plain["cookies"].values())
    assert plain["hsts"] is None
    assert plain["plain"] is None


def test_the_cookie_of_a_session_is_out_of_reach_of_scripts_and_of_other_sites(region: Region) -> None:
    client = Client()
    client.force_login(region.operators["ed"])
    prove_two_factors(client, region.operators["ed"])
    kept = client.get("/servizio/").cookies[settings.SESSION_COOKIE_NAME]
    assert kept["httponly"]
    assert kept["samesite"] == "Lax"
    assert kept["path"] == "/"
    assert not kept["max-age"], "it goes with the browser"
