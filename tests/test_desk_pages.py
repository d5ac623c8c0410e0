"""Every page of the desk in a real browser: axe finds nothing, nothing is wider than a phone, light and dark."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, expect

from tests.every_desk_page import Desk, make_busy_desk, pages_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

SIZES = {"desktop": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}
LOOKS = [("desktop", "light"), ("phone", "dark"), ("desktop", "dark"), ("phone", "light")]
UNFOLD = "document.querySelectorAll('main details').forEach((d) => { d.removeAttribute('name'); d.open = true; })"
FIND = """() => axe.run({preload: false, resultTypes: ['violations'], rules: {'target-size': {enabled: true}}}).then(
  ({violations}) => violations.map(({id, nodes}) => `${id}: ${nodes[0].html.slice(0, 200)} ${nodes[0].failureSummary}`)
)"""
SEND = "(form) => { form.noValidate = true; form.requestSubmit(form.querySelector('[data-send]')); }"


@pytest.fixture(scope="module")
def chromium(browser: Browser) -> Iterator[Browser]:
    # Playwright's synchronous interface runs an event loop in this thread, which Django would refuse to work beside.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    yield browser
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Inspector:
    """Looks at pages in one window, in both sizes and both themes, and keeps what it finds fault with."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text) if _is_fault(message) else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def look(self, name: str) -> None:
        """Find fault with what the window shows, everything that can be unfolded unfolded."""
        page = self.page
        self.faults += [f"{name}: {complaint}" for complaint in self.complaints]
        page.evaluate(UNFOLD)
        page.evaluate(AXE_SCRIPT)
        # Layout depends on the size and colours on the theme: of the Django admin's own pages two looks show both.
        is_ours = page.locator("body.desk").count() > 0
        for size, theme in LOOKS if is_ours else LOOKS[:2]:
            page.set_viewport_size(SIZES[size])
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            self.faults += [f"{name}, {size}, {theme}: {fault}" for fault in page.evaluate(FIND)]
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > SIZES[size]["width"]:
                self.faults.append(f"{name}, {size}: {width} px wide")
        page.set_viewport_size(SIZES["desktop"])
        self.complaints.clear()  # axe itself applies inline styles to measure

    def send(self, form: Locator) -> None:
        """Send a form as it is, without asking the browser whether it is complete."""
        with self.page.expect_navigation():
            form.evaluate(SEND)


def _is_fault(message: Any) -> bool:
    # A refused form comes with its status, and that is no fault of the page.
    return message.type in ("error", "warning") and "Failed to load resource" not in message.text


@pytest.fixture
def desk(settings: Any) -> Desk:
    settings.FOUR_EYES = "enforce"
    settings.OUTGOING_PRIVATE = []  # so that it is put back
    cache.clear()
    return make_busy_desk()


@pytest.fixture
def inspector(chromium: Browser, live_server: Any, desk: Desk) -> Iterator[Inspector]:
    client = Client()
    client.force_login(desk.me)
    context = chromium.new_context(base_url=live_server.url)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    context.add_cookies([cookie])
    yield Inspector(context.new_page())
    context.close()


def test_no_page_of_the_desk_has_a_finding_of_axe_or_is_wider_than_the_window(inspector: Inspector, desk: Desk) -> None:
    pages = pages_of(desk)
    for name, address in pages.items():
        inspector.page.goto(address)
        inspector.look(name)

    assert not inspector.faults, "\n".join(inspector.faults)
    assert {"index", "statistics", "preferences", "cms_push_change refused", "webhooks_endpoint_add"} <= pages.keys()


def test_neither_have_dialogs_previews_questions_and_forms_with_errors(inspector: Inspector, desk: Desk) -> None:
    page, cases = inspector.page, desk.cases

    page.goto("/admin/")
    page.get_by_role("button", name="Keys").click()
    inspector.look("keys of the queue")
    for verb in ("Snooze", "Reject"):
        page.goto("/admin/")
        for name in ("mine", "headline"):
            page.get_by_label(f"Choose case {cases[name].pk}").check()
        inspector.look("queue with chosen cases")
        page.get_by_role("group", name="With the chosen cases").get_by_role("button", name=verb).click()
        inspector.look(f"bulk {verb}")
    page.goto(cases["mine"].get_absolute_url())
    page.get_by_role("button", name="Keys").click()
    inspector.look("keys of a case")
    page.goto(cases["mine"].get_absolute_url())
    page.keyboard.press("f")
    page.get_by_label("Kind").select_option("style_fix")
    page.get_by_label("Wording").fill("The 300")
    expect(page.locator("[data-guard]")).to_be_visible()
    inspector.look("a guarded change")
    page.goto(cases["mine"].get_absolute_url())
    page.keyboard.press("x")
    page.keyboard.press("2")
    inspector.look("preview of a rejection")
    refused = {
        "mine": ("correct", "reject", "snooze", "merge"), "published": ("amend", "withdraw"),
        "drafted by another": ("return",), "owed": ("refuse",),
    }  # fmt: skip
    for name, verbs in refused.items():
        for verb in verbs:
            page.goto(cases[name].get_absolute_url())
            if verb == "snooze":
                page.locator("[name=days]").evaluate("(select) => { select.value = ''; }")
            inspector.send(page.locator(f"[data-verb={verb}] form"))
            expect(page.get_by_role("alert")).to_be_visible()
            inspector.look(f"{verb} refused")
    for name, address in pages_of(desk).items():
        if name.endswith("_add"):
            page.goto(address)
            inspector.send(page.locator("#content-main form"))
            expect(page.locator(".errornote")).to_be_visible()
            inspector.look(f"{name} with errors")
    page.goto("/admin/")
    page.get_by_role("button", name="Log out").click()
    inspector.look("logged out")
    page.goto("/admin/login/")
    inspector.look("log in")
    page.get_by_label("Username").fill("nobody")
    page.get_by_label("Password").fill("nothing")
    page.get_by_role("button", name="Log in").click()
    inspector.look("log in, refused")

    assert not inspector.faults, "\n".join(inspector.faults)
