"""Importing pages: what a page says of itself, and its prose without what stands around it."""

import io
import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from articles.importers import html_page
from articles.importers.items import Item, Refused
from articles.importers.rules import is_boilerplate
from articles.sanitise import clean
from articles.text import project

PAGES = Path(__file__).parent / "samples" / "pages"


def read(html: str | bytes, name: str = "page.html") -> Item:
    data = html.encode() if isinstance(html, str) else html
    (found,) = html_page.read(io.BytesIO(data), name, name=name)
    assert isinstance(found, Item), found
    return found


def refusal(html: str | bytes) -> str:
    data = html.encode() if isinstance(html, str) else html
    (found,) = html_page.read(io.BytesIO(data), "page.html", name="page.html")
    assert isinstance(found, Refused), found
    return found.reason


def paragraphs(item: Item) -> list[str]:
    return project(clean(item.text.body)).text.split("\n")


def page(body: str, head: str = "") -> str:
    return f"<html lang=en><head><title>A bridge closes</title>{head}</head><body>{body}</body></html>"


SITE = '<meta property="og:site_name" content="The Post">'
P1 = "The harbour bridge will close on Monday for repairs that the council calls overdue by a decade."
P2 = "Nobody asked the ferrymen, who have crossed the water here since 1872 and mean to go on with it."


def test_a_page_with_linked_data_is_read_whole() -> None:
    item = read((PAGES / "json-ld.html").read_bytes())

    assert item.text.headline == "Harbour bridge to close for repairs’ sake"
    assert item.text.standfirst == "Drivers face a twelve-mile detour until June."
    assert item.published_at == datetime(2025, 3, 4, 8, 30, tzinfo=UTC)
    assert item.modified_at == datetime(2025, 3, 4, 11, 0, tzinfo=UTC)
    assert item.byline == "Ada Quill, Ben Marsh"
    assert (item.section, item.language) == ("Local", "en-GB")
    assert item.canonical_url == item.external_id == "https://post.example/2025/03/bridge-closes"
    assert paragraphs(item) == [
        "The bridge at dusk.",
        P1,
        "“We have waited long enough,” said the mayor, who crossed it on foot.",
        "What it costs",
        "Steel: £3m",
        "Paint: £40,000",
        "Nobody asked the ferrymen, who have worked here since 1872.",
        "Day",
        "Monday",
        "Closed",
        "The work ends on 30 June.",
    ]
    assert 'src="https://post.example/img/bridge.jpg"' in item.text.body
    assert 'href="https://post.example/people/mayor?x=1&amp;y=2"' in item.text.body


def test_a_page_of_tables_without_an_article_element_gives_its_prose() -> None:
    item = read((PAGES / "plain-divs.html").read_bytes())

    assert item.text.headline == "Міст закривають на ремонт"
    assert item.language == "uk"
    assert item.published_at == datetime(2025, 3, 4, 10, 15, tzinfo=UTC)
    assert item.canonical_url == "https://visnyk.example/news/17.html"
    assert paragraphs(item) == [
        "Міст через гавань закриють у понеділок на ремонт, який у міській раді називають давно назрілим.",
        "«Ми чекали достатньо довго», – сказав мер, який перейшов міст пішки разом із сотнею містян.",
        "Роботи триватимуть до кінця червня, а об’їзд додасть водіям щонайменше двадцять кілометрів.",
    ]


def test_a_page_of_a_wordpress_theme_gives_its_prose() -> None:
    item = read((PAGES / "wordpress-theme.html").read_bytes())

    assert item.text.headline == "Most zamknięty do czerwca"
    assert (item.section, item.language) == ("Miasto", "pl-PL")
    assert item.published_at == datetime(2025, 3, 4, 8, 0, tzinfo=UTC)
    assert paragraphs(item) == [
        "Most portowy zostanie zamknięty w poniedziałek.",
        "Objazd ma dwadzieścia kilometrów.",
        "– Czekaliśmy dość długo – powiedział burmistrz, który przeszedł most pieszo.",
    ]
    assert 'src="https://glos.example/wp-content/most.jpg"' in item.text.body


