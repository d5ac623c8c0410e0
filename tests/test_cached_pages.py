"""One cached copy of an article's page serves every reader, and reports from it are taken a day later too."""

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, Route

from articles.actions import Text, revise_article
from articles.models import Article
from corrections.models import Case, Outcome, Report
from tests.desk import BODY, make_article, make_editor
from tests.work import work_off

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def chromium(browser: Browser) -> Iterator[Browser]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    yield browser
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Cache:
    """A cache between readers and the newsroom that keeps pages which say that they may be kept, for ever."""

    def __init__(self, newsroom: str) -> None:
        self.newsroom = newsroom
        self.kept: dict[str, tuple[bytes, dict[str, str]]] = {}
        self.served: list[str] = []

    def keep(self, path: str) -> None:
        """Fetch a page, and check that its answer lets it be kept for everybody."""
        response = Client().get(path, headers={"host": self.newsroom.partition("//")[2]})
        assert "public" in response["Cache-Control"]
        assert "Set-Cookie" not in response.headers
        assert not response.cookies
        assert "cookie" not in response.headers.get("Vary", "").lower()
        self.kept[path] = response.content, dict(response.headers)

    def __call__(self, route: Route) -> None:
        path = route.request.url.removeprefix(self.newsroom)
        if route.request.method == "GET" and path in self.kept:
            body, headers = self.kept[path]
            self.served.append(path)
            route.fulfill(body=body, headers=headers)
        else:
            route.continue_()


@pytest.fixture
def cached(live_server: Any) -> tuple[Article, Cache]:
    article, cache = make_article(), Cache(live_server.url)
    for path in (article.get_absolute_url(), f"{article.get_absolute_url()}report/"):
        cache.keep(path)
    return article, cache


def reader(chromium: Browser, cache: Cache, **options: Any) -> tuple[BrowserContext, Page]:
    context = chromium.new_context(base_url=cache.newsroom, **options)
    context.route("**/*", cache)
    return context, context.new_page()


def report_by_script(chromium: Browser, article: Article, cache: Cache) -> None:
    context, page = reader(chromium, cache)
    page.goto(article.get_absolute_url())
    page.evaluate(
        """() => {
            const text = document.querySelector("[data-corrections-part=body] p").firstChild;
            getSelection().setBaseAndExtent(text, 17, text, 20);
        }"""
    )
    page.keyboard.press("Control+Enter")
    page.get_by_label("How should it read?").fill("the")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    context.close()


def report_by_form(chromium: Browser, article: Article, cache: Cache) -> None:
    context, page = reader(chromium, cache, java_script_enabled=False)
    page.goto(article.get_absolute_url())
    page.get_by_role("link", name="Report an error with a form").click()
    page.get_by_label("Which words are wrong?").fill("teh")
    page.get_by_role("button", name="Send to the editors").click()
    page.get_by_role("heading", name="Your report has arrived").wait_for()
    context.close()


@pytest.mark.parametrize("send", [report_by_script, report_by_form])
def test_two_readers_a_day_apart_report_from_the_same_copy(
    chromium: Browser, cached: tuple[Article, Cache], send: Any
) -> None:
    article, cache = cached

    send(chromium, article, cache)
    with time_machine.travel(timezone.now() + DAY):
        send(chromium, article, cache)
        work_off()

    assert len([path for path in cache.served if path == article.get_absolute_url()]) == 2
    first, second = Report.objects.order_by("received_at")
    assert second.received_at - first.received_at >= DAY
    case = Case.objects.get()
    assert (case.report_count, case.passage_text, case.outcome) == (2, "teh", Outcome.EXACT)


def test_a_report_from_a_copy_that_is_older_than_the_text_finds_its_passage(
    chromium: Browser, cached: tuple[Article, Cache]
) -> None:
    article, cache = cached
    later = BODY.replace("<p>The mayor", "<p>Updated at noon.</p><p>The mayor")
    revise_article(article, Text(headline="A bridge opens", body=later), expected=1, by=make_editor())

    with time_machine.travel(timezone.now() + DAY):
        report_by_script(chromium, article, cache)
        work_off()

    assert Report.objects.get().revision_number == 1
    case = Case.objects.get()
    assert case.passage_text == "teh"
    assert case.revision.number == 2
