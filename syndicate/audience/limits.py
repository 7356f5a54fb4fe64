"""How much a stranger may cause: sign-ups from one network, mails to one address, mails in all.

A form that sends mail to any address is a weapon (list bombing); these limits blunt it. They are
kept in rows, so that they hold for all processes and over a restart.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from syndicate.audience.models import Tally
from syndicate.lib.config import site

HOUR = timedelta(hours=1)
KEPT = timedelta(days=1)


def allow(what: str, network: str, limit: int, now: datetime) -> bool:
    """Count one more of *what* from *network*; False when there were *limit* this hour."""
    return count(f"{what}:{network_hash(network)[:32]}", now) <= limit


def count(key: str, now: datetime) -> int:
    """Count one more of *key* in this hour; returns how many there were, this one included."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    Tally.objects.filter(hour__lt=now - KEPT).delete()
    row, _ = Tally.objects.get_or_create(key=key, hour=hour)
    Tally.objects.filter(pk=row.pk).update(count=F("count") + 1)
    row.refresh_from_db()
    return row.count


def once(key: str, hour: datetime) -> bool:
    """Whether nobody has asked for *key* before; *hour* is always the same for one key."""
    _, first = Tally.objects.get_or_create(key=key, hour=hour)
    return first


def network_hash(network: str) -> str:
    """A keyed hash of an IP address, for telling two apart and for no more; empty for none."""
    if not network:
        return ""
    key, text = settings.SECRET_KEY.encode(), _subscriber_line(network)
    return hmac.new(key, b"syndicate.network\0" + text.encode(), hashlib.sha256).hexdigest()


def _subscriber_line(network: str) -> str:
    """One household has 2^64 IPv6 addresses: they count as one."""
    try:
        address = ipaddress.ip_address(network)
    except ValueError:
        return network
    if address.version == 6 and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)


def may_mail(last: datetime | None, tries: int, now: datetime) -> bool:
    """Whether an address may get one more confirmation mail: not too soon, not too often."""
    policy = site().subscribe
    if tries >= policy.confirm_lifetime:
        return False
    return last is None or now >= last + timedelta(hours=policy.confirm_hours_between)


def next_mail(now: datetime) -> datetime:
    """When the next confirmation mail goes: now, or hours later in a flood."""
    before = count("confirm", now) - 1
    return now + HOUR * (before // site().subscribe.mails_per_hour)