@pytest.mark.parametrize(
    "line",
    [
        "Advertisement:",
        "ADVERTISEMENT",
        "— Advertisement —",
        "Реклама:",
        "Anzeige",
        "Publicité",
        "If you notice an error, select the required text and press Ctrl + Enter to report it to the editors.",
        "Found a typo? Select it and press Ctrl+Enter.",
        "Якщо ви помітили помилку, виділіть необхідний текст і натисніть Ctrl + Enter.",
        "Нашли ошибку? Выделите её и нажмите Ctrl+Enter",
        "Zauważyłeś błąd? Zaznacz go i naciśnij CTRL + ENTER.",
        "Haben Sie einen Fehler gefunden? Markieren Sie ihn und drücken Sie Strg+Eingabe.",
        "Une erreur ? Sélectionnez-la et appuyez sur Ctrl + Entrée.",
    ],
)
def test_a_line_of_boilerplate_is_known(line: str) -> None:
    assert is_boilerplate(line)


@pytest.mark.parametrize(
    "line",
    [
        "Advertisement: a history of selling, in three parts.",
        "The advertisement said nothing of the price.",
        "Press Ctrl + Enter to run the cell; the notebook saves itself.",
        "An error crept into yesterday’s report on the bridge.",
        "",
        "Реклама коштувала два мільйони.",
    ],
)
def test_a_sentence_that_only_resembles_boilerplate_stays(line: str) -> None:
    assert not is_boilerplate(line)


@pytest.mark.parametrize(
    "name", ["head", "badge", "shadow", "lead-in", "adverb", "radio", "sharepoint", "shadow-box", "gradient"]
)
def test_a_name_that_only_holds_the_letters_of_another_is_no_advertisement(name: str) -> None:
    item = read(page(f'<article><p>{P1}</p><div class="{name}" id="{name}-1">Short words.</div><p>{P2}</p></article>'))

    assert paragraphs(item) == [P1, "Short words.", P2]


@pytest.mark.parametrize(
    "block",
    [
        '<div class="adv">Buy now.</div>',
        '<div class="ad">Buy now.</div>',
        '<div id="ad-4">Buy now.</div>',
        '<div class="c-adSlot">Buy now.</div>',
        '<div class="article__advert--wide">Buy now.</div>',
        '<div class="banner">Buy now.</div>',
        '<ins class="adsbygoogle">Buy now.</ins>',
        '<div class="advtext">Advertisement:</div>',
        "<p>Advertisement:</p>",
        "<div><span>Advertisement</span></div>",
        "<script>buy()</script>",
        "<noscript>Turn on scripts.</noscript>",
        "<nav><a href=/>Home</a></nav>",
        "<form><p>Your address</p><button>Subscribe</button></form>",
        '<div class="social-share">Share this</div>',
        '<div class="cookie-notice">We use cookies.</div>',
        '<p class="orphus">Found an error? Press Ctrl + Enter.</p>',
        "<p>Read also: <a href=/x>The ferry is back</a></p>",
        "<h3>Read also</h3><ul><li><a href=/x>The ferry is back</a></li><li><a href=/y>And more</a></li></ul>",
        "<aside><h2>Related stories</h2><ul><li><a href=/x>The ferry is back</a></li></ul></aside>",
        "<figure><a href=/x>A card of the ferry story</a></figure>",
        "<p>Follow us on <a href=/x>Telegram</a> and elsewhere.</p>",
        '<div class="author-bio"><img src="a.jpg">Ada Quill has written about bridges since 1990.</div>',
        "<p hidden>Not yet.</p>",
        "<p>\u00a0</p>",
        "<div><p></p></div>",
        "<iframe src=https://v.example>no frames</iframe>",
    ],
)
def test_a_block_that_is_no_prose_is_left_out(block: str) -> None:
    item = read(page(f"<article><h1>A bridge closes</h1><p>{P1}</p>{block}<p>{P2}</p></article>"))

    assert paragraphs(item) == [P1, P2]
    assert clean(item.text.body).replace("\n", "").replace(" ", "") == f"<p>{P1}</p><p>{P2}</p>".replace(" ", "")


