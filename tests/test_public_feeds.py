"""Who follows the corrections log by feed gets every public correction, and nothing else."""

import json
import re
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from articles.actions import Text, revise_article
from articles.models import Article
from corrections import actions
from corrections.policy import Kind, Severity
from tests.desk import make_article, make_editor
from tests.public import ATTACK, correct, count_queries, many

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def atom(client: Client, address: str = "/corrections/feed.atom") -> ET.Element:
    response = client.get(address)
    assert response["Content-Type"].startswith("application/atom+xml")
    return ET.fromstring(response.content)


def feed(client: Client, address: str = "/corrections/feed.json") -> dict[str, Any]:
    response = client.get(address)
    assert response["Content-Type"] == "application/feed+json"
    data = json.loads(response.content)
    assert isinstance(data, dict)
    return data


def text(element: ET.Element, path: str) -> str:
    return element.findtext("/".join(ATOM + name for name in path.split("/"))) or ""


def test_an_entry_carries_the_correction(client: Client) -> None:
    article = make_article(language="en")
    correction = correct(article, "300 guests", "3,000 guests", notice="There were 3,000 guests.")

    (entry,) = atom(client).findall(ATOM + "entry")
    (item,) = feed(client)["items"]

    assert text(entry, "id").endswith(correction.get_absolute_url())
    assert text(entry, "title") == item["title"] == f"Correction: {article.headline}"
    assert "There were 3,000 guests." in text(entry, "content")
    assert "<del>300</del><ins>3,000</ins>" in text(entry, "content")
    assert item["content_html"] == text(entry, "content")
    assert datetime.fromisoformat(text(entry, "published")).replace(microsecond=0) == datetime.fromisoformat(
        item["date_published"]
    ).replace(microsecond=0)


def test_atom_has_what_the_format_demands(client: Client) -> None:
    correct(make_article(language="uk"), "300 guests", "3,000 guests")

    root = atom(client)

    assert root.tag == ATOM + "feed"
    for parent in (root, root.find(ATOM + "entry")):
        assert parent is not None
        for name in ("id", "title", "updated"):
            assert len(parent.findall(ATOM + name)) == 1
            assert text(parent, name)
    assert text(root, "author/name")
    assert [link.get("href") for link in root.findall(ATOM + "link") if link.get("rel") == "self"] == [text(root, "id")]
    entry = root.find(ATOM + "entry")
    assert entry is not None
    assert entry.get(XML_LANG) == "uk"
    content = entry.find(ATOM + "content")
    assert content is not None
    assert content.get("type") == "html"


def test_json_feed_has_what_the_format_demands(client: Client) -> None:
    correct(make_article(), "300 guests", "3,000 guests")

    data = feed(client)

    assert data["version"] == "https://jsonfeed.org/version/1.1"
    assert data["feed_url"].endswith("/corrections/feed.json")
    assert {"title", "home_page_url", "language"} <= data.keys()
    assert {"id", "url", "title", "content_html", "date_published"} <= data["items"][0].keys()


@pytest.mark.parametrize("address", ["/corrections/feed.atom", "/corrections/feed.json"])
def test_only_a_public_correction_changes_a_feed(client: Client, address: str) -> None:
    article = make_article()
    correct(article, "300 guests", "3,000 guests")
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        before = client.get(address)

        correct(article, "teh", "the", kind=Kind.STYLE_FIX, severity=Severity.STYLE)
        article.refresh_from_db()
        revise_article(article, Text(headline=article.headline, body=article.text.body + "<p>More.</p>"))

        unchanged = client.get(address, headers={"if-none-match": before["ETag"]})
        correct(article, "five million", "six million")
        changed = client.get(address, headers={"if-none-match": before["ETag"]})

    assert unchanged.status_code == 304
    assert changed.status_code == 200


def test_withdrawing_an_old_entry_moves_updated(client: Client) -> None:
    article, editor = make_article(), make_editor()
    old = correct(article, "300 guests", "3,000 guests", by=editor)
    correct(article, "five million", "six million", by=editor)
    before = text(atom(client), "updated")

    with time_machine.travel(timezone.now() + timedelta(days=1)):
        actions.withdraw_correction(old, reason="It was right.", by=editor)

    root = atom(client)
    assert text(root, "updated") > before
    assert "It was right." in text(root.findall(ATOM + "entry")[1], "content")
    assert "date_modified" in feed(client)["items"][1]
    assert "date_modified" not in feed(client)["items"][0]


