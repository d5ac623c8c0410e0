"""All settings, from environment variables (listed in the README; a test compares the two).

Without any variable set, the whole product runs on this machine alone: SQLite and a broker that needs no server, with
all state under ``DATA_DIR``. ``DATABASE_URL`` and ``REDIS_URL`` put the same code on PostgreSQL and Redis.
"""

import contextlib
import secrets
import tempfile
from collections.abc import MutableMapping
from datetime import timedelta
from pathlib import Path

import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()
env.read_env(str(BASE_DIR / ".env"), recurse=False)

# Where state lives
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = env.bool("DEBUG", False)


def _kept_secret() -> str:
    """Give the secret key of this data folder, made at the first start; every process reads the same one."""
    path = DATA_DIR / "secret-key"
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=DATA_DIR, prefix="secret-key-") as file:  # readable by us alone
            file.write(secrets.token_urlsafe(50))
            file.flush()
            with contextlib.suppress(FileExistsError):  # another process was first: its key counts
                path.hardlink_to(file.name)
    return path.read_text()


SECRET_KEY = env.str("SECRET_KEY", "") or _kept_secret()
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])

SITE_NAME = env.str("SITE_NAME", "The Daily Example")
SITE_URL = env.str("SITE_URL", f"http://localhost:{env.int('PORT', 8000)}").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [SITE_URL])
USE_X_FORWARDED_PROTO = env.bool("USE_X_FORWARDED_PROTO", False)

INSTALLED_APPS = [
    "newsroom.broker",
    "corrections",
    "corrections.webhooks",
    "corrections.cms",
    "articles",
    "articles.rest",
    "corrections.desk.apps.DeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "corsheaders",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_structlog",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "newsroom.static_files.StaticFilesMiddleware",
    "csp.middleware.CSPMiddleware",
    "newsroom.middleware.NulMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "newsroom.middleware.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
]

ROOT_URLCONF = "newsroom.urls"
WSGI_APPLICATION = "newsroom.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "newsroom.context.site",
            ],
        },
    },
]

