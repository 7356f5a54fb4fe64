"""What of a page is its article, and how each system's pictures keep their captions."""

from __future__ import annotations

import re

import pytest

from syndicate.lib.html import Image, images, to_text
from syndicate.lib.http import Page
from syndicate.sources.extract import Extract, extract

SENTENCE = "The tide was out and the gulls were in full voice over the eastern steps. "
TEXT = f"<p>{SENTENCE * 3}</p>"
MORE = "<p>" + "Work begins in March, and the ferry moves to the fish market. " * 3 + "</p>"
LAST = "<p>“Somewhere to sit,” said the harbour master, “is all that anybody wants.”</p>"
AT = "https://e.example/2026/pier.html"


def read(html: str, head: str = "") -> Extract:
    source = f"<html><head>{head}</head><body>{html}</body></html>"
    return extract(Page(200, AT, "", {}, source.encode(), "", "", "text/html", "utf-8"))


def tags(found: Extract) -> list[str]:
    return re.findall(r"<(p|h\d|figure|img|ul|ol|blockquote|pre|table)\b", found.body)


@pytest.mark.parametrize(
    "box",
    [
        "<nav><a href='/'>Home</a> <a href='/b'>Boats</a></nav>",
        f"<aside>{SENTENCE}</aside>",
        f"<div class='related-posts'>{SENTENCE}</div>",
        f"<div class='relatedPosts'>{SENTENCE}</div>",
        "<div class='sharedaddy'><p>Share this on every harbour wall</p></div>",
        "<div id='newsletter-signup'><p>Get the Harbour Letter in your inbox, free.</p></div>",
        "<div class='author-box'><p>Ada Example writes about boats and timber.</p></div>",
        f"<section id='comments'><p>{SENTENCE}</p></section>",
        "<p>Related: The lamp moves house</p>",
        "<p>Advertisement</p>",
        "<p>Lesen Sie auch: Die Lampe zieht um</p>",
        "<p>Image 1 of 5</p>",
        "<div><a href='/1'>A lamp moves house</a> <a href='/2'>Nets for sale</a></div>",
        "<form><label>Your name</label><input name='who'></form>",
        f"<div hidden>{SENTENCE}</div>",
        f"<div style='display: none'>{SENTENCE}</div>",
    ],
)
def test_what_stands_between_paragraphs_but_is_none_goes(box: str) -> None:
    found = read(f"<article><h1>A pier</h1>{TEXT}{box}{MORE}{LAST}</article>")
    assert to_text(found.body) == to_text(TEXT + MORE + LAST)


@pytest.mark.parametrize(
    ("block", "tag"),
    [
        ("<h2>What comes next</h2>", "h2"),
        ("<blockquote><p>We asked everybody.</p></blockquote>", "blockquote"),
        ("<ul><li>rope</li><li>tar</li></ul>", "ul"),
        ("<table><tr><th>Boat</th><th>Length</th></tr><tr><td>Gull</td><td>4</td></tr></table>",
         "table"),
        ("<pre>tide --high</pre>", "pre"),
        ("<h3>Loading docks, built by the grandfathers of those who load there today</h3>", "h3"),
        ("<div class='social-media-embed'><blockquote><p>Yes, a pier: <a href='https://t.example/'>"
         "t.example/pier</a></p></blockquote></div>", "blockquote"),
        ("<h2 id='sharing-the-pier-with-all-of-us'>Sharing the pier</h2>", "h2"),
    ],
)  # fmt: skip
def test_what_belongs_between_paragraphs_stays(block: str, tag: str) -> None:
    found = read(f"<article><h1>A pier</h1>{TEXT}{block}{MORE}{LAST}</article>")
    assert tags(found).count(tag) == 1
    assert to_text(block).split()[0] in to_text(found.body)


@pytest.mark.parametrize(
    "below",
    [
        "<h2>More from the harbour</h2>",
        "<p>ada@harbour.example</p>",
        "<p>(Reporting by Ada Example, editing by Bo Sample)</p>",
        "<p>© 2026 Harbour Review</p>",
        "<p>* * *</p>",
    ],
)
def test_what_is_added_below_the_text_goes(below: str) -> None:
    found = read(f"<article><h1>A pier</h1>{TEXT}{MORE}{LAST}{below}</article>")
    assert to_text(found.body).endswith("anybody wants.”")


