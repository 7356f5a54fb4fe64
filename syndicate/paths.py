"""Where things lie: what the program ships, and a site's own folder.

A site's folder (its *home*) holds ``config/syndicate.toml``, ``data/`` and, where it wants to
shadow one of ours, ``templates/``. It is ``$SYNDICATE_HOME``, else the working directory.
"""

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
REPOSITORY = PACKAGE.parent


def shipped(name: str) -> Path:
    """The folder *name* (``templates``, ``config``) that the program brings along.

    An installed wheel carries it inside the package; a checkout has it at the top.
    """
    inside = PACKAGE / f"_{name}"
    return inside if inside.is_dir() else REPOSITORY / name


def home() -> Path:
    """The site's folder, absolute."""
    return Path(os.environ.get("SYNDICATE_HOME") or os.getcwd()).resolve()


def config_file() -> Path:
    """The site's own configuration file, which need not exist."""
    named = os.environ.get("SYNDICATE_CONFIG")
    return Path(named).resolve() if named else home() / "config" / "syndicate.toml"


def data() -> Path:
    """The site's data folder; made by whoever first writes to it."""
    return home() / "data"
