"""What a person types."""

from syndicate.cli.root import main

__all__ = ["main"]
