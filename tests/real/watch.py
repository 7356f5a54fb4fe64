"""A Source row on a real site, and what we made of what happened there."""

from __future__ import annotations

from datetime import timedelta

from syndicate.lib import clock
from syndicate.sources.detect import detect
from syndicate.sources.models import Article, Source
from tests.real.site import Post, Site
from tests.rows import source


class Watch:
    """Watches *site* by a source of *kind*; its first look has been."""

    def __init__(self, site: Site, kind: str) -> None:
        self.site, self.kind = site, kind
        self._source = source(kind=kind, baseline_at=None, **site.source(kind))
        self.look()

    def look(self) -> None:
        """One look, as the daemon has it."""
        now = clock.now()
        Source.objects.filter(pk=self._source.pk).update(next_check=now)
        detect(self._source.pk, now)
        self._source.refresh_from_db()
        assert self._source.health == Source.Health.OK, self._source.error

    def look_a_day_later(self) -> None:
        """The look without conditions that comes once a day."""
        Source.objects.filter(pk=self._source.pk).update(
            full_look_at=clock.now() - timedelta(days=1, minutes=1)
        )
        self.look()

    def new(self) -> list[str]:
        """Titles of all that go on, or wait for an editor; in the order in which they came."""
        rows = Article.objects.filter(source=self._source).exclude(state=Article.State.SEEN)
        return list(rows.order_by("pk").values_list("title", flat=True))

    def rows(self, post: Post) -> list[Article]:
        """What there is of *post*, whatever has become of its title."""
        named = Article.objects.filter(source=self._source)
        return [each for each in named if each.title in {post.title, f"Protected: {post.title}"}]

    def one(self, post: Post) -> Article:
        """The one article of *post*; there must be just one."""
        found = self.rows(post)
        assert len(found) == 1, [(each.identity, each.url, each.state) for each in found]
        return found[0]

    def all(self) -> list[Article]:
        """Every row of this source."""
        return list(Article.objects.filter(source=self._source).order_by("pk"))
