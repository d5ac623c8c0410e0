"""The desk in a real browser: by keyboard alone, under the strict policy."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from corrections import actions, log
from corrections.models import Case, Correction, Event
from tests.desk import BODY, make_article, make_case, make_editor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture(scope="module")
def chromium(browser: Browser) -> Iterator[Browser]:
    # Playwright's synchronous interface runs an event loop in this thread, which Django would refuse to work beside.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    yield browser
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def editor() -> User:
    cache.clear()
    return make_editor()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complains of; it fails the test."""
    return []


@pytest.fixture
def page(chromium: Browser, live_server: Any, client: Client, editor: User, complaints: list[str]) -> Iterator[Page]:
    """A page of a signed-in editor."""
    client.force_login(editor)
    context = chromium.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.on("console", lambda message: complaints.extend(complaint_of(message)))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def complaint_of(message: ConsoleMessage) -> list[str]:
    # A refused form comes with its status, and Chromium asks every site for an icon: neither is a fault of a page.
    is_fault = message.type in ("error", "warning") and "Failed to load resource" not in message.text
    return [message.text] if is_fault else []


def keys(page: Page, *presses: str) -> None:
    # The button that explains the keys appears with the script that listens to them.
    expect(page.locator("[data-help]")).to_be_visible()
    for press in presses:
        page.keyboard.press(press)


def settled(page: Page, text: str) -> None:
    expect(page.locator(".messagelist")).to_contain_text(text)


def test_an_editor_claims_corrects_and_rejects_by_keyboard(page: Page, editor: User) -> None:
    article = make_article()
    fact = make_case("300 guests", article, category="fact", suggestion="3,000 guests")
    typo = make_case("teh", article, category="typo", suggestion="the")
    taste = make_case("old bridge", article, category="wording", comment="“former” is nicer")

    page.goto("/admin/")
    keys(page, "j", "j", "k", "Enter")
    expect(page.get_by_role("heading", name=f"Case {fact.pk}")).to_be_visible()
    keys(page, "c")
    settled(page, "is yours")
    keys(page, "f")
    expect(page.locator("[data-live] ins")).to_have_text("3,000")
    expect(page.get_by_label("Notice")).to_have_value(
        "An earlier version of this article said “300 guests”. It should have said “3,000 guests”."
    )
    keys(page, "Control+Enter")
    settled(page, "Correction")

    expect(page.get_by_role("heading", name=f"Case {typo.pk}")).to_be_visible()
    keys(page, "c")
    settled(page, "is yours")
    keys(page, "e", "Control+a")
    page.keyboard.type("the")
    expect(page.locator("[data-live] ins")).to_have_text("the")
    expect(page.get_by_label("Notice")).to_be_hidden()
    keys(page, "Control+Enter")
    settled(page, "style fix")

    expect(page.get_by_role("heading", name=f"Case {taste.pk}")).to_be_visible()
    keys(page, "c")
    settled(page, "is yours")
    keys(page, "x", "2")
    expect(page.locator("[data-preview] blockquote")).to_contain_text("we keep ours")
    keys(page, "Control+Enter")
    settled(page, "a matter of style")

    article.refresh_from_db()
    ends = {case.pk: case.resolution for case in Case.objects.all()}
    assert ends == {fact.pk: "corrected", typo.pk: "fixed_silently", taste.pk: "style_preference"}
    assert article.text.body == BODY.replace("teh", "the").replace("300 guests", "3,000 guests")
    assert Correction.objects.get(case=fact).number is not None
    assert list(log.faults()) == []


def test_a_decision_is_taken_back_snoozed_and_merged_by_keyboard(page: Page, editor: User) -> None:
    article = make_article()
    case, other = make_case("teh", article), make_case("five million", article)
    actions.claim_case(case, by=editor)

    page.goto(case.get_absolute_url())
    keys(page, "x", "6", "Control+Enter")
    settled(page, "spam")
    keys(page, "u")
    settled(page, "Taken back")
    keys(page, "s", "Control+Enter")
    settled(page, "comes back on")
    keys(page, "u")
    settled(page, "Taken back")
    keys(page, "m", "Space", "Control+Enter")
    settled(page, f"part of case {other.pk}")

    case.refresh_from_db()
    assert case.merged_into == other
    assert case.events.filter(kind=Event.Kind.UNDONE).count() == 2


def test_widening_to_the_sentence_takes_what_was_typed_along(page: Page, editor: User) -> None:
    case = make_case("five million", make_article(body="<p>😀 It did not cost five million. The end.</p>"))
    actions.claim_case(case, by=editor)

    page.goto(case.get_absolute_url())
    page.get_by_label("Wording").fill("six million")
    page.get_by_role("link", name="Sentence").click()

    expect(page.get_by_label("Wording")).to_have_value("😀 It did not cost six million.")
    expect(page.locator("[data-live]")).to_have_text("😀 It did not cost fivesix million.")
    page.get_by_label("Kind").select_option("correction")
    page.get_by_label("Notice").fill("It cost six.")
    keys(page, "Control+Enter")
    settled(page, "Correction")
    case.article.refresh_from_db()
    assert case.article.text.body == "<p>😀 It did not cost six million. The end.</p>"


def test_a_lost_passage_is_picked_by_selecting_it(page: Page, editor: User) -> None:
    case = make_case("words that stand nowhere", make_article(body="<p>First.</p><p>😀 The old bridge stays.</p>"))

    page.goto(case.get_absolute_url())
    page.locator("[data-start='7']").evaluate(
        "(p) => getSelection().setBaseAndExtent(p.firstChild, 7, p.firstChild, 17)"
    )
    page.get_by_role("button", name="The words I selected").click()
    settled(page, "is picked")

    case.refresh_from_db()
    assert (case.outcome, case.passage_text) == ("exact", "old bridge")


def test_the_keys_are_explained(page: Page) -> None:
    make_case()

    page.goto("/admin/")
    keys(page, "?")
    expect(page.get_by_role("dialog")).to_contain_text("next, previous case")
    keys(page, "Escape")

    expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_passage_is_scrolled_to_and_the_page_fits_one_laptop_screen(page: Page, editor: User) -> None:
    body = "".join(f"<p>Paragraph {number} says something of no weight at some length.</p>" for number in range(60))
    case = make_case("error here", make_article(body=body + "<p>An error here.</p>" + body), suggestion="mistake here")
    actions.claim_case(case, by=editor)

    page.goto(case.get_absolute_url())

    expect(page.locator("#passage")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollHeight") <= 900
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440


def test_who_clicks_twice_sends_once(page: Page, editor: User) -> None:
    case = make_case("teh", suggestion="the", category="typo")
    actions.claim_case(case, by=editor)
    page.goto(case.get_absolute_url())
    keys(page, "f")

    sent = page.get_by_role("button", name="Correct the article").evaluate(
        """(button) => {
          let sent = 0;
          addEventListener("submit", (event) => {
            if (!event.defaultPrevented) sent += 1;
            event.preventDefault();
          });
          button.click();
          button.click();
          return sent;
        }"""
    )

    assert sent == 1
