"""What a person hands over in a file, since the arguments of a program are seen by all."""

from __future__ import annotations

import click

from syndicate.lib.errors import BadInput


def read(file: str) -> str:
    """The text in *file* (- is stdin), without the space around it. Raises BadInput."""
    try:
        with click.open_file(file, encoding="utf-8") as stream:
            return str(stream.read()).strip()
    except UnicodeDecodeError as error:
        raise BadInput(f"{file} holds no text.", "Write it in UTF-8.") from error
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from error