WORDPRESS = (
    '<div class="entry-content">{text}<div id="attachment_9" class="wp-caption alignnone" '
    'style="width: 810px"><a href="/pier-full.jpg"><img src="/pier.jpg" alt="Old pier" '
    'width="800" height="600"></a><p class="wp-caption-text">The old pier</p></div>{more}</div>'
)
GHOST = (
    '<section class="gh-content">{text}<figure class="kg-card kg-image-card kg-card-hascaption">'
    '<img src="/pier.jpg" alt="Old pier" class="kg-image" srcset="/size/w600/pier.jpg 600w">'
    "<figcaption>The <b>old</b> pier</figcaption></figure>{more}</section>"
)
SQUARESPACE = (
    '<div class="blog-item-content"><div class="sqs-html-content">{text}</div>'
    '<div class="sqs-block image-block"><figure class="sqs-block-image-figure"><div class="'
    'image-block-wrapper"><noscript><img src="/pier.jpg" alt="Old pier"></noscript><img '
    'class="thumb-image" data-src="/pier.jpg" data-image="/pier.jpg" alt="Old pier"></div>'
    '<figcaption class="image-caption-wrapper"><div class="image-caption"><p>The old pier</p>'
    "</div></figcaption></figure></div><div class='sqs-html-content'>{more}</div></div>"
)
BLOGGER = (
    '<div class="post-body entry-content">{text}<table class="tr-caption-container" align="center">'
    '<tbody><tr><td><a href="/s1600/pier.jpg"><img src="/pier.jpg" alt="Old pier"></a></td></tr>'
    '<tr><td class="tr-caption">The old pier</td></tr></tbody></table>{more}</div>'
)
MEDIUM = (
    '<article><section>{text}<figure class="graf graf--figure"><div class="aspectRatioPlaceholder">'
    '<div class="progressiveMedia"><canvas></canvas><img class="graf-image" alt="Old pier" '
    'src="/pier.jpg"></div></div><figcaption class="imageCaption">The old pier</figcaption>'
    "</figure>{more}</section></article>"
)
SUBSTACK = (
    '<div class="body markup"><div>{text}</div><div class="captioned-image-container"><figure>'
    '<a class="image-link" href="/pier-full.jpg"><div class="image2-inset"><picture><source '
    'srcset="/pier.webp 848w"><img src="/pier.jpg" alt="Old pier"></picture><div><button>Expand'
    "</button></div></div></a><figcaption>The old pier</figcaption></figure></div>{more}</div>"
)
AMP = (
    '<div class="amp-wp-article-content">{text}<figure><amp-img src="/pier.jpg" alt="Old pier" '
    'width="800" height="600" layout="responsive"></amp-img><figcaption>The old pier</figcaption>'
    "</figure>{more}</div>"
)
BESIDE = (
    '<div class="story">{text}<figure><img src="/pier.jpg" alt="Old pier"></figure>'
    '<figcaption class="small">The old pier</figcaption>{more}</div>'
)


@pytest.mark.parametrize(
    "system", [WORDPRESS, GHOST, SQUARESPACE, BLOGGER, MEDIUM, SUBSTACK, AMP, BESIDE]
)
def test_each_systems_captions_stay_with_their_pictures(system: str) -> None:
    found = read(f"<main><h1>A pier</h1>{system.format(text=TEXT, more=MORE + LAST)}</main>")
    pier = Image("https://e.example/pier.jpg", "Old pier", "The old pier")
    assert images(found.body) == [pier]
    assert tags(found) == ["p", "figure", "img", "p", "p"]


@pytest.mark.parametrize(
    "image",
    [
        "<img src='/t.gif' width='1' height='1'>",
        "<img src='https://stats.wordpress.com/g.gif?x=1'>",
        "<img class='avatar' src='/ada.jpg'>",
        "<img src='https://secure.gravatar.com/avatar/0a?s=96'>",
        "<img src='/site.png' class='logo'>",
        "<img src='/x.png' width='24' height='24'>",
        "<img src='https://s.w.org/images/core/emoji/14/72x72/1f6a2.png' class='emoji' alt='🚢'>",
        "<div class='ad-slot'><img src='/buy-a-boat.jpg'></div>",
        "<img src='data:image/gif;base64,R0lGOD'>",
    ],
)
def test_pictures_that_show_nothing_go(image: str) -> None:
    assert images(read(f"<article><h1>A pier</h1>{TEXT}{image}{MORE}</article>").body) == []


