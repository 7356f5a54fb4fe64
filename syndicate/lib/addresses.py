"""Which network addresses we may talk to when somebody else chose the name.

A feed, a link or a webhook must not lead us into the operator's own network
(server-side request forgery, https://owasp.org/API-Security/editions/2023/en/0xa7-server-side-request-forgery/).
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# Ranges that is_global lets pass although an IPv4 address, or a private net, hides in them.
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_NEVER = (IPv6Network("::/96"), IPv6Network("fec0::/10"))


def is_public(address: str) -> bool:
    """Whether *address* (as getaddrinfo gives it) is one that anybody on the internet may reach."""
    ip = ip_address(address.partition("%")[0])
    hidden = _hidden(ip)
    if hidden is not None and not is_public(str(hidden)):
        return False
    if any(ip in network for network in _NEVER):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def permitted(addresses: Iterable[str], host: str, allowed: Iterable[str]) -> list[str]:
    """Those of a host's addresses that may be dialled; *allowed* hosts may be anywhere."""
    if host.lower().strip("[]") in {name.lower().strip("[]") for name in allowed}:
        return list(addresses)
    return [address for address in addresses if is_public(address)]


def _hidden(ip: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address inside an IPv6 one: mapped, 6to4, Teredo or NAT64."""
    if isinstance(ip, IPv4Address):
        return None
    if any(ip in network for network in _NAT64):
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
