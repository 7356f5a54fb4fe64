"""The WSGI application, for ``syndicate web`` and for any other server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "syndicate.settings")
application = get_wsgi_application()