# Database: the queue of record. A report that was answered with 202 is on disk, so SQLite syncs fully.
DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{DATA_DIR / 'newsroom.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
    # Tests run on a real file too: threads that share SQLite's memory database lock each other out.
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Celery: muscle, not memory. What is due is a row (corrections.jobs); a lost message costs a lease, nothing else.
REDIS_URL = env.str("REDIS_URL", "")
JOB_LEASE = timedelta(seconds=env.float("JOB_LEASE_SECONDS", 90))
# To how many endpoints of webhooks is sent at the same time; corrections.jobs says what part of it is for whom.
WEBHOOK_THREADS = env.int("WEBHOOK_THREADS", 64)
CELERY_BROKER_URL = REDIS_URL or "embedded"
CELERY_BROKER_TRANSPORT = None if REDIS_URL else "newsroom.broker.transport:Transport"
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": JOB_LEASE.total_seconds()}
CELERY_WORKER_POOL_START_METHOD = "spawn"  # a child must not inherit the database connection of the embedded broker
if REDIS_URL:
    CELERY_WORKER_POOL_START_METHOD = "fork"
    CELERY_BROKER_TRANSPORT_OPTIONS |= {
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 1,
        "socket_timeout": 2,  # longer than the one second for which a worker waits for a message
        "health_check_interval": 5,
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_QUEUES = {
    lane: {"exchange": lane, "routing_key": lane}
    for lane in ("triage", "reanchor", "words", "fetch", "mail", "announce", "webhooks", "clocks")
}
CELERY_TASK_DEFAULT_QUEUE = "triage"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = JOB_LEASE.total_seconds() * 2 / 3  # an exception, noted on the job
CELERY_TASK_TIME_LIMIT = JOB_LEASE.total_seconds() * 5 / 6  # the end of the process, while it still holds the lease
CELERY_WORKER_PREFETCH_MULTIPLIER = 4
CELERY_WORKER_CONCURRENCY = env.int("WORKER_PROCESSES", 2)
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# Sign-in and sessions
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "admin:login"

# Languages and time: stored in UTC, shown in the newsroom's zone
LANGUAGE_CODE = env.str("LANGUAGE_CODE", "en")
DESK_LANGUAGES = [("en", "English"), ("uk", "Українська")]
LANGUAGES = [  # what readers see is there in all of them
    *DESK_LANGUAGES,
    ("pl", "Polski"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("es", "Español"),
    ("ar", "العربية"),
]
LOCALE_PATHS = [BASE_DIR / "newsroom" / "locale"]
FORMAT_MODULE_PATH = "newsroom.formats"
TIME_ZONE = env.str("TIME_ZONE", "UTC")
USE_TZ = True

# Static files: stable addresses, since other sites link to report.js
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
COMPRESSED_ROOT = DATA_DIR / "compressed"
COMPRESSED_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "newsroom" / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_KEEP_ONLY_HASHED_FILES = False


def _let_other_sites_keep(headers: MutableMapping[str, str], _path: str, url: str) -> None:
    """Let pages of other sites load the reader's script, isolated ones too, and keep it for an hour. Fonts stay."""
    if url.startswith(f"{STATIC_URL}corrections/"):
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        headers["Cache-Control"] = "public, max-age=3600, stale-while-revalidate=86400"
    elif url.endswith(".woff2"):
        headers["Cache-Control"] = "public, max-age=31536000, immutable"


WHITENOISE_ADD_HEADERS_FUNCTION = _let_other_sites_keep

# Security. Nothing inline, nothing from elsewhere, from the first page on.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, *env.list("IMAGE_ORIGINS", [])],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    },
}
HTTPS = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 31_536_000 if HTTPS else 0)
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # what holds for subdomains and in browsers' preload lists is the domain owner's to say
    "security.W021",
    "security.W008",  # the proxy that ends TLS redirects
]
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
if USE_X_FORWARDED_PROTO:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# How many proxies of ours stand before the web process: the reader's address is that many from the end.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)

# What pages of other sites may call, without cookies. Which sites: the desk says so (corrections.receivers).
CORS_URLS_REGEX = r"^/api/v1/(reports|passages)/$"
CORS_ALLOW_METHODS = ["GET", "POST"]
CORS_ALLOW_HEADERS = ["content-type", "idempotency-key"]
CORS_EXPOSE_HEADERS = ["Retry-After"]
CORS_PREFLIGHT_MAX_AGE = 7200  # browsers keep it no longer

# Whole articles come in through forms and the API.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
MAX_JSON_BYTES = 5_000_000

# Mail; without a server a letter is a file in the data folder
_mail = env.dj_email_url("EMAIL_URL", "file:")
if "EMAIL_BACKEND" not in _mail:
    raise ImproperlyConfigured("EMAIL_URL is no address of a mail server: submission://user:password@mail.example:587")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"].replace("django.core.mail.backends.filebased", "newsroom.letterbox")
EMAIL_HOST = _mail["EMAIL_HOST"]
EMAIL_PORT = _mail["EMAIL_PORT"]
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _mail["EMAIL_USE_TLS"]
EMAIL_USE_SSL = _mail["EMAIL_USE_SSL"]
LETTERBOX = DATA_DIR / "mail"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "corrections@localhost")

# Requests to addresses that others name (articles.outgoing)
OUTGOING_PORTS: list[int] = env.list("OUTGOING_PORTS", [80, 443], subcast=int)
OUTGOING_PRIVATE: list[str] = env.list("OUTGOING_PRIVATE", [])
OUTGOING_CA_FILE = env.str("OUTGOING_CA_FILE", "")

