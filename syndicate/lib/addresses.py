"""Which network addresses we may talk to when somebody else chose the name.

A feed, a link or a webhook must not lead us into the operator's own network
(server-side request forgery, https://owasp.org/API-Security/editions/2023/en/0xa7-server-side-request-forgery/).
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# All that the internet's registries have given out so far lies in here
# (https://www.iana.org/assignments/ipv6-address-space); the rest is of this network or of none.
_GIVEN_OUT = IPv6Network("2000::/3")
# An IPv4 address behind a gateway, as a network without IPv4 writes it (RFC 6052).
_NAT64 = IPv6Network("64:ff9b::/96")
# What Python's is_global lets pass, in some version: what the IETF keeps for itself (and Oracle for
# its metadata), 6to4's relays, Azure's host of its virtual machines (which no other machine can
# reach), and the second range for documentation (RFC 9637).
_NEVER = (
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv4Network("168.63.129.16/32"),
    IPv6Network("3fff::/20"),
)


def is_public(address: str) -> bool:
    """Whether *address* (as getaddrinfo gives it) is one that anybody on the internet may reach.

    One with a scope (``fe80::1%eth0``) means a place on this machine's own link.
    """
    if "%" in address:
        return False
    ip = ip_address(address)
    hidden = _hidden(ip)
    if hidden is not None and not is_public(str(hidden)):
        return False
    if isinstance(ip, IPv6Address) and ip not in _GIVEN_OUT:
        return ip in _NAT64
    if any(ip in network for network in _NEVER):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def permitted(addresses: Iterable[str], host: str, allowed: Iterable[str]) -> list[str]:
    """Those of a host's addresses that may be dialled; *allowed* hosts may be anywhere."""
    return list(addresses) if is_allowed(host, allowed) else [*filter(is_public, addresses)]


def is_allowed(host: str, allowed: Iterable[str]) -> bool:
    """Whether *host* is one of *allowed*, names or addresses; ``*`` stands for all."""
    names = {_plain(name) for name in allowed}
    return "*" in names or _plain(host) in names


def _plain(host: str) -> str:
    return host.lower().strip("[]").rstrip(".")


def _hidden(ip: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address inside an IPv6 one: 6to4, Teredo or NAT64."""
    if isinstance(ip, IPv4Address):
        return None
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
