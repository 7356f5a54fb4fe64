"""Ghost from npm and WordPress from Debian's packages into ``.cache/``; `make real` calls it.

::

    python -m tests.real.install ─→ .cache/ghost      npm pack, then npm install in what it holds
                                 ─→ .cache/wordpress  apt-get download, dpkg -x; nothing system-wide

Both take what they need from the registries that this machine's npm and apt are set up for, need
no rights, and are done once. What Debian has installed already is used from where it is.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

CACHE = Path(__file__).resolve().parents[2] / ".cache"
GHOST = CACHE / "ghost"
WORDPRESS = CACHE / "wordpress"
READY = ".ready"

# The last that runs on Node 18 and 20 as well as on 22.
GHOST_VERSION = "5.130.6"
# npm 12 compiles nothing of which its folder does not say that it may.
_COMPILED = {"sqlite3": True, "re2": True, "sharp": True, "dtrace-provider": False}
# What has programs of its own in it comes with all that it depends on …
_PROGRAMS = ("php-cli", "php-mysql", "php-gd", "php-xml", "php-mbstring", "mariadb-server-core")
# … and the rest alone: WordPress would bring a whole web server with it.
_TEXTS = (
    "wordpress", "wordpress-theme-twentytwentyone", "wordpress-theme-twentytwentythree",
    "libjs-cropper", "libjs-underscore", "php-getid3",
)  # fmt: skip


def main() -> int:
    """Install what is not there yet; 1 if one of them could not be."""
    done = [_attempt("WordPress", WORDPRESS, wordpress), _attempt("Ghost", GHOST, ghost)]
    return 0 if all(done) else 1


def _attempt(name: str, folder: Path, install: object) -> bool:
    if (folder / READY).is_file():
        return True
    assert callable(install)
    print(f"installing {name} into {folder.relative_to(CACHE.parent)}", flush=True)
    try:
        install(folder)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"{name} could not be installed: {error}", file=sys.stderr)
        return False
    (folder / READY).touch()
    return True


def ghost(folder: Path) -> None:
    """Ten minutes: npm compiles sqlite3 against this machine's Node."""
    folder.mkdir(parents=True, exist_ok=True)
    _run("npm", "pack", "--silent", f"ghost@{GHOST_VERSION}", inside=folder)
    _run("tar", "-xzf", f"ghost-{GHOST_VERSION}.tgz", inside=folder)
    package = folder / "package"
    # Some of what its developers need is no package of the registry.
    told = json.loads((package / "package.json").read_text(encoding="utf-8"))
    told.pop("devDependencies", None)
    told["allowScripts"] = _COMPILED
    (package / "package.json").write_text(json.dumps(told), encoding="utf-8")
    (package / "yarn.lock").unlink(missing_ok=True)
    _run("npm", "install", "--omit=dev", "--no-audit", "--no-fund", "--legacy-peer-deps",
         inside=package)  # fmt: skip


def wordpress(folder: Path) -> None:
    """Half a minute: the packages unpacked below ``root``, WordPress itself copied to ``site``."""
    debs, root = folder / "debs", folder / "root"
    shutil.rmtree(root, ignore_errors=True)
    debs.mkdir(parents=True, exist_ok=True)
    root.mkdir()
    _run("apt-get", "download", "-qq", *_packages(), inside=debs)
    for deb in sorted(debs.glob("*.deb")):
        _run("dpkg", "-x", str(deb), str(root))
    shutil.rmtree(folder / "site", ignore_errors=True)
    _copy(place("usr/share/wordpress"), folder / "site")
    shutil.rmtree(debs)


def place(path: str) -> Path:
    """Where ``usr/…`` is: below WordPress' root, else where Debian installs it."""
    ours = next(iter(sorted((WORDPRESS / "root").glob(path))), None)
    return ours or next(iter(sorted(Path("/").glob(path))), Path("/", path))


def _packages() -> list[str]:
    """The Debian packages that are wanted and not installed."""
    said = subprocess.run(
        ["apt-get", "install", "--simulate", "--no-install-recommends", *_PROGRAMS],
        env=os.environ | {"LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    needed = [line.split()[1] for line in said.splitlines() if line.startswith("Inst ")]
    return [*needed, *(name for name in _TEXTS if not _installed(name))]


def _installed(package: str) -> bool:
    return Path(f"/var/lib/dpkg/info/{package}.list").is_file()


def _copy(source: Path, target: Path) -> None:
    """*source* with what its links lead to, which may be elsewhere below the root."""
    target.mkdir(parents=True, exist_ok=True)
    for name, real in _children(source):
        if real.is_dir():
            _copy(real, target / name)
        elif real.is_file():
            shutil.copyfile(real, target / name)


def _children(folder: Path) -> Iterator[tuple[str, Path]]:
    for child in folder.iterdir():
        real = child
        while real.is_symlink():
            to = real.readlink()
            real = place(str(to.relative_to("/"))) if to.is_absolute() else real.parent / to
        yield child.name, real


def _run(*command: str, inside: Path | None = None) -> None:
    subprocess.run(command, cwd=inside, check=True, stdin=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