@pytest.mark.parametrize(
    "block",
    [
        '<p class="related">The ferry, a related matter, is back.</p>',
        '<p>As <a href="/x">the ferry company said</a>, read also between the lines.</p>',
        f'<div class="comment">“It is a scandal,” says the engineer. {P1} {P2} {P1}</div>',
        "<blockquote>Short.</blockquote>",
        "<p>Ctrl + Enter runs it.</p>",
        '<p><a href="/x">All of this paragraph is one link.</a></p>',
        "<p>Read also the small print.</p>",
    ],
)
def test_prose_in_a_suspicious_place_stays(block: str) -> None:
    item = read(page(f"<article><h1>A bridge closes</h1><p>{P1}</p>{block}<p>{P2}</p></article>"))

    assert len(paragraphs(item)) == 3


def test_headline_date_and_author_are_not_repeated_in_the_body() -> None:
    head = (
        '<meta property="article:published_time" content="2024-01-05T23:30:00-05:00">'
        '<meta name="author" content="Ada Quill">'
    )
    body = (
        "<article><h1>A bridge closes</h1><h2>A bridge closes</h2><div>Friday, 5 January 2024</div><p>By Ada Quill</p>"
        f"<p>{P1}</p><p>By Ada Quill’s count, 5 January 2024 was late.</p><p>{P2}</p></article>"
    )

    item = read(page(body, head))

    assert paragraphs(item) == [P1, "By Ada Quill’s count, 5 January 2024 was late.", P2]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<ul><li><a href=/a>Local</a></li></ul>", "<div><ul><li><a href=/t>bridges</a></li></ul></div>"),
        (
            "<div data-component=byline>Ada Quill</div>",
            "<section><p><a href=/x>The ferry is back</a></p></section><div></div>",
        ),
        ("<p class=date>4 March</p>", ""),
    ],
)
def test_what_stands_around_the_paragraphs_is_left_out(before: str, after: str) -> None:
    item = read(page(f"<article><h1>A bridge closes</h1>{before}<p>{P1}</p><p>{P2}</p>{after}</article>"))

    assert paragraphs(item) == [P1, P2]


def test_a_list_of_links_between_and_a_paragraph_of_one_link_after_the_paragraphs_stay() -> None:
    links = "<ul><li><a href=/a>The council’s report</a></li></ul>"

    item = read(page(f"<article><p>{P1}</p>{links}<p>{P2}</p><p><a href=/b>The whole report</a></p></article>"))

    assert paragraphs(item) == [P1, "The council’s report", P2, "The whole report"]


def test_a_body_in_several_pieces_around_advertisements_is_put_together() -> None:
    item = read(page(f"<article><p itemprop=articleBody>{P1}</p>x<p itemprop=articleBody>{P2}</p></article>"))

    assert paragraphs(item) == [P1, P2]


def test_among_several_articles_the_one_with_the_headline_is_taken() -> None:
    card = f"<article><h2>Another story</h2><p>{P2} {P2}</p></article>"

    item = read(page(f"<main>{card}<article><h1>A bridge closes</h1><p>{P1}</p></article>{card * 5}</main>"))

    assert paragraphs(item) == [P1]


def test_words_of_blocks_unknown_to_the_sanitiser_are_not_glued() -> None:
    item = read(
        page(
            f"<article><p>{P1}</p><section><main>One</main><details><summary>Two</summary>Three</details></section></article>"
        )
    )

    assert paragraphs(item) == [P1, "One", "Two", "Three"]


def test_lines_parted_by_breaks_are_judged_one_by_one() -> None:
    item = read(
        page(f"<article><div>{P1}<br>Advertisement:<br>{P2}<br><i>An error? <b>Ctrl + Enter</b></i></div></article>")
    )

    assert paragraphs(item) == [P1, P2]


@pytest.mark.parametrize(
    ("head", "headline"),
    [
        ('<meta property="og:title" content="A bridge closes | The Post">', "A bridge closes"),
        (
            SITE + '<meta property="og:title" content="Trains - and buses - stop">',
            "Trains - and buses - stop",
        ),
        (
            SITE + '<meta property="og:title" content="Trains stop - The Post">',
            "Trains stop",
        ),
        ('<meta property="og:title" content="Tom &amp;amp; Ann">', "Tom & Ann"),
        ('<script type="application/ld+json">{broken</script>', "A bridge closes"),
        (
            '<script type="application/ld+json">{"@type":"http://schema.org/Article","headline":"By data"}</script>',
            "By data",
        ),
        (
            '<script type="application/ld+json">[[[[{"@type":"NewsArticle","headline":["By list"]}]]]]</script>',
            "By list",
        ),
        (
            '<script type="application/ld+json">{"@type":"Article","headline":{},"author":7,"publisher":[1]}</script>',
            "A bridge closes",
        ),
        (f'<script type="application/ld+json">{"[" * 100_000}</script>', "A bridge closes"),
    ],
)
def test_the_headline_is_the_best_that_the_page_tells(head: str, headline: str) -> None:
    assert read(page(f"<article><p>{P1}</p></article>", head)).text.headline == headline