def test_an_entry_keeps_its_identifier_whatever_becomes_of_it(client: Client) -> None:
    article, editor = make_article(), make_editor()
    entry = correct(article, "300 guests", "3,000 guests", by=editor)
    before = text(atom(client), "entry/id"), feed(client)["items"][0]["id"]

    actions.amend_correction(entry, notice="A better wording.", by=editor)
    article.refresh_from_db()
    revise_article(article, Text(headline="Another headline", body=article.text.body))

    after = [text(entry, "id") for entry in atom(client).findall(ATOM + "entry")]
    assert (after[1], feed(client)["items"][1]["id"]) == before
    assert after == [item["id"] for item in feed(client)["items"]]
    assert len(set(after)) == 2


def test_a_correction_is_never_called_an_update(client: Client) -> None:
    article = make_article(section="City")
    entry = correct(article, "300 guests", "3,000 guests", severity=Severity.SERIOUS)
    pages = (article.get_absolute_url(), article.get_absolute_url() + "history/", entry.get_absolute_url())
    feeds = ("/corrections/feed.atom", "/corrections/feed.json", "/corrections/annotations.jsonld")

    for address in (*pages, *feeds, article.get_absolute_url() + "ninjs.json"):
        said = client.get(address).content.decode()
        assert re.findall(r"(?i)\bupdat\w*", re.sub(r"</?updated>", "", said)) == [], address
        assert re.search(r"(?i)correction", said), address


@pytest.mark.parametrize("language", ["en", "uk", "ar"])
def test_readers_of_feeds_find_nothing_to_forgive(client: Client, language: str) -> None:
    article = make_article(language=language, section="City & Country")
    old = correct(article, "300 guests", ATTACK, notice=ATTACK)
    actions.withdraw_correction(old, reason=ATTACK, by=make_editor("boss"))
    correct(article, "five million", "six million", kind=Kind.UPDATE)

    for address in ("/corrections/feed.atom", f"{article.get_absolute_url()}corrections.atom"):
        parsed = feedparser.parse(client.get(address).content)
        assert not parsed.bozo, parsed.get("bozo_exception")
        assert [entry.content[0].language for entry in parsed.entries] == [language] * 2
        assert all(entry.updated_parsed >= entry.published_parsed for entry in parsed.entries)
        assert all(entry.link == entry.id for entry in parsed.entries)


def test_an_empty_feed_does_not_look_new_every_time(client: Client) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        later = client.get("/corrections/feed.atom").content

    assert client.get("/corrections/feed.atom").content == later
    assert feed(client)["items"] == []


def test_sections_and_articles_have_feeds_of_their_own(client: Client) -> None:
    city = make_article("City bridge", section="City & Country")
    sport = make_article("Міст", section="Sport", language="uk")
    correct(city, "300 guests", "3,000 guests")
    correct(sport, "300 guests", "3,000 guests")

    section = feed(client, "/corrections/feed.json?section=City+%26+Country")
    article = feed(client, f"{sport.get_absolute_url()}corrections.json")

    assert [item["title"] for item in section["items"]] == ["Correction: City bridge"]
    assert section["feed_url"].endswith("/corrections/feed.json?section=City+%26+Country")
    assert [item["title"] for item in article["items"]] == ["Виправлення: Міст"]
    assert article["language"] == "uk"
    assert len(atom(client, f"{sport.get_absolute_url()}corrections.atom").findall(ATOM + "entry")) == 1
    assert client.get("/articles/nothing/corrections.atom").status_code == 404


def test_what_trackers_add_to_a_feeds_address_makes_no_other_feed_of_it(client: Client) -> None:
    correct(make_article(section="City & Country"), "300 guests", "3,000 guests")

    plain, tracked = (
        ET.tostring(atom(client, f"/corrections/feed.atom?{more}section=City+%26+Country"))
        for more in ("", "utm_source=reader&section=Sport&")
    )

    assert tracked == plain


def test_words_that_no_xml_can_hold_do_not_break_the_feed(client: Client) -> None:
    article = make_article(headline="Bell \x07 and \x0b tab")
    correct(article, "300 guests", "3,000\x1b guests", notice=f"Escape \x1b {ATTACK} \ufffe")

    root = atom(client)

    content = text(root, "entry/content")
    assert "&lt;script&gt;" in content
    assert "<script>" not in content


def test_feeds_are_the_same_for_everybody(client: Client) -> None:
    correct(make_article(), "300 guests", "3,000 guests")

    one = client.get("/corrections/feed.atom", headers={"accept-language": "uk"})
    two = client.get("/corrections/feed.atom", headers={"accept-language": "en"})

    assert one.content == two.content
    assert "Accept-Language" not in one.get("Vary", "")
    assert "public" in one["Cache-Control"]


def test_ten_entries_take_as_many_queries_as_one() -> None:
    many(1)
    one = count_queries("/corrections/feed.atom")
    many(5)

    assert count_queries("/corrections/feed.atom") == one
    assert Article.objects.count() == 6
