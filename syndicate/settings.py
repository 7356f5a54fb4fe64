"""Django's settings, made from the site's configuration; operators edit config/syndicate.toml."""

from __future__ import annotations

from urllib.parse import urlsplit

from syndicate import paths
from syndicate.lib import config as _config
from syndicate.lib import database as _database
from syndicate.lib import secrets as _secrets
from syndicate.lib.language import spoken as _spoken

SYNDICATE = _config.load()
_site = SYNDICATE.site
_base = urlsplit(_site.base_url)

SECRET_KEY, *SECRET_KEY_FALLBACKS = _secrets.secret_keys(
    _site.secret_key, paths.data() / "secret.key"
)
DEBUG = False
ALLOWED_HOSTS = [_base.hostname or "localhost", "127.0.0.1", "localhost", *_site.allowed_hosts]
CSRF_TRUSTED_ORIGINS = [f"{_base.scheme}://{_base.netloc}"] if _base.netloc else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "syndicate.sources",
    "syndicate.audience",
    "syndicate.mail",
    "syndicate.social",
    "syndicate.engine",
    "syndicate.web",
]
if SYNDICATE.daemon.engine == "distributed":
    # Its tables, brought up to date with ours; a site that runs by itself has none of them.
    INSTALLED_APPS.append("procrastinate.contrib.django")
MIDDLEWARE = [
    "syndicate.web.headers.Headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Every view asks for a login unless it says otherwise.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "syndicate.web.desk.landing.Landing",
]
ROOT_URLCONF = "syndicate.urls"
WSGI_APPLICATION = "syndicate.web.wsgi.application"
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        # A site's own file of the same name goes first.
        "DIRS": [paths.home() / "templates", paths.shipped("templates")],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "syndicate.web.jinja.environment"},
    },
]
DATABASES = {"default": _database.parse(SYNDICATE.database.url, paths.home())}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = _spoken(SYNDICATE.publication.language)
TIME_ZONE = SYNDICATE.publication.timezone
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

LOGIN_URL = "desk:login"
LOGIN_REDIRECT_URL = "desk:home"
LOGOUT_REDIRECT_URL = "desk:login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _base.scheme == "https"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _site.behind_proxy else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 50_000_000  # a subscriber list of 1,000,000 lines

LOGGING_CONFIG = None  # the command line sets logging up: lib.log
