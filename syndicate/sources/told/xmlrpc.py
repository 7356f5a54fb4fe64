"""``weblogUpdates.ping`` and ``extendedPing``: a site says that it has changed.

http://xmlrpc.com/weblogsCom.html; what they name is the site, not the article, so: look.
"""

from __future__ import annotations

import re

from lxml import etree

from syndicate.lib.errors import BadInput
from syndicate.sources.told.base import Told

OK = "Thanks for the ping."


def read(body: bytes) -> Told:
    """A call of one of the two. Raises BadInput for anything else."""
    if re.search(rb"<!doctype", body.replace(b"\0", b""), re.IGNORECASE):
        raise BadInput("This XML has a DOCTYPE, as attacks do.", "XML-RPC needs none.")
    # Neither entities nor files nor the network: https://lxml.de/FAQ.html#how-do-i-use-lxml-safely
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadInput("This is no XML.", "Send an empty body, a form, or JSON.") from error
    method = (root.findtext("methodName") or "").strip()
    if root.tag != "methodCall" or not method.startswith("weblogUpdates."):
        raise BadInput(f"There is no method “{method[:80]}” here.", "Call weblogUpdates.ping.")
    return Told()


def answer(error: str = "") -> bytes:
    """The struct that whoever pings expects."""
    root = etree.Element("methodResponse")
    value = etree.SubElement(etree.SubElement(etree.SubElement(root, "params"), "param"), "value")
    struct = etree.SubElement(value, "struct")
    for name, kind, text in (
        ("flerror", "boolean", "1" if error else "0"),
        ("message", "string", error or OK),
    ):
        member = etree.SubElement(struct, "member")
        etree.SubElement(member, "name").text = name
        etree.SubElement(etree.SubElement(member, "value"), kind).text = text
    told: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return told
