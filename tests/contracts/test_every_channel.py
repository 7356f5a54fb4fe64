"""No channel without its promises: whoever adds one is told what it has to keep."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from syndicate.social.channels import CHANNELS, kind
from syndicate.social.channels.base import DELETE, EDIT, MEDIA, METRICS, THREAD
from tests.contracts.channel_capabilities import ChannelCapabilities
from tests.contracts.channel_contract import ChannelContract

PROMISED = frozenset({EDIT, DELETE, METRICS, MEDIA, THREAD})


def _contracts() -> dict[str, type[ChannelContract]]:
    """Channel → the class that holds it to its promises, of all tests beside this one."""
    modules = [
        import_module(f"{__package__}.{path.stem}")
        for path in Path(__file__).parent.glob("test_*.py")
    ]
    classes = [one for module in modules for one in vars(module).values() if isinstance(one, type)]
    return {
        one.channel: one
        for one in classes
        if issubclass(one, ChannelContract) and hasattr(one, "channel")
    }


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_has_a_contract(channel: str) -> None:
    assert channel in _contracts()


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_it_declares_is_held_to_it(channel: str) -> None:
    if kind(channel).capabilities & PROMISED:
        assert issubclass(_contracts()[channel], ChannelCapabilities)
