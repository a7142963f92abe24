# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The floor of a page: Django with session, locale, CSRF, who is signed in, two single-row reads, twenty rows."""

import os

import django
from django.conf import settings

_MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
os.environ["DJANGO_SETTINGS_MODULE"] = "approdo.config.settings"
from approdo.config import settings as product

settings.configure(
    SECRET_KEY=product.SECRET_KEY,
    DATABASES=product.DATABASES,
    ALLOWED_HOSTS=["*"],
    USE_TZ=True,
    ROOT_URLCONF="bench.floors.page",
    AUTH_USER_MODEL="accounts.Operator",
    SESSION_COOKIE_NAME=product.SESSION_COOKIE_NAME,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "bench.floors.operators.Operators",
    ],
    MIDDLEWARE=_MIDDLEWARE,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import path

_TEMPLATE = Engine().from_string(
    "<!doctype html><title>floor</title><h1>{{ who }}</h1><ul>"
    "{% for row in rows %}<li><a href='/{{ row.0 }}'>{{ row.1 }}</a> {{ row.2 }}</li>{% endfor %}</ul>"
)


def page(request: HttpRequest) -> HttpResponse:
    """Five reads: session, user, two single rows, twenty rows."""
    who = request.user.pk
    with connection.cursor() as cursor:
        for _each in range(2):
            cursor.execute("SELECT id, email FROM accounts_operator WHERE id = %s", [who])
            cursor.fetchone()
        cursor.execute("SELECT id, display_name, email FROM accounts_operator ORDER BY id LIMIT 20")
        rows = cursor.fetchall()
    return HttpResponse(_TEMPLATE.render(Context({"who": who, "rows": rows})))


urlpatterns = [path("", page)]
application = get_wsgi_application()