@pytest.mark.parametrize(
    ("image", "url"),
    [
        ("<img src='/grey.gif' data-src='/pier.jpg'>", "pier.jpg"),
        ("<img src='data:image/gif;base64,R0' data-lazy-src='/pier.jpg'>", "pier.jpg"),
        ("<img srcset='/pier-300.jpg 300w, /pier-900.jpg 900w'>", "pier-900.jpg"),
        ("<picture><source srcset='/pier.webp'><img></picture>", "pier.webp"),
        ("<img data-src='/pier.jpg'><noscript><img src='/pier.jpg'></noscript>", "pier.jpg"),
        ("<noscript><img src='/pier.jpg'></noscript>", "pier.jpg"),
        ("<img src='pier.jpg' width='570' height='0'>", "2026/pier.jpg"),
    ],
)
def test_lazy_pictures_are_found_once(image: str, url: str) -> None:
    found = images(read(f"<article><h1>A pier</h1>{TEXT}<div>{image}</div>{MORE}</article>").body)
    assert [each.url for each in found] == [f"https://e.example/{url}"]


def test_addresses_are_relative_to_the_pages_base() -> None:
    text = (
        f"<article><h1>A pier</h1>{TEXT}<p>See <a href='map'>a map of it</a>.</p>{MORE}</article>"
    )
    assert 'href="https://cdn.example/x/map"' in read(text, "<base href='//cdn.example/x/'>").body


def test_a_picture_stands_once_where_it_has_a_caption() -> None:
    plain = "<p><img src='/pier-300x200.jpg'></p>"
    framed = "<figure><img src='/pier.jpg'><figcaption>The old pier</figcaption></figure>"
    found = images(read(f"<article><h1>P</h1>{plain}{TEXT}{framed}{MORE}</article>").body)
    assert [each.caption for each in found] == ["The old pier"]


def test_a_credit_becomes_part_of_the_caption() -> None:
    figure = (
        "<figure><div><img src='/pier.jpg'><span>Image copyright</span></div>"
        "<figcaption>The old pier</figcaption><span class='photo-credit'>Ada Example</span>"
        "</figure>"
    )
    found = read(f"<article><h1>A pier</h1>{TEXT}{figure}{MORE}</article>")
    assert [each.caption for each in images(found.body)] == ["The old pier Ada Example"]
    assert "copyright" not in found.body


def test_the_figure_between_headline_and_text_is_the_articles() -> None:
    figure = "<figure><img src='/pier.jpg'><figcaption>The old pier</figcaption></figure>"
    found = read(
        f"<main><header><h1>A pier</h1>{figure}</header><div class='text'>{TEXT}{MORE}</div></main>"
    )
    assert tags(found) == ["figure", "img", "p", "p"]
    assert found.image == Image("https://e.example/pier.jpg", "", "The old pier")


def test_of_several_articles_the_one_under_the_headline_is_read() -> None:
    nets = "<p>Nets, ropes and two good anchors.</p>" * 12
    other = f"<article><h2>Nets for sale</h2>{nets}</article>"
    found = read(
        f"<title>A pier</title><article><h1>A pier</h1>{TEXT}{MORE}{LAST}</article>{other}"
    )
    assert "Nets" not in found.body
    assert "tide" in found.body


@pytest.mark.parametrize(
    "sentence",
    [
        "潮が引き、かもめが東の石段の上で鳴いていた。議会は月曜日に埠頭に集まった。",
        "Был отлив, и чайки кричали над восточными ступенями старого причала. ",
        "كان الجزر قد حل وكانت النوارس تصيح فوق الدرجات الشرقية للرصيف القديم. ",
        "Es war Ebbe, und die Möwen schrien über den östlichen Stufen der Mole. ",
    ],
)
def test_other_languages_are_read_as_well(sentence: str) -> None:
    inner = "".join(f"<p>{sentence * 3}{n}</p>" for n in range(4))
    found = read(f"<nav><a href='/'>⌂ Home</a></nav><article><h1>x</h1>{inner}</article>")
    assert to_text(found.body) == to_text(inner)