# The product
FOUR_EYES = env.str("FOUR_EYES", "warn", validate=lambda v: v in {"off", "warn", "enforce"})
DIGEST_HOUR = env.int("DIGEST_HOUR", 8, validate=lambda v: 0 <= v < 24)
DESK_ADDRESSES: list[str] = env.list("DESK_ADDRESSES", [])
CLAIM_LASTS = timedelta(minutes=env.int("CLAIM_MINUTES", 15))
HUNSPELL_DIR = env.str("HUNSPELL_DIR", "")
MARK_CORRECTIONS = env.bool("MARK_CORRECTIONS", False)
HIGHLIGHT_PASSAGES: list[str] = env.list(
    "HIGHLIGHT_PASSAGES", [], validate=lambda kinds: set(kinds) <= {"reported", "corrected"}
)
ADDRESSES_KEPT = timedelta(days=env.int("ADDRESS_DAYS", 60))
REPORTS_PER_MINUTE = env.int("REPORTS_PER_MINUTE", 10)
REPORTS_PER_DAY = env.int("REPORTS_PER_DAY", 200)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["articles.rest.access.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["articles.rest.access.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["articles.rest.access.KeyRate"],
    "DEFAULT_PAGINATION_CLASS": "articles.rest.pages.CursorPages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["corrections.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "articles.rest.schema.Schema",
    "EXCEPTION_HANDLER": "newsroom.errors.problem",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Newsroom API",
    "VERSION": "1",
    "DESCRIPTION": (
        "Articles in; readers' reports, cases and decisions; corrections and webhooks out.\n\n"
        "**Keys** are made at the desk and come in `Authorization: Bearer …`. What needs none is public.\n\n"
        "**Lists** are paged: follow `next`. `fields` leaves out what you do not need.\n\n"
        "**Conditions**: every answer to GET has a strong `ETag`; send it in `If-None-Match` to hear of changes alone, "
        "or in `If-Match` to overwrite only what you have seen.\n\n"
        "**Repeats**: an unsafe call with an `Idempotency-Key` is done once, however often it is sent.\n\n"
        "**Problems** are `application/problem+json` (RFC 9457); [every kind](/api/v1/problems/) says what to do."
    ),
    "LICENSE": {"name": "BSD-3-Clause"},
    "TAGS": [
        {"name": "articles", "description": "What is published, and the way in for other systems."},
        {"name": "reports", "description": "What readers found, and what became of it."},
        {"name": "cases", "description": "What waits for a decision, and the decisions: as the editors' buttons."},
        {"name": "corrections", "description": "The public log: numbered, permanent."},
        {"name": "webhooks", "description": "What happens here, told to other systems, signed."},
    ],
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "/static/newsroom/favicon.svg",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVERS": [{"url": SITE_URL}],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "newsroom.problems.describe",
        "corrections.api.messages.name_headers",
    ],
    "WEBHOOKS": [
        f"corrections.api.messages.{name}"
        for name in (
            *("REPORT_RECEIVED", "CASE_OPENED", "CASE_RESOLVED", "ARTICLE_REVISED"),
            *("CORRECTION_PUBLISHED", "CORRECTION_AMENDED", "CORRECTION_WITHDRAWN"),
        )
    ],
    "ENUM_NAME_OVERRIDES": {
        "ArticleStatus": "articles.models.Article.Status",
        "CaseStatus": "corrections.models.Case.Status",
        "CorrectionStatus": "corrections.models.Correction.Status",
        "PublicCorrectionStatus": "corrections.serializers.log.PUBLIC_STATUSES",
        "CorrectionKind": "corrections.policy.Kind",
        "EventKind": "corrections.models.Event.Kind",
        "EndpointStatus": "corrections.webhooks.models.Endpoint.Status",
        "DeliveryStatus": "corrections.webhooks.models.Delivery.Status",
        "WebhookEvent": "corrections.webhooks.models.EventType",
    },
}

# Logging: one line an event, tracebacks without local variables (they hold what readers wrote)
_named: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper("%Y-%m-%d %H:%M:%S"),
]
structlog.configure(
    processors=[structlog.stdlib.filter_by_level, *_named, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _named,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
            ],
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    # Two lines a job are of use to nobody: what fails is logged by corrections.jobs.
    "loggers": {name: {"level": "WARNING"} for name in ("celery", "kombu")},
}
