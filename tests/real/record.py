"""What the real servers send, into ``tests/fakes/samples``: fakes and small tests are held to it.

::

    python -m tests.real.record ─→ samples/{wordpress,ghost}/{feed.xml, api.json, front.html, …}

Three invented posts on each: one with everything, one without a picture, one not for everybody.
Answers are kept as they came, but for the server's address, and for style sheets and programs
inside of pages, which are most of their bytes and say nothing.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import requests

from tests.fakes.website import PICTURES
from tests.real import story
from tests.real.ear import Ear
from tests.real.ghost import Ghost
from tests.real.site import Site
from tests.real.wordpress import WordPress

SAMPLES = Path(__file__).parents[1] / "fakes" / "samples"
HOME = "https://blog.example.org"
_STYLES = re.compile(r"(<style\b[^>]*>).*?(</style>)", re.DOTALL)
_PROGRAMS = re.compile(r"(<script(?![^>]*json)[^>]*>).*?(</script>)", re.DOTALL)


def main() -> None:
    """Start both, write, read, and end them."""
    with WordPress() as site:
        folder = _folder("wordpress")
        _record(site, folder, ("twentytwentythree", "twentytwentyone"))
        _keep(
            folder / "api.json",
            site.url,
            f"{site.api}/posts?_embed=author,wp:term,wp:featuredmedia",
        )
        _keep(folder / "sitemap.xml", site.url, f"{site.url}/wp-sitemap-posts-post-1.xml")
    with Ghost() as site:
        folder = _folder("ghost")
        _record(site, folder, ("source", "casper"))
        asked = f"{site.api}/posts/?key={site.key}&include=authors,tags"
        _keep(folder / "api.json", site.url, asked)
        _keep(folder / "sitemap.xml", site.url, f"{site.url}/sitemap-posts.xml")
        _overhear(site, folder)


def _record(site: Site, folder: Path, themes: tuple[str, ...]) -> None:
    site.clear()
    plain = site.publish("A lamp moves house", f"<p>{story.SENTENCES[4]}</p>")
    site.protect("Minutes of the council", f"<p>{story.SENTENCES[0]}</p>")
    own = site.featured(PICTURES / "lighthouse.png", "A lighthouse above the surf")
    whole = site.publish("The pier is old", story.body(site), tags=["Harbour", "Council"], **own)
    _keep(folder / "feed.xml", site.url, site.feed_url)
    for theme in themes:
        site.dress(theme)
        for name, url in {"article": whole.url, "plain": plain.url, "front": site.url}.items():
            _keep(folder / f"{name}-{theme}.html", site.url, url)


def _overhear(site: Ghost, folder: Path) -> None:
    """A post's life as its webhooks tell it; the signature fits the bodies before ours changed."""
    events = ("post.published", "post.published.edited", "post.unpublished", "post.deleted")
    with Ear() as ear:
        for event in events:
            site.webhook(event, ear.url, "a secret of two")
        post = site.publish("Short news", f"<p>{story.SENTENCES[5]}</p>", tags=["Harbour"])
        acts = (None, lambda: site.edit(post, title="Shorter news"), lambda: site.unpublish(post),
                lambda: site.delete(post))  # fmt: skip
        for event, act in zip(events, acts, strict=True):
            if act:
                act()
            headers, body = ear.next()
            file = folder / f"webhook-{event.removeprefix('post.')}.json"
            _note(file, site.url, headers)
            file.write_text(_elsewhere(body, site.url), encoding="utf-8")


def _keep(file: Path, home: str, url: str) -> None:
    answer = requests.get(url, timeout=60)
    assert answer.ok, (url, answer.status_code)
    _note(file, home, answer.headers)
    text = answer.content.decode()
    if file.suffix == ".html":
        text = _PROGRAMS.sub(r"\1\2", _STYLES.sub(r"\1\2", text))
    file.write_text(_elsewhere(text, home), encoding="utf-8")


def _note(file: Path, home: str, headers: Mapping[str, str]) -> None:
    """What came above the body, into one file for the folder."""
    notes = file.parent / "headers.json"
    known = json.loads(notes.read_text(encoding="utf-8")) if notes.is_file() else {}
    known[file.name] = {
        name: _elsewhere(value, home)
        for name, value in sorted(headers.items())
        if name not in {"Host", "Date", "Connection", "Keep-Alive", "Transfer-Encoding"}
    }
    notes.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


def _elsewhere(text: str, home: str) -> str:
    """*text* of the site at *home*, as if it stood at HOME."""
    for written in (str, _in_json, _in_query):
        text = text.replace(written(home), written(HOME))
    # Ghost leaves the scheme out for once; WordPress drops the port where it names its own feed.
    text = text.replace(home.partition(":")[2], HOME.partition(":")[2])
    text = text.replace(f"{home.rpartition(':')[0]}/", f"{HOME}/")
    return text.replace("cdn.jsdelivr.net", "cdn.example.org")


def _in_json(url: str) -> str:
    return url.replace("/", r"\/")


def _in_query(url: str) -> str:
    return quote(url, safe="")


def _folder(name: str) -> Path:
    shutil.rmtree(SAMPLES / name, ignore_errors=True)
    (SAMPLES / name).mkdir(parents=True)
    return SAMPLES / name


if __name__ == "__main__":
    main()
