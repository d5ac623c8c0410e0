"""Public pages speak one language at a time, and say so: whatever stands in another one is marked as such."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from selectolax.lexbor import LexborHTMLParser, LexborNode

from tests.desk import BODY, make_article
from tests.every_page import make_every_page
from tests.public import correct

pytestmark = pytest.mark.django_db

LATIN = re.compile(r"[A-Za-z]{2,}")
NAMES = re.compile(
    r"The Daily Example|Atom|JSON( Feed| Lines)?|CSV|SHA-256|Ctrl|Cmd|Enter|Mac|https?://\S+|\?[a-z]+=\S*"
    r"|Anna Lindqvist|City|Science|The council says the same."
)
"""What is written so in every language, and what comes without its language: sections, what an editor types."""


def texts(node: LexborNode, language: str = "") -> Iterator[tuple[str, str]]:
    """Give each text that is read or heard, with the language that the page says it is in."""
    language = node.attributes.get("lang") or language
    if node.tag in ("script", "style", "code", "template"):
        return
    for name in ("aria-label", "alt", "placeholder"):
        if words := node.attributes.get(name):
            yield language, words
    if node.tag == "meta" and node.attributes.get("name") == "description":
        yield language, node.attributes.get("content") or ""
    for child in node.iter(include_text=True):
        if child.tag == "-text":
            yield language, child.text_content or ""
        else:
            yield from texts(child, language)


def said(page: bytes) -> list[tuple[str, str]]:
    root = LexborHTMLParser(page.decode()).root
    assert root is not None
    return [(language, words.strip()) for language, words in texts(root) if words.strip()]


@pytest.mark.parametrize("language", ["uk", "ar"])
def test_what_a_page_says_is_in_the_language_that_it_names(client: Client, language: str) -> None:
    heard = 0
    for name, address in make_every_page().items():
        page = client.get(address, headers={"accept-language": language}).content

        spoken = [words for marked, words in said(page) if marked == language]

        assert [words for words in spoken if LATIN.search(NAMES.sub("", words))] == [], name
        heard += bool(spoken)
    assert heard > 10


@pytest.mark.parametrize("path", ["", "history/", "history/1/2/", "report/"])
def test_what_we_say_around_an_article_in_a_language_that_we_do_not_speak_is_marked(client: Client, path: str) -> None:
    article = make_article("הגשר נפתח", BODY.replace("The mayor", "ראש העיר"), language="he")
    correct(article, "300 guests", "3,000 guests")

    page = client.get(article.get_absolute_url() + path).content

    assert f'<html lang="{"en" if path else "he"}" dir="{"ltr" if path else "rtl"}">' in page.decode()
    assert 'class="masthead" lang="en" dir="ltr"' in page.decode() or path
    ours = ("How we correct", "Corrections log", "Report an error", "History", "What changed", "Which words are wrong?")
    assert {marked for marked, words in said(page) if words in ours} == {"en"}
    assert {marked for marked, words in said(page) if "ראש העיר" in words or words == "הגשר נפתח"} <= {"he"}


def test_dates_are_written_as_their_language_writes_them(client: Client) -> None:
    article = make_article("المدينة", language="ar")

    page = client.get(article.get_absolute_url()).content.decode()

    assert f"{article.published_at.day} " in page
    assert re.search(r"\d{1,2} \w+ 20\d\d، \d{1,2}:\d\d [صم]", page)


@pytest.mark.parametrize(
    ("accepted", "expected"), [("uk", "uk"), ("ar", "en"), ("ar, uk;q=0.5, en;q=0.4", "uk"), ("", "en")]
)
def test_the_desk_speaks_its_own_languages_alone(client: Client, accepted: str, expected: str) -> None:
    page = client.get("/admin/login/", headers={"accept-language": accepted}).content.decode()

    assert f'<html lang="{expected}"' in page
