"""Sending services on 127.0.0.1, as far as their documents say how django-anymail's calls go.

::

    with Service("postmark") as service:
        configure(provider=service.options())
        service.calls       how many mails each call brought that was taken
        service.mails       what the readers of these got, each with its own values
        service.refuse("b@example.org")    service.answer(429, {"Retry-After": "7"})
        service.drop_after()               it takes the call and says nothing

Each keeps to its cap and refuses what goes beyond it, and calls without the right key.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs

KEY = "right-key"


class Got(NamedTuple):
    """One mail as its reader gets it; *headers* by lower-case name."""

    to: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]


class Kind(NamedTuple):
    """One service: its cap, its settings, and how it reads and answers."""

    most: int
    settings: dict[str, str]
    read: Callable[[str, bytes], list[Got]]
    yes: Callable[[str, list[Got], set[str]], Any]
    no: tuple[int, Any]  # to a call that holds a refused mail, where it is refused as a whole
    each: bool = False  # each mail has its own answer
    unwell: int = 200  # the status of an answer in which some mails were refused
    stranger: tuple[int, Any] = (401, {"message": "this key is not known"})


class Service:
    """Starts on entering, ends on leaving."""

    def __init__(self, name: str) -> None:
        self.name, self.kind = name, KINDS[name]
        self.calls: list[int] = []
        self.mails: list[Got] = []
        self.asked = 0  # all calls, those that were refused too
        self.refused: set[str] = set()
        self.seen: dict[str, Any] = {}  # by Idempotency-Key
        self.on_call: Callable[[], object] = lambda: None
        self.gate = threading.Event()  # for an on_call that waits
        self._faults: list[Callable[[Handler], bool]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.service = self  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Service:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def options(self, **more: Any) -> dict[str, Any]:
        """What the table [provider] says of it."""
        settings = {**self.kind.settings, "api_url": self.url}
        given = {"name": self.name, "settings": settings, "timeout_seconds": 5, "connections": 1}
        return given | more

    def refuse(self, *addresses: str) -> None:
        """Find fault with these."""
        self.refused |= set(addresses)

    def answer(self, status: int, headers: dict[str, str] | None = None, body: str = "{}") -> None:
        """Take nothing, and answer the next call so."""
        self._faults.append(lambda handler: handler.say(status, body, headers))

    def page(self) -> None:
        """Take the next call, and answer with a page."""
        self._faults.append(lambda h: h.keep() and h.say(200, "<html>Welcome</html>"))

    def drop(self) -> None:
        """Hang up on the next call without taking it."""
        self._faults.append(lambda handler: handler.hang_up())

    def drop_after(self) -> None:
        """Take the next call, then hang up."""
        self._faults.append(lambda handler: handler.keep() and handler.hang_up())

    def fault(self) -> Callable[[Handler], bool] | None:
        """How to misbehave now."""
        return self._faults.pop(0) if self._faults else None


class Handler(BaseHTTPRequestHandler):
    body = b""

    @property
    def service(self) -> Service:
        found: Service = self.server.service  # type: ignore[attr-defined]
        return found

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.service.asked += 1
        self.service.on_call()
        try:
            self._answer(self.service.fault())
        except OSError:
            self.close_connection = True  # whoever asked has hung up, which is their right

    def _answer(self, fault: Callable[[Handler], bool] | None) -> None:
        if fault is not None:
            fault(self)
        elif not self._is_known():
            status, told = self.service.kind.stranger
            self.say(status, json.dumps(told))
        elif self._known() in self.service.seen:
            self.say(200, json.dumps(self.service.seen[self._known()]))
        else:
            self._take()

    def _take(self) -> None:
        service, kind = self.service, self.service.kind
        try:
            mails = kind.read(self.path, self.body)
        except (LookupError, TypeError, ValueError):
            self.say(422, '{"message": "a recipient is missing"}')
            return
        bad = {mail.to for mail in mails} & service.refused
        if len(mails) > kind.most:
            self.say(422, '{"message": "too many mails in one call"}')
        elif bad and not (kind.each and len(mails) > 1):
            self.say(kind.no[0], json.dumps(kind.no[1]))
        else:
            self.keep()
            told = json.dumps(kind.yes(self.path, mails, bad))
            self.say(kind.unwell if bad else 200, told)

    def _is_known(self) -> bool:
        inside = f'"key": "{KEY}"'.encode() in self.body
        return inside or any(KEY in one or _BASIC in one for one in self.headers.values())

    def keep(self) -> bool:
        """Take the call."""
        service = self.service
        mails = service.kind.read(self.path, self.body)
        good = [mail for mail in mails if mail.to not in service.refused]
        service.calls.append(len(mails))
        service.mails.extend(good)
        if self._known():
            service.seen[self._known()] = service.kind.yes(self.path, mails, set())
        return True

    def say(self, status: int, body: str, headers: dict[str, str] | None = None) -> bool:
        """Answer."""
        self.send_response(status)
        kind = "text/html" if body.startswith("<") else "application/json"
        for name, value in {"Content-Type": kind, **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())
        return True

    def hang_up(self) -> bool:
        """Say nothing."""
        self.close_connection = True
        return True

    def _known(self) -> str:
        return self.headers.get("Idempotency-Key", "")

    def log_message(self, *_: object) -> None:
        """Quiet."""


# How each reads a call ---------------------------------------------------------------------------

_BASIC = "Basic YXBpOnJpZ2h0LWtleQ=="  # api:right-key
_ADDRESS = re.compile(r"<([^<>]+)>\s*$")


def _bare(text: str) -> str:
    found = _ADDRESS.search(text)
    return found[1] if found else text


def _low(headers: Any) -> dict[str, str]:
    pairs = (
        headers.items() if isinstance(headers, dict) else ((h["Name"], h["Value"]) for h in headers)
    )
    return {name.lower(): value for name, value in pairs}


def _mailgun(path: str, body: bytes) -> list[Got]:
    form = parse_qs(body.decode(), keep_blank_values=True, strict_parsing=True)
    own = json.loads(form.get("recipient-variables", ["{}"])[0])
    headers = {name[2:]: value[0] for name, value in form.items() if name.startswith("h:")}
    made = []
    for to in map(_bare, form["to"]):
        mine = {f"%recipient.{key}%": value for key, value in own.get(to, {}).items()}

        def fill(text: str, mine: dict[str, str] = mine) -> str:
            for placeholder, value in mine.items():
                text = text.replace(placeholder, value)
            return text

        parts = (fill(form[name][0]) for name in ("subject", "text", "html"))
        made.append(Got(to, *parts, _low({n: fill(v) for n, v in headers.items()})))
    return made


def _postmark(path: str, body: bytes) -> list[Got]:
    found = json.loads(body)
    return [
        Got(_bare(m["To"]), m["Subject"], m["TextBody"], m["HtmlBody"], _low(m["Headers"]))
        for m in (found if path.endswith("batch") else [found])
    ]


def _resend(path: str, body: bytes) -> list[Got]:
    found = json.loads(body)
    return [
        Got(_bare(m["to"][0]), m["subject"], m["text"], m["html"], _low(m["headers"]))
        for m in (found if path.endswith("batch") else [found])
    ]


def _mailjet(path: str, body: bytes) -> list[Got]:
    found = json.loads(body)
    every = [{**found.get("Globals", {}), **m} for m in found["Messages"]]
    return [
        Got(m["To"][0]["Email"], m["Subject"], m["TextPart"], m["HTMLPart"], _low(m["Headers"]))
        for m in every
    ]


def _mailtrap(path: str, body: bytes) -> list[Got]:
    found = json.loads(body)
    every = [{**found["base"], **m} for m in found["requests"]] if "base" in found else [found]
    return [
        Got(m["to"][0]["email"], m["subject"], m["text"], m["html"], _low(m["headers"]))
        for m in every
    ]


def _brevo(path: str, body: bytes) -> list[Got]:
    found = json.loads(body)
    every = [{**found, **m} for m in found.get("messageVersions", [found])]
    return [
        Got(
            m["to"][0]["email"],
            m["subject"],
            m["textContent"],
            m["htmlContent"],
            _low(m["headers"]),
        )
        for m in every
    ]


def _sparkpost(path: str, body: bytes) -> list[Got]:
    found = json.loads(body)
    content, to = found["content"], found["recipients"]
    text, html, headers = content["text"], content["html"], _low(content["headers"])
    return [Got(one["address"]["email"], content["subject"], text, html, headers) for one in to]


def _mandrill(path: str, body: bytes) -> list[Got]:
    m = json.loads(body)["message"]
    to = m["to"][0]["email"]
    return [Got(to, m["subject"], m["text"], m["html"], _low(m["headers"]))]


def _postal(path: str, body: bytes) -> list[Got]:
    m = json.loads(body)
    return [
        Got(_bare(m["to"][0]), m["subject"], m["plain_body"], m["html_body"], _low(m["headers"]))
    ]


# How each answers --------------------------------------------------------------------------------


def _ids(mails: list[Got]) -> list[str]:
    return [f"id-{mail.to}" for mail in mails]


def _postmark_yes(path: str, mails: list[Got], bad: set[str]) -> Any:
    told = [
        {"ErrorCode": 406, "Message": _INACTIVE.format(mail.to)}
        if mail.to in bad
        else {"ErrorCode": 0, "Message": "OK", "To": mail.to, "MessageID": f"id-{mail.to}"}
        for mail in mails
    ]
    return told if path.endswith("batch") else told[0]


def _resend_yes(path: str, mails: list[Got], bad: set[str]) -> Any:
    told = [{"id": one} for one in _ids(mails)]
    return {"data": told} if path.endswith("batch") else told[0]


def _mailjet_yes(path: str, mails: list[Got], bad: set[str]) -> Any:
    wrong = [{"ErrorMessage": '"x" is an invalid email address.', "StatusCode": 400}]
    return {
        "Messages": [
            {"Status": "error", "Errors": wrong}
            if mail.to in bad
            else {"Status": "success", "To": [{"Email": mail.to, "MessageID": f"id-{mail.to}"}]}
            for mail in mails
        ]
    }


def _mailtrap_yes(path: str, mails: list[Got], bad: set[str]) -> Any:
    told = [
        {"success": False, "errors": ["'to' address is invalid"]}
        if mail.to in bad
        else {"success": True, "message_ids": [f"id-{mail.to}"]}
        for mail in mails
    ]
    return {"success": True, "responses": told} if path.endswith("batch") else told[0]


def _brevo_yes(path: str, mails: list[Got], bad: set[str]) -> Any:
    ids = _ids(mails)
    return {"messageId": ids[0]} if len(ids) == 1 else {"messageIds": ids}


def _sparkpost_yes(path: str, mails: list[Got], bad: set[str]) -> Any:
    one = {"total_accepted_recipients": len(mails), "total_rejected_recipients": 0}
    return {"results": {**one, "id": _ids(mails)[0]}}


def _mailgun_yes(path: str, mails: list[Got], bad: set[str]) -> Any:
    return {"id": "<call-1@mg.example.org>", "message": "Queued. Thank you."}


def _mandrill_yes(path: str, mails: list[Got], bad: set[str]) -> Any:
    return [{"email": mail.to, "status": "sent", "_id": f"id-{mail.to}"} for mail in mails]


def _postal_yes(path: str, mails: list[Got], bad: set[str]) -> Any:
    told = {mail.to: {"id": f"id-{mail.to}", "token": "t"} for mail in mails}
    return {"status": "success", "data": {"messages": told}}


_INACTIVE = "Found inactive addresses: {}. Inactive recipients are ones that have bounced."
_INVALID = "Invalid `to` field: the email address is not valid"
KINDS = {
    "brevo": Kind(
        1000, {"api_key": KEY}, _brevo, _brevo_yes,
        (400, {"code": "invalid_parameter", "message": "email is not valid in to"}),
    ),
    "mailgun": Kind(
        1000, {"api_key": KEY, "sender_domain": "mg.example.org"}, _mailgun, _mailgun_yes,
        (400, {"message": "to parameter is not a valid address. please check documentation"}),
    ),
    "mailjet": Kind(
        50, {"api_key": "api", "secret_key": KEY}, _mailjet, _mailjet_yes,
        (400, {"Messages": [{"Status": "error", "Errors": [{"ErrorMessage": "invalid email"}]}]}),
        each=True, unwell=400,
    ),
    "mailtrap": Kind(
        500, {"api_token": KEY}, _mailtrap, _mailtrap_yes,
        (400, {"success": False, "errors": ["'to' address is invalid"]}), each=True,
    ),
    # Both say no with a status of their own: Mandrill always 500, Postal always 200.
    "mandrill": Kind(
        1, {"api_key": KEY}, _mandrill, _mandrill_yes,
        (500, {"status": "error", "code": -2, "name": "ValidationError", "message": "invalid to"}),
        stranger=(500, {"status": "error", "code": -1, "name": "Invalid_Key", "message": "no"}),
    ),
    "postal": Kind(
        1, {"api_key": KEY}, _postal, _postal_yes,
        (200, {"status": "parameter-error", "data": {"message": "invalid recipients"}}),
        stranger=(200, {"status": "error", "data": {"code": "InvalidServerAPIKey"}}),
    ),
    "postmark": Kind(
        500, {"server_token": KEY}, _postmark, _postmark_yes,
        (422, {"ErrorCode": 406, "Message": _INACTIVE.format("b@example.org")}),
        each=True,
    ),
    "resend": Kind(
        100, {"api_key": KEY}, _resend, _resend_yes,
        (422, {"name": "validation_error", "message": _INVALID}),
    ),
    "sparkpost": Kind(
        1, {"api_key": KEY}, _sparkpost, _sparkpost_yes,
        (400, {"errors": [{"message": "Invalid recipient"}]}),
    ),
}  # fmt: skip
