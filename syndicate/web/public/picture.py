"""The drawn picture of a post, for platforms that fetch pictures by their address."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.utils.cache import get_conditional_response

from syndicate.lib.errors import BadInput
from syndicate.social import drawn
from syndicate.web.public.page import readable

# Changes with the way they are drawn, so that nobody keeps an old one.
_EDITION = "1"


@readable
def picture(request: HttpRequest, token: str) -> HttpResponse:
    """A JPEG; the same one as long as nothing on it changes."""
    try:
        post = drawn.of_token(token)
        etag = _etag(drawn.subject(post))
        known: HttpResponse | None = get_conditional_response(request, etag=etag)
        answer = known or HttpResponse(drawn.served(post), content_type="image/jpeg")
    except BadInput as error:
        return HttpResponseNotFound(str(error), content_type="text/plain; charset=utf-8")
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = "public, max-age=3600"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _etag(subject: tuple[str, str, str]) -> str:
    whole = "\0".join((_EDITION, *subject)).encode()
    return f'"{hashlib.blake2b(whole, digest_size=12).hexdigest()}"'
