"""syndicate: from a published article to every reader's inbox and every followed account."""

__version__ = "0.1.0"