def test_a_headline_that_metadata_cut_is_taken_whole_from_the_page() -> None:
    head = '<meta property="og:title" content="A bridge closes for…">'

    item = read(page(f"<article><h1>A bridge closes for ever</h1><p>{P1}</p></article>", head))

    assert item.text.headline == "A bridge closes for ever"


@pytest.mark.parametrize(
    ("declaration", "encoding"),
    [
        ('<meta charset="windows-1251">', "cp1251"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">', "cp1251"),
        ("", "cp1251"),
        ("", "utf-8"),
        ('<meta charset="utf-8">', "utf-8-sig"),
        ('<meta charset="windows-1251">', "utf-8-sig"),
        ("", "utf-16"),
    ],
)
def test_a_page_is_decoded_as_a_browser_would(declaration: str, encoding: str) -> None:
    words = "Міст через гавань закриють у понеділок."
    html = f"<html lang=uk><head>{declaration}<title>Міст</title></head><article><p>{words}</p></article>"

    item = read(html.encode(encoding))

    assert item.text.headline == "Міст"
    assert paragraphs(item) == [words]


def test_the_text_of_linked_data_serves_when_the_page_shows_none() -> None:
    data = json.dumps({"@type": "NewsArticle", "headline": "H", "articleBody": "One < two.\n\nThree."})

    item = read(f'<html><script type="application/ld+json">{data}</script><body><div id=app></div></body></html>')

    assert paragraphs(item) == ["One < two.", "Three."]


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<html><body><article><p>Words.</p></article></body></html>", "headline: "),
        ("<html><title>T</title><body><nav>x</nav></body></html>", "body: "),
        (
            page("<article><p>Words.</p></article>", '<meta name=date content="soon">'),
            "published_at: “soon” is not a date",
        ),
        (page("<article><p>Words.</p></article>", '<meta name=date content="2999-01-01">'), "more than a year ahead"),
        (b"<html><meta charset=utf-8><title>T</title><article><p>caf\xe9 au lait</p></article>", "encoding"),
    ],
)
def test_a_page_that_is_no_article_is_refused_with_the_reason(html: str | bytes, reason: str) -> None:
    assert reason in refusal(html)


def test_a_canonical_link_to_the_front_page_does_not_make_all_pages_one_article() -> None:
    item = read(
        page(f"<article><p>{P1}</p></article>", '<link rel=canonical href="https://post.example/">'), "a/b.html"
    )

    assert (item.external_id, item.canonical_url) == ("a/b.html", "")


def test_ten_thousand_nested_elements_are_read() -> None:
    item = read(page(f"<article>{'<div>' * 10_000}<p>{P1}</p></article>"))

    assert paragraphs(item) == [P1]


def real_pages() -> list[Path]:
    folder = os.environ.get("NEWSROOM_REAL_PAGES", "")
    return sorted(Path(folder).glob("*.expected.json")) if folder else []


@pytest.mark.parametrize("expected", real_pages(), ids=lambda path: path.name)
def test_a_real_page_is_read_to_the_word(expected: Path) -> None:
    wanted = json.loads(expected.read_text())

    item = read(expected.with_name(expected.name.replace(".expected.json", ".html")).read_bytes())

    assert item.text.headline == wanted["headline"]
    assert item.published_at is not None
    assert item.published_at.date() == date.fromisoformat(wanted["date"])
    assert item.language == wanted["language"]
    assert [" ".join(p.split()) for p in paragraphs(item)] == [" ".join(p.split()) for p in wanted["paragraphs"]]


def test_there_are_real_pages_to_read() -> None:
    if not real_pages():
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail("NEWSROOM_REAL_PAGES names no folder with pages (*.html and *.expected.json).")
        pytest.skip("NEWSROOM_REAL_PAGES is not set: no real pages were read.")
