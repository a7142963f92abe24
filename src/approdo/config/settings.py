# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Settings, all from the environment; without one, nothing insecure is assumed (see docs/reference/settings.md)."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

PACKAGE = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("APPRODO_HOME", "var")).resolve()


def _flag(name: str) -> bool:
    return os.environ.get(name, "").lower() in {"1", "true", "yes"}


def _database(url: str, *, options: str, pool: dict | bool) -> dict:
    """Read a PostgreSQL address; ``?host=/run/dir`` names a socket directory."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must be a postgresql:// address")
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    extra = {key: unquote(value) for key, value in query.items() if key not in {"host", "port"}}
    return {
        "ENGINE": "approdo.kit.database",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": query.get("port", str(parts.port or "")),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": options, "connect_timeout": 5, "pool": pool, "prepare_threshold": 0, **extra},
    }


DEMO = _flag("APPRODO_DEMO")
DEBUG = False
SECRET_KEY = os.environ.get("APPRODO_SECRET_KEY", "")
if not SECRET_KEY:
    raise ImproperlyConfigured("APPRODO_SECRET_KEY is not set: 'approdo up' makes one in APPRODO_HOME")

PUBLIC_URL = os.environ.get("APPRODO_PUBLIC_URL", "http://localhost:8000").rstrip("/")
LIVE_URL = os.environ.get("APPRODO_LIVE_URL", "/live").rstrip("/")
ALLOWED_HOSTS = os.environ.get("APPRODO_HOSTS", urlsplit(PUBLIC_URL).hostname or "localhost").split(",")
_SECURE = PUBLIC_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

DATABASES = {
    "default": _database(
        os.environ.get("DATABASE_URL", "postgresql://approdo_app@/approdo"),
        options=(
            "-c statement_timeout=15000 -c idle_in_transaction_session_timeout=30000"
            " -c plan_cache_mode=force_generic_plan"  # of what is prepared (kit.rows), one plan is kept (ADR 0008)
        ),
        # given up at once, so that the next request tries again: left alone, the pool waits longer and longer
        pool={
            "min_size": 1,
            "max_size": int(os.environ.get("APPRODO_POOL", "4")),
            "timeout": 5,
            "reconnect_timeout": 1,
        },
    ),
}
if os.environ.get("DATABASE_OWNER_URL"):
    DATABASES["owner"] = _database(os.environ["DATABASE_OWNER_URL"], options="-c lock_timeout=5000", pool=False)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "procrastinate.contrib.django",
    "approdo.access",
    "approdo.vault",
    "approdo.audit",
    "approdo.accounts",
    "approdo.networks",
    "approdo.notifications",
    "approdo.protocols",
    "approdo.persons",
    "approdo.documents",
    "approdo.consents",
    "approdo.cases",
    "approdo.referrals",
    "approdo.risk",
    "approdo.tasks",
    "approdo.activations",
    "approdo.recognition",
    "approdo.jobs",
    "approdo.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "approdo.web.compression.Compression",
    "approdo.web.middleware.Headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "approdo.web.middleware.Sessions",
    "approdo.web.middleware.Refusals",
]

ROOT_URLCONF = "approdo.config.urls"
WSGI_APPLICATION = "approdo.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "approdo.web.templatetags.sentences",
                "approdo.web.templatetags.shapes",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "approdo.web.context.shell",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

LANGUAGE_CODE = "it"
LANGUAGES = [("it", "Italiano"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "web" / "locale"]
TIME_ZONE = "Europe/Rome"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("APPRODO_STATIC_ROOT", HOME / "static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if _flag("APPRODO_TEST"):
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    WHITENOISE_AUTOREFRESH = True
    WHITENOISE_USE_FINDERS = True

# Sign-in: the kept library does all of it (ADR 0005)
AUTH_USER_MODEL = "accounts.Operator"
AUTHENTICATION_BACKENDS = ["approdo.accounts.sign_in.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "display_name")},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "approdo.web.accounts.Adapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody makes us write to a stranger
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_SESSION_REMEMBER = False
# how old the proof of a second factor may be when something is uncovered, or given to others (web/guards.py)
FRESH_SECONDS = {
    "reveal": 60 * int(os.environ.get("APPRODO_FRESH_REVEAL_MINUTES", "5")),
    "grant": 60 * int(os.environ.get("APPRODO_FRESH_GRANT_MINUTES", "15")),
}
# By address, never by account: a stranger must not be able to lock a colleague out (security.md, P27)
# the sender's own address, from X-Forwarded-For when proxies stand in front: https means that at least one does
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("APPRODO_PROXIES", "1" if _SECURE else "0"))
ACCOUNT_RATE_LIMITS = {
    "login_failed": "20/m/ip",
    "login": "60/m/ip",
    "reset_password": "5/m/ip",
    "second_factor": "10/10m/user,100/d/user",
}
MFA_FORMS = {
    "authenticate": "approdo.web.second_factor.SecondFactor",
    "reauthenticate": "approdo.web.second_factor.SecondFactorAgain",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _SECURE
MFA_TOTP_ISSUER = "Approdo"

# so named, a browser takes a cookie only by https, from this very host, for the whole of it: no neighbour can plant one
COOKIE_PREFIX = "__Host-" if _SECURE else ""
SESSION_ENGINE = "approdo.accounts.sign_in"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}approdo"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_SECONDS = 15 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _SECURE
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
MESSAGE_STORAGE = "approdo.web.notices.Notices"
CSRF_FAILURE_VIEW = "approdo.web.errors.csrf_failure"
SECURE_SSL_REDIRECT = _SECURE
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]  # asked from nearby, past the proxy
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _SECURE else None
SECURE_HSTS_SECONDS = 31536000 if _SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _SECURE
SECURE_HSTS_PRELOAD = _SECURE
SECURE_REFERRER_POLICY = "same-origin"  # with no-referrer Chromium sends Origin: null and no form is accepted
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "kit_cache"},
}

# Keys that open the record: outside the database and its backups (docs/how-to/chiavi.md)
KEY_PROVIDER = os.environ.get("APPRODO_KEY_PROVIDER", "approdo.vault.gateways.FileKeyring")
TOKEN_MODULE = os.environ.get("APPRODO_TOKEN_MODULE", "")
TOKEN_LABEL = os.environ.get("APPRODO_TOKEN_LABEL", "approdo")
TOKEN_PIN_FILE = Path(os.environ.get("APPRODO_TOKEN_PIN_FILE", HOME / "token.pin"))
KEYS_DIRECTORY = Path(os.environ.get("APPRODO_KEYS", HOME / "keys"))
KEYS_COPY_DIRECTORY = Path(os.environ.get("APPRODO_KEYS_COPY", HOME / "keys-copy"))
SPOOL_DIRECTORY = Path(os.environ.get("APPRODO_SPOOL", HOME / "spool"))
UNWRAPS_A_MINUTE = int(os.environ.get("APPRODO_UNWRAPS_A_MINUTE", "1000"))

# Documents of cases: sealed files, kept beside the database and backed up with it (docs/how-to/documenti.md)
MEDIA_DIRECTORY = Path(os.environ.get("APPRODO_MEDIA", HOME / "media"))
DOCUMENT_BYTES = int(os.environ.get("APPRODO_DOCUMENT_MEGABYTES", "20")) * 1_000_000
SCANNER = os.environ.get("APPRODO_SCANNER", "")
# in memory only: the library's other handler would lay a large file in clear on the disk
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = DOCUMENT_BYTES + 100_000

# Outside systems
_smtp = urlsplit(os.environ.get("APPRODO_SMTP_URL", "smtp://localhost:25"))
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = _smtp.hostname or "localhost"
EMAIL_PORT = _smtp.port or 25
EMAIL_HOST_USER = unquote(_smtp.username or "")
EMAIL_HOST_PASSWORD = unquote(_smtp.password or "")
EMAIL_USE_TLS = _smtp.scheme == "smtp+starttls"
EMAIL_USE_SSL = _smtp.scheme == "smtps"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("APPRODO_SENDER", "avvisi@approdo.example")
GATEWAY_URL = os.environ.get("APPRODO_GATEWAY_URL", "")
GATEWAY_SECRET = os.environ.get("APPRODO_GATEWAY_SECRET", "")
GATEWAY_TIMEOUT_SECONDS = 10
MESSAGE_ADDRESS_DAYS = int(os.environ.get("APPRODO_MESSAGE_ADDRESS_DAYS", "30"))
READINGS = {  # beyond these she is asked why she opens so many records (docs/how-to/letture-insolite.md)
    "cases_an_hour": int(os.environ.get("APPRODO_READ_CASES_AN_HOUR", "30")),
    "cases_a_day": int(os.environ.get("APPRODO_READ_CASES_A_DAY", "150")),
    "uncovered_an_hour": int(os.environ.get("APPRODO_UNCOVERED_AN_HOUR", "20")),
}
VISIT_DAYS = int(os.environ.get("APPRODO_VISIT_DAYS", "1826"))  # five years (docs/how-to/importare-accessi.md)
PROMPT_SLEEP_DAYS = int(os.environ.get("APPRODO_PROMPT_SLEEP_DAYS", "365"))  # docs/how-to/richiesta-in-privato.md
REJECTED_LINE_DAYS = int(os.environ.get("APPRODO_REJECTED_LINE_DAYS", "90"))
SEEN_WITHIN_MINUTES = int(os.environ.get("APPRODO_SEEN_WITHIN_MINUTES", "20"))  # DPCM 24/11/2017
COMPLAINT_MONTHS = int(os.environ.get("APPRODO_COMPLAINT_MONTHS", "12"))  # sexual violence: art. 609-septies c.p.
EVIDENCE_NOTICE_DAYS = int(os.environ.get("APPRODO_EVIDENCE_NOTICE_DAYS", "30"))
CONSENT_DAYS = int(os.environ.get("APPRODO_CONSENT_DAYS", "90"))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "approdo.kit.logs.Discreet",
            "fmt": "{asctime} {levelname} {name} {message}",
            "style": "{",
            # links of alerts, of new passwords and of calendars
            "secret": r"(?<=/r/)[^/\s]+|(?<=/password/nuova/)[^/\s]+-[^/\s]+|(?<=/turni/)[^/\s]+(?=\.ics)",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("APPRODO_LOG", "WARNING")},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
