"""A reader reads an article: its text, what was corrected in it, and how it came to read like this."""

import html
import json
import re
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from articles.actions import Text, create_article, revise_article, withdraw_article
from articles.text import project
from corrections import actions
from corrections.policy import Kind, Severity
from newsroom import errors
from tests.desk import BODY, make_article, make_editor
from tests.public import ATTACK, correct, count_queries, many

pytestmark = pytest.mark.django_db


def structured(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data = json.loads(found[1])
    assert isinstance(data, dict)
    return data


def test_the_page_shows_the_current_text_as_stored(client: Client) -> None:
    article = make_article()

    page = client.get(article.get_absolute_url()).content.decode()

    assert BODY in page
    assert f'data-corrections-article="{article.pk}" data-corrections-revision="1"' in page
    for part in ("headline", "body"):
        assert f'data-corrections-part="{part}"' in page


def test_the_page_is_the_same_for_everybody_and_caches_may_keep_it(client: Client) -> None:
    article = make_article(language="uk")
    stranger, editor = Client(), client
    editor.force_login(make_editor())

    first = stranger.get(article.get_absolute_url(), headers={"accept-language": "en"})
    second = editor.get(article.get_absolute_url(), headers={"accept-language": "de, uk;q=0.5"})

    assert first.content == second.content
    for response in (first, second):
        assert not response.cookies
        assert "Vary" not in response or "Cookie" not in response["Vary"]
        assert "Accept-Language" not in response.get("Vary", "")
        assert "public" in response["Cache-Control"]
        assert response["Content-Language"] == "uk"


def test_who_has_the_page_already_is_told_so(client: Client) -> None:
    article = make_article()
    first = client.get(article.get_absolute_url())

    again = client.get(article.get_absolute_url(), headers={"if-none-match": first["ETag"]})
    correct(article, "300 guests", "3,000 guests")
    later = client.get(article.get_absolute_url(), headers={"if-none-match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert "Accept-Language" not in again.get("Vary", "")
    assert later.status_code == 200


def test_the_page_speaks_the_language_of_the_article(client: Client) -> None:
    article = make_article("Міст відкрито", language="uk", body="<p>Мер відкрив міст.</p>")

    page = client.get(article.get_absolute_url(), headers={"accept-language": "en"}).content.decode()

    assert '<html lang="uk" dir="ltr">' in page
    assert "Повідомити про помилку" in page
    assert "Report an error" not in page


def test_a_page_about_an_arabic_article_is_arabic_and_from_right_to_left(client: Client) -> None:
    article = make_article("فتح الجسر", language="ar", body="<p>فتح العمدة الجسر.</p>")

    for path in ("", "history/", "report/"):
        page = client.get(article.get_absolute_url() + path, headers={"accept-language": "en"}).content.decode()

        assert '<html lang="ar" dir="rtl">' in page
        assert "سجل التصحيحات" in page
        assert "Corrections" not in page


def test_an_article_of_tomorrow_is_not_there_yet(client: Client) -> None:
    article = make_article(published_at=timezone.now() + timedelta(hours=1))

    assert client.get(article.get_absolute_url()).status_code == 404
    assert article.headline not in client.get("/").content.decode()


def test_a_notice_stands_where_the_policy_says(client: Client) -> None:
    article = make_article()
    correct(article, "300 guests", "3,000 guests", notice="There were 3,000 guests.")
    correct(article, "did not cost", "cost", notice="It did cost five million.", severity=Severity.SERIOUS)

    page = client.get(article.get_absolute_url()).content.decode()

    top, body, bottom = (
        page.index(mark) for mark in ("It did cost five", 'data-corrections-part="body"', "There were 3,000")
    )
    assert top < body < bottom


def test_a_notice_leads_to_its_passage_without_changing_the_one_text(client: Client) -> None:
    article = make_article()
    correction = correct(article, "300 guests", "3,000 guests")
    article.refresh_from_db()

    page = client.get(article.get_absolute_url()).content.decode()

    found = re.search(r'data-corrections-part="body">(.*?)</div>', page, re.DOTALL)
    assert found is not None
    assert f'<span class="anchor" id="passage-{correction.number}"></span>3,000 guests' in found[1]
    assert project(found[1]).text == article.text.projection("body").text
    assert f'href="#passage-{correction.number}:~:text=on%20Monday%2C%20and-,3%2C000%20guests,-came.' in page


def test_a_passage_is_marked_if_the_desk_wishes(client: Client, settings: Settings) -> None:
    article = make_article(body="<p>The mayor met <b>300 guests</b> &amp; others.</p>")
    correction = correct(article, "300 guests", "3,000 guests")
    article.refresh_from_db()
    plain = client.get(article.get_absolute_url()).content.decode()

    settings.MARK_CORRECTIONS = True
    marked = client.get(article.get_absolute_url()).content.decode()

    sign = f'<a class="mark" href="#notice-{correction.number}" aria-label="Corrected: go to the notice"></a>'
    assert sign not in plain
    assert f"3,000 guests{sign}</b> &amp; others." in marked
    assert f'id="notice-{correction.number}"' in marked
    found = re.search(r'data-corrections-part="body">(.*?)</div>', marked, re.DOTALL)
    assert found is not None
    assert project(found[1]).text == article.text.projection("body").text


def test_passages_are_highlighted_if_the_newsroom_wishes(client: Client, settings: Settings) -> None:
    address = make_article().get_absolute_url()
    assert "data-highlight" not in client.get(address).content.decode()

    settings.HIGHLIGHT_PASSAGES = ["reported", "corrected"]

    assert 'report.js" data-highlight="reported corrected" defer>' in client.get(address).content.decode()


def test_a_deletion_is_marked_where_the_words_were(client: Client, settings: Settings) -> None:
    settings.MARK_CORRECTIONS = True
    article = make_article(body="<p>The mayor met guests.</p><p>Nobody paid anything</p>")
    correction = correct(article, " anything", "")

    page = client.get(article.get_absolute_url()).content.decode()

    assert f'Nobody paid<span class="anchor" id="passage-{correction.number}"></span><a class="mark"' in page


def test_a_notice_about_words_that_were_rewritten_since_has_no_link(client: Client) -> None:
    article = make_article()
    correct(article, "300 guests", "3,000 guests", notice="There were 3,000 guests.")
    article.refresh_from_db()
    revise_article(
        article, Text(headline="A bridge opens", body="<p>All of this was written anew by someone else.</p>")
    )

    page = client.get(article.get_absolute_url()).content.decode()

    assert "There were 3,000 guests." in page
    assert "passage-" not in page


def test_a_style_fix_leaves_no_notice(client: Client) -> None:
    article = make_article()
    correct(article, "teh", "the", kind=Kind.STYLE_FIX, severity=Severity.STYLE)

    page = client.get(article.get_absolute_url()).content.decode()

    assert 'class="notice"' not in page
    assert "correction" not in structured(page)


def test_an_amended_notice_gives_way_to_the_better_one_and_a_withdrawn_one_is_named(client: Client) -> None:
    article, editor = make_article(), make_editor()
    amended = correct(article, "300 guests", "3,000 guests", notice="The first wording.")
    actions.amend_correction(amended, notice="The better wording.", by=editor)
    withdrawn = correct(article, "five million", "six million", notice="It cost six million.")
    actions.withdraw_correction(withdrawn, reason="It was five.", by=editor)

    page = client.get(article.get_absolute_url()).content.decode()

    assert "The better wording." in page
    assert "The first wording." not in page
    assert "It cost six million." not in page
    assert f"Correction {withdrawn.number} was withdrawn" in page


def test_a_withdrawn_article_is_a_tombstone_at_the_same_address(client: Client) -> None:
    article = make_article()
    chief = make_editor()
    correct(
        article, "300 guests", "300 guests", notice="None of this happened.", kind=Kind.RETRACTION,
        severity=Severity.WITHDRAWAL, by=chief,
    )  # fmt: skip

    response = client.get(article.get_absolute_url())

    page = response.content.decode()
    assert response.status_code == 200
    assert "None of this happened." in page
    assert "Kovalenko" not in page
    assert "Show the passage" not in page
    assert "report.js" not in page
    assert "Kovalenko" not in client.get(article.get_absolute_url() + "history/").content.decode()
    assert client.get(article.get_absolute_url() + "history/1/1/").status_code == 404
    assert article.headline not in client.get("/").content.decode()


def test_nothing_of_a_withdrawn_text_is_left_for_machines(client: Client) -> None:
    article = create_article(
        Text(headline="Tea", standfirst="Tea makes you immortal.", body="<p>It makes you immortal.</p>")
    )
    assert "immortal" in client.get(article.get_absolute_url()).content.decode()
    withdraw_article(article)

    assert "immortal" not in client.get(article.get_absolute_url()).content.decode()


def test_an_article_withdrawn_without_a_retraction_says_so_too(client: Client) -> None:
    article = make_article()
    withdraw_article(article)

    assert "has been withdrawn" in client.get(article.get_absolute_url()).content.decode()


def test_machines_can_read_the_corrections(client: Client) -> None:
    article = make_article(section="City", byline="Olena", language="en")
    correction = correct(article, "300 guests", "3,000 guests", notice="There were 3,000 guests.")

    data = structured(client.get(article.get_absolute_url()).content.decode())

    assert (data["@type"], data["headline"], data["inLanguage"]) == ("NewsArticle", article.headline, "en")
    assert data["publisher"]["correctionsPolicy"].endswith("/corrections/policy/")
    (comment,) = data["correction"]
    assert (comment["@type"], comment["text"]) == ("CorrectionComment", "There were 3,000 guests.")
    assert comment["parentItem"]["@id"] == data["@id"]
    assert comment["url"].endswith(correction.get_absolute_url())
    assert data["dateModified"] > data["datePublished"]


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("/media/bridge.jpg?w=1&amp;h=2", "https://paper.example/media/bridge.jpg?w=1&h=2"),
        ("https://images.example/bridge.jpg", "https://images.example/bridge.jpg"),
        ("https://[oops/bridge.jpg", None),
    ],
)
def test_an_article_with_a_picture_is_shown_with_it_elsewhere(client: Client, source: str, address: str | None) -> None:
    advert = '<p><img data-corrections-ignore src="/ad.gif"></p>'
    body = f'{advert}<p>A <img alt="The “bridge”" src="{source}"> text</p>'
    article = make_article(body=body, canonical_url="https://paper.example/city/bridge/")

    page = client.get(article.get_absolute_url()).content.decode()

    found = re.findall(r'<meta property="og:image" content="(.*?)">', page)
    assert [html.unescape(text) for text in found] == [address] * bool(address)
    assert structured(page).get("image") == ([address] if address else None)
    assert ('<meta property="og:image:alt" content="The “bridge”">' in page) == bool(address)


def test_an_article_without_a_picture_and_one_that_was_withdrawn_claim_none(client: Client) -> None:
    plain, gone = make_article(), make_article(body='<p>A <img src="https://images.example/a.jpg"> text</p>')
    withdraw_article(gone)

    for article in (plain, gone):
        page = client.get(article.get_absolute_url()).content.decode()
        assert "og:image" not in page
        assert "image" not in structured(page)


def test_markup_in_words_that_people_typed_is_shown_not_run(client: Client) -> None:
    article = make_article(headline=ATTACK, section=ATTACK[:100], byline=ATTACK)
    correct(article, "300 guests", ATTACK, notice=ATTACK)

    for address in (article.get_absolute_url(), "/", article.get_absolute_url() + "history/1/2/"):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page, address
        assert "<img src=x" not in page, address
        assert page.count("</title>") == 1, address
    data = structured(client.get(article.get_absolute_url()).content.decode())
    assert data["headline"] == article.headline
    assert data["correction"][0]["text"] == ATTACK


def test_the_history_lists_every_revision_and_its_differences(client: Client) -> None:
    article = make_article()
    correct(article, "300 guests", "3,000 guests")
    history = article.get_absolute_url() + "history/"

    listing = client.get(history).content.decode()
    compared = client.get(f"{history}1/2/").content.decode()

    assert listing.count('<li>\n<p class="meta">') == 2
    assert f'href="{history}1/2/"' in listing
    assert "<del>300</del><ins>3,000</ins> guests" in compared
    for missing in ("1/3/", f"1/{10**20}/", f"{2**31}/1/"):
        assert client.get(history + missing).status_code == 404


def test_any_two_revisions_can_be_compared_and_the_corrections_between_them_are_named(client: Client) -> None:
    article = make_article()
    first = correct(article, "300 guests", "3,000 guests", notice="There were 3,000 guests.")
    correct(article, "teh", "the", kind=Kind.STYLE_FIX, severity=Severity.STYLE)
    last = correct(article, "five million", "six million", notice="It cost six million.")
    history = article.get_absolute_url() + "history/"

    listing = client.get(history).content.decode()
    whole = client.get(history, {"old": "1", "new": "4"}, follow=True).content.decode()
    step = client.get(history + "2/3/").content.decode()

    for entry in (first, last):
        assert f'<a href="{entry.get_absolute_url()}">Correction <bdi>{entry.number}</bdi></a>' in listing
        assert entry.notice in whole
    assert "<span>Style fix</span>" in listing
    assert "<del>teh</del><ins>the</ins>" in whole
    assert first.notice not in step
    assert f'rel="prev" href="{history}1/2/"' in step
    assert f'rel="next" href="{history}3/4/"' in step
    for nonsense in ({"old": "1"}, {"old": "x", "new": "-2"}):
        assert client.get(history, nonsense).status_code == 200
    assert client.get(history, {"old": "1", "new": "9"}, follow=True).status_code == 404


def test_the_only_change_of_an_article_leads_to_no_other(client: Client) -> None:
    article = make_article()
    correct(article, "300 guests", "3,000 guests")

    page = client.get(article.get_absolute_url() + "history/1/2/").content.decode()

    assert 'class="pages"' not in page


def test_the_history_says_a_headline_again_only_where_it_was_another(client: Client) -> None:
    article = make_article("Bridge opens")
    revise_article(article, Text(headline="Bridge has opened", body=BODY))
    revise_article(article, Text(headline="Bridge has opened", body=BODY + "<p>More.</p>"))

    page = client.get(article.get_absolute_url() + "history/").content.decode()

    assert re.findall(r'<p class="headline"[^>]*>(.*?)</p>', page) == ["Bridge opens"]


def test_figures_that_changed_in_an_arabic_article_stand_from_right_to_left(client: Client) -> None:
    article = make_article("الحقول", "<p>12</p>", language="ar")
    correction = correct(article, "12", "14", notice="الصحيح 14.")

    difference = client.get(article.get_absolute_url() + "history/1/2/").content.decode()
    assert 'class="pages"' not in difference  # there is no other change to go to
    entry = client.get(correction.get_absolute_url(), headers={"accept-language": "en"}).content.decode()

    assert '<p lang="ar" dir="rtl"><del>12</del>' in difference
    assert '<p class="change" lang="ar" dir="rtl"><del>12</del>' in entry


@pytest.mark.parametrize("address", ["/", "/corrections/", "/corrections/policy/"])
def test_the_navigation_says_where_one_is(client: Client, address: str) -> None:
    page = client.get(address).content.decode()

    assert re.findall(r'<li><a href="([^"]*)" aria-current="page">', page)[:1] == [address]
    assert 'aria-current="page"' not in client.get("/nothing/").content.decode()


def test_a_difference_leaves_out_what_did_not_change(client: Client) -> None:
    lines = [f"<p>Paragraph {number} of the article.</p>" for number in range(9)]
    article = make_article(body="".join(lines))
    revise_article(article, Text(headline="A bridge opens", body="".join([*lines[:4], "<p>New.</p>", *lines[5:]])))

    page = client.get(article.get_absolute_url() + "history/1/2/").content.decode()

    assert "Paragraph 2" not in page
    assert "Paragraph 3" in page
    assert page.count("3 paragraphs without change") == 2


def test_ten_corrections_take_as_many_queries_as_one() -> None:
    one, ten = make_article("One"), make_article("Ten", body="".join(f"<p>Guest {i} came.</p>" for i in range(10)))
    correct(one, "300 guests", "3,000 guests")
    for number in range(10):
        correct(ten, f"Guest {number}", f"Visitor {number}")

    for page in ("", "history/"):
        assert count_queries(one.get_absolute_url() + page) == count_queries(ten.get_absolute_url() + page)


def test_ten_articles_take_as_many_queries_as_one() -> None:
    many(1, section="City")
    one = count_queries("/")
    many(9, section="Country")

    assert count_queries("/") == one


def test_the_latest_articles_can_be_narrowed_down_to_a_section_and_paged(client: Client) -> None:
    for number in range(26):
        make_article(f"City news {number:02}", section="City", published_at=timezone.now() - timedelta(hours=number))
    make_article("Sport news", section="Sport")

    first = client.get("/?section=City").content.decode()
    second = client.get("/?section=City&page=2").content.decode()

    assert "City news 00" in first
    assert "City news 25" not in first
    assert "?section=City&amp;page=2" in first
    assert "City news 25" in second
    assert "Sport news" not in first + second


def test_an_address_that_was_never_there_is_told_in_the_same_design(client: Client) -> None:
    response = client.get("/articles/nothing/")

    assert response.status_code == 404
    assert 'class="masthead"' in response.content.decode()


def test_an_error_of_ours_names_the_newsroom(settings: Settings) -> None:
    settings.SITE_NAME = "The Harbour Gazette"
    request = RequestFactory().get("/articles/")

    response = errors.server_error(request)

    assert response.status_code == 500
    assert response.content.decode().count("The Harbour Gazette") == 2
    assert "It is our fault" in response.content.decode()


def test_search_engines_find_articles_and_corrections_and_stay_out_of_receipts(
    client: Client, settings: Settings
) -> None:
    article = make_article()
    correction = correct(article, "300 guests", "3,000 guests")

    sitemap = client.get("/sitemap.xml")
    robots = client.get("/robots.txt").content.decode()

    assert sitemap["Content-Type"] == "application/xml"
    for place in ET.fromstring(sitemap.content).iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc"):
        assert client.get((place.text or "").removeprefix(settings.SITE_URL)).status_code == 200
    assert article.get_absolute_url() in sitemap.content.decode()
    assert correction.get_absolute_url() in sitemap.content.decode()
    assert "Disallow: /receipts/" in robots
    assert "/sitemap.xml" in robots
