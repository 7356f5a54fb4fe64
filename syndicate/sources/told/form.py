"""The two kinds of forms, as names with their values."""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message
from urllib.parse import parse_qs

from syndicate.lib.errors import BadInput

_MOST = 1000


def fields(body: bytes) -> dict[str, list[str]]:
    """``application/x-www-form-urlencoded``. Raises BadInput."""
    try:
        return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=_MOST)
    except ValueError as error:  # broken UTF-8 is one too
        raise BadInput("This is no form.", "Send url=https://… or JSON.") from error


def parts(content_type: str, body: bytes) -> dict[str, list[str]]:
    """``multipart/form-data``, which is a mail in its build. Raises BadInput, for files as well."""
    if body.count(b"\n--") > _MOST:
        raise BadInput("This form has too many parts.", "Send url=https://… or JSON.")
    head = content_type.encode("ascii", "replace").replace(b"\r", b"").replace(b"\n", b"")
    found: dict[str, list[str]] = {}
    for part in _mail(b"Content-Type: " + head + b"\r\n\r\n" + body).walk():
        name = part.get_param("name", header="content-disposition")
        if part.get_filename():
            raise BadInput("Files cannot be taken.", "Send pictures by their url.")
        value = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(value, bytes):
            found.setdefault(name, []).append(value.decode("utf-8", "replace"))
    return found


def _mail(written: bytes) -> Message:
    try:
        return message_from_bytes(written)
    except RecursionError as error:  # parts in parts in parts
        raise BadInput("This is no form.", "Send url=https://… or JSON.") from error
